import { relationKey } from "../../pg/name.ts";
import { rowCondition, type Target, type TestEnvironment } from "../environment/index.ts";
import { returnedSql, type Attempt } from "../matrix/index.ts";
import type { Actor } from "../personas/index.ts";
import { everywhere, inTheNameOf, insertInto, isNamed, on, ownRow, returning, setColumn, spareRow } from "./rows.ts";

/**
 * Writes of own rows that fire what plain ones do not: a trigger of single columns (UPDATE OF), and one that waits for
 * the COMMIT, which a client may tell not to wait (manual, "SET CONSTRAINTS").
 */
export function triggerAttempts(
  target: Target,
  actor: Actor,
  { catalog }: Pick<TestEnvironment, "catalog">,
): Attempt[] {
  const definitions = catalog.triggers
    .filter((trigger) => trigger.enabled && relationKey(trigger) === target.name)
    .map(({ definition }) => definition);
  const own = ownRow(target, actor);
  const attempts: Attempt[] = [];
  const write = (command: "INSERT" | "UPDATE" | "DELETE", attack: string, sql: string, setup?: string[]): void =>
    void attempts.push(
      on(target, {
        command,
        attack,
        sql,
        writesOwnRow: true,
        probe: everywhere(target),
        ...(setup === undefined ? {} : { setup }),
      }),
    );
  const update = own && updateOfAll(target, own);
  if (update !== null && definitions.some((text) => /\bUPDATE OF\b/.test(text))) {
    write("UPDATE", "update own row, every column", update);
    attempts.push(
      on(target, {
        command: "UPDATE",
        attack: "update own row, every column, returning",
        sql: returnedSql(`${update}${returning(target)}`),
        answer: "output",
        writesOwnRow: true,
        probe: null,
      }),
    );
  }
  if (!definitions.some((text) => /\bDEFERRABLE INITIALLY DEFERRED\b/.test(text))) return attempts;
  const now = ["set constraints all immediate"];
  const spare = spareRow(target, "own");
  if (spare)
    write("INSERT", "insert own row, not deferred", insertInto(target, inTheNameOf(actor, target, spare)), now);
  if (update !== null) write("UPDATE", "update own row, not deferred", update, now);
  if (own)
    write(
      "DELETE",
      "delete own row, not deferred",
      `delete from ${target.sql} t where ${rowCondition(target, own)}`,
      now,
    );
  return attempts;
}

/** An UPDATE of an own row that gives every column the value that it has; null: the role may write none. */
function updateOfAll(target: Target, own: Record<string, unknown>): string | null {
  const names = target.columns
    .filter(
      ({ name, generated }) =>
        generated === "no" && !target.primaryKey.includes(name) && isNamed(target, "update", name),
    )
    .map(({ name }) => name);
  if (names.length === 0) return null;
  const set = names.map((name) => setColumn(target, name, own[name])).join(", ");
  return `update ${target.sql} t set ${set} where ${rowCondition(target, own)}`;
}
