import { NEW_USER, OLD_USER, withoutTriggers, type Harness, type Raised } from "./harness.ts";
import type { Behaviour, Outcome } from "./behaviour.ts";
import type { ProbeRows, RowValues } from "./rows.ts";
import type { SyncSource } from "../source/index.ts";
import type { SyncTrigger } from "../trigger/index.ts";

/** Change rows as an application does, one step after another, and record the effect on the claims. */
export async function behaviours(
  harness: Harness,
  source: SyncSource,
  triggers: readonly SyncTrigger[],
  rows: ProbeRows,
): Promise<Behaviour[]> {
  const found: Behaviour[] = [];
  const note = (what: Behaviour["what"], column: string | null, outcome: Outcome): void =>
    void found.push({ what, column, outcome });
  const synced = (id: string) => async (): Promise<boolean> => (await harness.stateOf(id)) === "synced";
  const clear = (id: string) => async (): Promise<boolean> => (await harness.stateOf(id)) === "clear";
  const seen = async (failure: Raised | null, fits: () => Promise<boolean>): Promise<Outcome> =>
    failure ?? ((await fits()) ? { kind: "follows" } : { kind: "ignored" });
  /**
   * The outcome of a change of one column: if the claims do not follow, the change is repeated with all columns named.
   */
  const change = async (column: string, value: string, fits: () => Promise<boolean>): Promise<Outcome> => {
    const once = async (sql: string): Promise<Outcome> => harness.apart(async () => seen(await harness.run(sql), fits));
    const plain = await once(harness.update(column, value));
    if (plain.kind !== "ignored") return plain;
    const all = await once(harness.updateNamingAll(column, value));
    return all.kind === "follows" ? { kind: "not-fired" } : plain;
  };

  const failed = await harness.run(harness.insert(rows.base, OLD_USER));
  if (failed) {
    note("insert", null, failed);
    // The row is needed for the other steps, which the triggers may well handle.
    if (await harness.run(withoutTriggers(harness.relation, triggers, harness.insert(rows.base, OLD_USER))))
      return found;
  }
  const after = await harness.stateOf(OLD_USER);
  if (!failed && after === "other") return [{ what: "insert", column: null, outcome: { kind: "differs" } }];
  if (!failed) note("insert", null, after === "synced" ? { kind: "follows" } : { kind: "ignored" });
  if (after !== "synced") await harness.fillIn(OLD_USER);

  for (const { column, value } of rows.changes) {
    const outcome = await change(column, value, synced(OLD_USER));
    // A GENERATED ALWAYS identity that no statement can set does not change.
    if (outcome.kind !== "raised" || outcome.sqlstate !== GENERATED_ALWAYS) note("update", column, outcome);
  }
  for (const column of rows.untried) note("update", column, { kind: "untried" });
  for (const { column, value } of rows.deactivations) {
    note("deactivate", column, await change(column, value, clear(OLD_USER)));
    const inserted = await harness.apart(async (): Promise<Outcome> => {
      const failure =
        (await harness.run(`delete from ${harness.relation} where ${harness.own}`)) ??
        (await harness.run(harness.insert(new Map([...rows.base, [column, value]]), NEW_USER)));
      return seen(failure, clear(NEW_USER));
    });
    note("insert-inactive", column, inserted);
    const back = rows.base.get(column);
    if (back === undefined) continue;
    const reactivated = await harness.apart(async (): Promise<Outcome> => {
      const failure = await harness.run(harness.updateNamingAll(column, value));
      if (failure) return failure;
      await harness.clearClaims(OLD_USER);
      return change(column, back, synced(OLD_USER));
    });
    note("reactivate", column, reactivated);
  }
  const remove = (where: string): string => `delete from ${harness.relation} where ${where}`;
  note("delete", null, await harness.apart(async () => seen(await harness.run(remove(harness.own)), clear(OLD_USER))));
  note("relink-old", source.user, await change(source.user, harness.userValue(NEW_USER), clear(OLD_USER)));
  note("relink-new", source.user, await change(source.user, harness.userValue(NEW_USER), synced(NEW_USER)));
  if (source.relation.columns.some(({ name, notNull }) => name === source.user && !notNull))
    note("unlink", source.user, await change(source.user, harness.userValue(null), clear(OLD_USER)));

  /** The outcome of a statement on one of two active rows; null if a user cannot have two. */
  const beside = async (sqlOf: (first: string) => string): Promise<Outcome | null> =>
    harness.apart(async () => {
      const first = await harness.firstRow();
      const failure = await harness.run(harness.insert(secondRow(source, rows), OLD_USER, 1));
      if (failure) return failure.sqlstate === UNIQUE_VIOLATION ? null : failure;
      if ((await harness.stateOf(OLD_USER)) !== "synced") await harness.fillIn(OLD_USER);
      const raised = await harness.run(sqlOf(first));
      if (raised) return raised;
      const state = await harness.stateOf(OLD_USER);
      return { kind: state === "synced" ? "follows" : state === "clear" ? "taken" : "ignored" };
    });
  if (source.relation.uniqueKeys.some((key) => key.length === 1 && key[0] === source.user)) return found;
  const [deactivation] = rows.deactivations;
  if (deactivation) {
    const { column, value } = deactivation;
    const outcome = await beside((first) => harness.updateNamingAll(column, value, first));
    if (outcome) note("deactivate-one", column, outcome);
  }
  const outcome = await beside(remove);
  if (outcome) note("delete-one", null, outcome);
  return found;
}

const UNIQUE_VIOLATION = "23505";
const GENERATED_ALWAYS = "428C9";

/** A second row with the same claims, except where a unique key contains the columns that supply them. */
function secondRow({ relation, user }: SyncSource, rows: ProbeRows): RowValues {
  const values = new Map(rows.base);
  for (const key of relation.uniqueKeys) {
    const others = key.filter((name) => name !== user);
    if (others.some((name) => !rows.base.has(name) || values.get(name) !== rows.base.get(name))) continue;
    const other = rows.changes.find(({ column }) => others.includes(column));
    if (other) values.set(other.column, other.value);
  }
  return values;
}
