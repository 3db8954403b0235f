import type { Config } from "../config.ts";
import { pgErrorOf, type Db } from "../db/port.ts";
import { passing, passingText, takeBack } from "../db/savepoint.ts";
import { sampleRows } from "../fixtures/index.ts";
import { matchesName } from "../pg/name-pattern.ts";
import { nameKey, type NameKey } from "../pg/name.ts";
import type { Attempt, PlainForm } from "./matrix/index.ts";
import { readAttempts } from "./attacks/index.ts";
import {
  isPlain,
  tupleKey,
  type Subject,
  type TupleKey,
  answersOf,
  attemptsText,
  type Answered,
} from "./matrix/index.ts";
import {
  clearingText,
  collectEvidence,
  NO_GRANTS,
  readSurface,
  settingsToClear,
  targetsByName,
  targetsOf,
  type Target,
} from "./environment/index.ts";
import type { TestEnvironment, Known } from "./environment/index.ts";
import { judge } from "./judge/index.ts";
import { actorsFor, type Actor } from "./personas/index.ts";
import { privilegesOf, variableStates, type SessionState } from "./run/index.ts";

/** A few cells on a live database, prepared beforehand, and run inside a transaction that changes policies. */
export interface PreCommitCheck {
  /**
   * The openings: rows of others that are read now and were not before, or that are read by way of a variable, a line
   * each; inside the open transaction.
   */
  ask(db: Db, relations: ReadonlySet<NameKey>): Promise<string[]>;
  /** the cells that could not be checked, a sentence each */
  said(): string[];
}

/** Milliseconds that all statements of a check may take together: relations are locked while they run. */
const LONGEST = 250;
/** Milliseconds after which the server ends the statements of one persona. */
const STATEMENT_TIMEOUT = 500;

const READ = new Set<PlainForm>(["read"]);

/**
 * Choose existing rows of two tenants, and record which rows of the other tenant a member of one, a token without
 * claims, and `anon` read: now, and whenever `ask` is called, with no variable set and with all of them set to the
 * other tenant. Only reads: nothing in a live database is changed.
 */
export async function preparePreCommitCheck(
  db: Db,
  known: Known,
  config: Config["verify"],
  relations: ReadonlySet<NameKey>,
): Promise<PreCommitCheck> {
  await db.exec("begin read only; set local statement_timeout = '10s'; set local lock_timeout = '1s'");
  try {
    return await prepared(db, known, config, relations);
  } catch (error) {
    const raised = pgErrorOf(error);
    if (!raised) throw error;
    // rows that cannot be read are no reason to refuse the plan; the missing check is reported
    return {
      ask: async () => [],
      said: () => [`no access was checked before COMMIT: rows of two tenants could not be chosen (${raised.message})`],
    };
  } finally {
    await db.exec("rollback");
  }
}

