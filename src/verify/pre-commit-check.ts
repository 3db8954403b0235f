import type { Config } from "../config.ts";
import { pgErrorOf, type Db } from "../db/port.ts";
import { passing, passingText, takeBack } from "../db/savepoint.ts";
import { sampleRows } from "../fixtures/index.ts";
import { matchesName } from "../pg/name-pattern.ts";
import { nameKey, type NameKey } from "../pg/name.ts";
import type { Attempt } from "./matrix/index.ts";
import { readAttempts } from "./attacks/index.ts";
import { tupleKey, type Subject, type TupleKey, answersOf, attemptsText, type Answered } from "./matrix/index.ts";
import { collectEvidence, readSurface, targetsByName, targetsOf, type Target } from "./environment/index.ts";
import type { Ground, Known } from "./environment/index.ts";
import { judge } from "./judge/index.ts";
import { actorsFor, type Actor } from "./personas/index.ts";
import { privilegesOf, variableStandings, type Standing } from "./run/index.ts";

/** A few cells on a live database, made ready beforehand, asked inside a transaction that changes policies. */
export interface QuickLook {
  /** Where other people's rows are read that were not before, or by a variable, a line each; inside the open transaction. */
  ask(db: Db, relations: ReadonlySet<NameKey>): Promise<string[]>;
  /** what could not be looked at, a sentence each */
  said(): string[];
}

/** Milliseconds that all statements of a look may take together: relations are locked while they run. */
const LONGEST = 250;
/** Milliseconds after which the server ends the statements of one persona. */
const STATEMENT_TIMEOUT = 500;

/**
 * Choose rows of two tenants that are there, and see what a member of one, a token without claims, and `anon` read of the other's: now, and whenever
 * `ask` is called, with no variable set and with all of them set to the other tenant. Only reads: nothing of a live database is touched.
 */
export async function prepareLook(
  db: Db,
  known: Known,
  config: Config["verify"],
  relations: ReadonlySet<NameKey>,
): Promise<QuickLook> {
  await db.exec("begin read only; set local statement_timeout = '10s'; set local lock_timeout = '1s'");
  try {
    return await prepared(db, known, config, relations);
  } catch (error) {
    const raised = pgErrorOf(error);
    if (!raised) throw error;
    // rows that cannot be read are no reason not to apply; that nothing was looked at is said
    return {
      ask: async () => [],
      said: () => [
        `nothing was looked at before the commit, for rows of two tenants could not be chosen: ${raised.message}`,
      ],
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
): Promise<QuickLook> {
  const said = new Set<string>();
  const fixtures = await sampleRows(db, known.catalog, known.context, known.columns);
  const surface = await readSurface(db);
  const touched = known.catalog.relations.filter((relation) => relations.has(nameKey(relation)));
  const all = await targetsOf(db, { ...known.catalog, relations: touched }, surface, fixtures, true);
  const targets = targetsByName(all);
  const evidence = await collectEvidence(db, targets);
  const looked = [...targets.values()].filter(({ foreignRows }) => foreignRows.length > 0);
  const without = [...relations].filter((name) => !looked.some((target) => target.name === name));
  if (without.length > 0)
    said.add(
      `not looked at, for there are no rows of two tenants that can be told apart: ${without.length > 5 ? `${without.length} of ${relations.size} relations` : without.join(", ")}`,
    );
  const ground: Pick<Ground, "db" | "targets" | "transaction"> = {
    db,
    targets,
    transaction: async (work) => passing(db, "", work),
  };
  const everybody = actorsFor(known.catalog, known.context, fixtures);
  const actors: { actor: Actor; above: ReadonlyMap<Subject, string> }[] = [];
  for (const actor of [
    everybody.find((one) => one.class === "member"),
    everybody.find(({ name }) => name === "no claims"),
    everybody.find((one) => one.class === "anon"),
  ])
    if (actor) actors.push({ actor, above: await privilegesOf(ground, actor) });
  const standings = [
    null,
    // all variables at once, the gentle way
    variableStandings({ ...known, fixtures, tenantSetting: fixtures.tenantSetting }).find(
      ({ name }) => name.startsWith("set_config ") && name.endsWith(" of B"),
    ) ?? null,
  ].filter((standing, n) => n === 0 || standing !== null);

  /** every cell that crosses, by `tupleKey`; null: it took too long */
  const crossing = async (on: Db, wanted: readonly Target[]): Promise<Map<TupleKey, Crossing> | null> => {
    const looks = actors.flatMap(({ actor, above }) => {
      const attempts = wanted
        .filter(({ name }) => !above.has(name))
        .flatMap((target) => readAttempts(target, targets, surface, { limited: true, prepared: false }))
        .filter(({ attack }) => attack === "read");
      return attempts.length === 0 ? [] : standings.map((standing): Look => ({ actor, standing, attempts }));
    });
    const answers = await answersTo(on, looks);
    if (answers === null) return null;
    const found = new Map<TupleKey, Crossing>();
    for (const [n, { actor, standing, attempts }] of looks.entries())
      for (const [m, attempt] of attempts.entries()) {
        const answer = answers[n]?.[m];
        if (!answer) continue;
        const { outcome, crosses } = judge(attempt, actor, answer, targets, evidence);
        if (outcome.kind === "not reached") said.add(`not looked at as \`${actor.role}\`: ${outcome.why}`);
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
      `not looked at before the commit, for all would be locked for as long as that takes: ${slow.length > 5 ? `${slow.length} of ${relations.size} relations` : slow.join(", ")}`,
    );
  return {
    said: () => [...said],
    ask: async (on, names) => {
      const now = await crossing(
        on,
        looked.filter(({ name }) => names.has(name) && quick.has(name)),
      );
      if (now === null) {
        said.add("not looked at before the commit: the statements took too long");
        return [];
      }
      return [...now].flatMap(([key, { plain, line }]) => {
        // what is open without a variable, and was before, is not this change's doing; what a variable opens is what the change is against
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

/** The statements of one persona under one standing. */
interface Look {
  actor: Actor;
  standing: Standing | null;
  attempts: Attempt[];
}

/** All of them in one trip, for relations are locked meanwhile; nothing of it stays. Null: one took too long. */
async function answersTo(db: Db, looks: readonly Look[]): Promise<Answered[][] | null> {
  if (looks.length === 0) return [];
  const texts = looks.map(({ actor: { role, claims, setup }, standing, attempts }) => {
    const batch = { role, claims, setup, prelude: standing?.prelude ?? [], preludeWrites: false, attempts };
    return passingText([`set local statement_timeout = ${STATEMENT_TIMEOUT}`, attemptsText(batch, new Map())]);
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