async function prepared(
  db: Db,
  known: Known,
  config: Config["verify"],
  relations: ReadonlySet<NameKey>,
): Promise<PreCommitCheck> {
  const said = new Set<string>();
  const fixtures = await sampleRows(db, known.catalog, known.context, known.columns, known.trees);
  const surface = await readSurface(db);
  const touched = known.catalog.relations.filter((relation) => relations.has(nameKey(relation)));
  const all = await targetsOf(db, { ...known.catalog, relations: touched }, surface, fixtures, true);
  const targets = targetsByName(all);
  const evidence = await collectEvidence(db, targets);
  const looked = [...targets.values()].filter(({ foreignRows }) => foreignRows.length > 0);
  const without = [...relations].filter((name) => !looked.some((target) => target.name === name));
  if (without.length > 0)
    said.add(
      `not checked before COMMIT, since there are no rows of two tenants that can be distinguished: ${without.length > 5 ? `${without.length} of ${relations.size} relations` : without.join(", ")}`,
    );
  const environment: Pick<TestEnvironment, "db" | "targets" | "transaction"> = {
    db,
    targets,
    transaction: async (work) => passing(db, "", work),
  };
  const everybody = actorsFor(known.catalog, known.context, fixtures);
  const actors: { actor: Actor; above: ReadonlyMap<Subject, string> }[] = [];
  for (const actor of [
    everybody.find((one) => one.class === "member"),
    everybody.find(({ token }) => token === "no claims"),
    everybody.find((one) => one.class === "anon"),
  ])
    if (actor) actors.push({ actor, above: await privilegesOf(environment, actor) });
  const standings = [
    null,
    // all variables at once, by set_config
    variableStates({ ...known, fixtures, tenantSetting: fixtures.tenantSetting }).find(
      ({ by }) => by.kind === "victim's values" && by.way === "set_config",
    ) ?? null,
  ].filter((standing, n) => n === 0 || standing !== null);

  const clearing = clearingText(settingsToClear(known));
  /** every cell that crosses, by `tupleKey`; null: it took too long */
  const crossing = async (on: Db, wanted: readonly Target[]): Promise<Map<TupleKey, Crossing> | null> => {
    const looks = actors.flatMap(({ actor, above }) => {
      const attempts = wanted
        .filter(({ name }) => !above.has(name))
        .flatMap((target) => readAttempts(target, targets, surface, { limited: true, prepared: false }))
        .filter((attempt) => isPlain(attempt, READ));
      return attempts.length === 0 ? [] : standings.map((standing): CheckBatch => ({ actor, standing, attempts }));
    });
    const answers = await answersTo(on, looks, clearing);
    if (answers === null) return null;
    const found = new Map<TupleKey, Crossing>();
    for (const [n, { actor, standing, attempts }] of looks.entries())
      for (const [m, attempt] of attempts.entries()) {
        const answer = answers[n]?.[m];
        if (!answer) continue;
        const { outcome, crosses } = judge(attempt, actor, answer, { targets, evidence, grants: NO_GRANTS });
        if (outcome.kind === "not settled")
          said.add(
            `not checked as \`${actor.role}\`: ${outcome.cause.kind === "limit" ? outcome.cause.limit : outcome.cause.kind}`,
          );
        if (crosses && !isDeclared(config, attempt.relation))
          found.set(tupleKey(attempt.relation, actor.name, standing?.name ?? ""), {
            plain: tupleKey(attempt.relation, actor.name, ""),
            line: `${attempt.relation}: ${actor.name} reads rows of another tenant${standing === null ? "" : `, ${standing.name}`}`,
          });
      }
    return found;
  };
  const before = new Set<TupleKey>();
  const quick = new Set<NameKey>();
  const { took: trip } = await timed(async () => db.query("select 1"));
  let spent = 0;
  for (const target of looked) {
    const { result, took } = await timed(async () => crossing(db, [target]));
    const alone = Math.max(0, took - trip);
    if (result === null || spent + alone > LONGEST) continue;
    spent += alone;
    quick.add(target.name);
    for (const key of result.keys()) before.add(key);
  }
  const slow = looked.filter(({ name }) => !quick.has(name)).map(({ name }) => name);
  if (slow.length > 0)
    said.add(
      `not checked before COMMIT, since all relations would be locked for the time that takes: ${slow.length > 5 ? `${slow.length} of ${relations.size} relations` : slow.join(", ")}`,
    );
  return {
    said: () => [...said],
    ask: async (on, names) => {
      const now = await crossing(
        on,
        looked.filter(({ name }) => names.has(name) && quick.has(name)),
      );
      if (now === null) {
        said.add("not checked before COMMIT: the statements took too long");
        return [];
      }
      return [...now].flatMap(([key, { plain, line }]) => {
        // an opening that existed before and needs no variable is not caused by this change; one by way of a variable
        // is the kind that the change is to close
        if (key === plain) return before.has(key) ? (said.add(`${line}, as before`), []) : [line];
        return now.has(plain) ? [] : [line];
      });
    },
  };
}

async function timed<T>(work: () => Promise<T>): Promise<{ result: T; took: number }> {
  const started = performance.now();
  return { result: await work(), took: performance.now() - started };
}

const isDeclared = (config: Config["verify"], relation: Subject): boolean =>
  Object.keys(config.shared).some((pattern) => matchesName(pattern, relation)) ||
  config.expected.some(({ object }) => matchesName(object, relation));

/** A cell that reaches rows of another tenant, and the key of the same without a variable. */
interface Crossing {
  plain: TupleKey;
  line: string;
}

/** The statements of one persona in one state of the session variables. */
interface CheckBatch {
  actor: Actor;
  standing: SessionState | null;
  attempts: Attempt[];
}

/** All batches in one round trip, since relations are locked meanwhile; all undone. Null: a statement took too long. */
async function answersTo(db: Db, looks: readonly CheckBatch[], clearing: string): Promise<Answered[][] | null> {
  if (looks.length === 0) return [];
  const texts = looks.map(({ actor: { role, claims, setup }, standing, attempts }) => {
    const batch = { role, claims, setup, prelude: standing?.prelude ?? [], preludeWrites: false, attempts };
    return passingText([
      `set local statement_timeout = ${STATEMENT_TIMEOUT}`,
      // what an earlier client of a pool left behind is not what the policies let through
      clearing,
      attemptsText(batch, new Map()),
    ]);
  });
  try {
    const results = await db.exec(texts.join(";\n"));
    const found = results.filter((rows) => rows[0] !== undefined && "results" in rows[0]);
    if (found.length !== looks.length) throw new Error("each block is followed by a query for what it found");
    return looks.map(({ attempts }, n) => answersOf(found[n] ?? [], attempts));
  } catch (error) {
    await takeBack(db);
    if (pgErrorOf(error)?.sqlstate !== "57014") throw error;
    return null;
  }
}
