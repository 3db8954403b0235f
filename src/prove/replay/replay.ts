import { pgErrorOf, type Db, type PgError } from "../../db/port.ts";
import type { Catalog, Relation } from "../../pg/catalog.ts";
import { qualifiedCallsIn } from "../../pg/expr/calls.ts";
import { relationsIn } from "../../pg/expr/relations.ts";
import { groupBy } from "../../pg/group-by.ts";
import { nameKey } from "../../pg/name.ts";
import { batchOf, meaningOf, runKeyed, settingStatements, type Response, type Statement } from "../../request/index.ts";
import { parseOnce } from "../encode/parse-once.ts";
import type { Component } from "../component.ts";
import type { AccessOutcome, Situation } from "../situation.ts";
import { buildSteps, involved, type BuildStep } from "./build.ts";
import { isolate } from "./isolate.ts";
import { prepare, type Prepared } from "./statements.ts";

/** A situation to run, with the conditions that it is said to satisfy. */
export interface ReplayInput {
  situation: Situation;
  conditions: readonly string[];
  /** an UPDATE meets both of its components, as it does in life; else only the one that the situation is about */
  whole?: boolean;
}

export interface ReplayResult {
  outcome: AccessOutcome;
  /** every condition was true there */
  assumed: boolean;
}

let replays = 0;

/**
 * The answers of a real Postgres in each situation, under the keys of the situations, under the policies of a catalog. The schema is rebuilt from the
 * catalog in a transaction that is rolled back, through real CREATE POLICY; the login has to be a superuser of a
 * database of no worth.
 *
 * Custom settings keep an empty value for the rest of a session once they were set, so that "never set" could be had
 * only once: in the copy every setting gets a new name each time, wherever it stands as a string constant.
 */
export async function replay<Key>(
  db: Db,
  catalog: Catalog,
  inputs: ReadonlyMap<Key, ReplayInput>,
): Promise<Map<Key, ReplayResult>> {
  const results = new Map<Key, ReplayResult>();
  const relations = new Map(catalog.relations.map((relation) => [nameKey(relation), relation]));
  const jobs: Job<Key>[] = [];
  for (const [key, input] of inputs) {
    const relation = relations.get(nameKey(input.situation.relation));
    if (relation) jobs.push({ key, relation, input });
    // without the relation nobody reaches a row of it
    else results.set(key, { outcome: { kind: "deny" }, assumed: false });
  }
  if (jobs.length === 0) return results;

  const byRelation = groupBy(jobs, ({ relation }) => nameKey(relation));
  const names = new Set(
    jobs.flatMap(({ input: { situation, conditions } }) =>
      [
        situation.relation,
        ...situation.rows.map((row) => row.relation),
        ...conditions.flatMap((text) => relationsIn(parseOnce(text).tree)),
      ].map(nameKey),
    ),
  );
  const roles = new Set(jobs.map(({ input }) => input.situation.role));
  const conditions = new Set(jobs.flatMap(({ input }) => input.conditions));
  const called = new Set([...conditions].flatMap((text) => qualifiedCallsIn(parseOnce(text).tree)).map(nameKey));
  const parts = involved(catalog, names, called);
  const steps = buildSteps(catalog, parts, roles);
  const settings = new Set(jobs.flatMap(({ input }) => Object.keys(input.situation.settings)));
  let apart = false;
  for (const round of rounds(jobs)) {
    replays += 1;
    const rename = renamer(settings, replays);
    const inSql = ({ sql, mayFail }: BuildStep): BuildStep => ({ sql: rename.inSql(sql), mayFail });
    await db.exec("begin");
    try {
      await db.exec("set local check_function_bodies = off; set local client_min_messages = error");
      const broken = await runSteps(db, steps.map(inSql));
      // what one relation needs and cannot have is no fault of the others
      if (broken && byRelation.size > 1) {
        apart = true;
        break;
      }
      for (const group of round) {
        const [first] = group;
        if (!first) continue;
        await db.exec("savepoint one");
        const isolation = isolate(parts.policies, first.relation, {
          component: first.input.situation.component,
          whole: first.input.whole === true,
        });
        const failed = await runSteps(
          db,
          isolation.map((sql) => inSql({ sql, mayFail: false })),
        );
        const prepared = new Map(
          group.map((job) => {
            const { input, relation } = job;
            return [job, renamed(prepare(input.situation, relation, input.conditions), rename)] as const;
          }),
        );
        const answers = await answersTo(db, [...prepared.values()]);
        // what could not be built answers nothing, least of all what was expected
        const why = broken ?? failed;
        for (const [{ key, relation, input }, asked] of prepared) {
          const answer = answers.get(asked);
          if (why)
            results.set(key, {
              outcome: { kind: "error", sqlstate: why.sqlstate, message: why.message },
              assumed: false,
            });
          else if (answer)
            results.set(key, {
              outcome: outcomeOf(answer.response, relation, input.situation.component),
              assumed: answer.assumed,
            });
        }
        await db.exec("rollback to savepoint one");
      }
    } finally {
      await db.exec("rollback");
    }
  }
  if (apart)
    for (const ofOne of byRelation.values()) {
      const alone = new Map(ofOne.map(({ key, input }): [Key, ReplayInput] => [key, input]));
      for (const [key, result] of await replay(db, catalog, alone)) results.set(key, result);
    }
  return results;
}

interface Job<Key> {
  key: Key;
  relation: Relation;
  input: ReplayInput;
}

/**
 * Jobs in an order in which "never set" stays true: a setting that some job of a round sets is set by every later one
 * of that round. Each round gets names of its own. Inside, jobs that share settings and the form of the policies run
 * together.
 */
function rounds<Key>(jobs: readonly Job<Key>[]): Job<Key>[][][] {
  const namesOf = ({ input }: Job<Key>): string[] => Object.keys(input.situation.settings);
  const made: { touched: Set<string>; jobs: Job<Key>[] }[] = [];
  for (const job of jobs.toSorted((a, b) => namesOf(a).length - namesOf(b).length)) {
    const names = new Set(namesOf(job));
    const fits = made.find(({ touched }) => [...touched].every((name) => names.has(name)));
    if (fits) {
      fits.touched = names;
      fits.jobs.push(job);
    } else made.push({ touched: names, jobs: [job] });
  }
  return made.map(({ jobs: list }) => [
    ...groupBy(list, (job) =>
      JSON.stringify([namesOf(job).length, nameKey(job.relation), isolated(job.input)]),
    ).values(),
  ]);
}

/** Components that share one form of the policies. */
const isolated = ({ situation: { component }, whole }: ReplayInput): string =>
  component === "SELECT" || component === "INSERT" ? "" : `${component} ${whole === true}`;

/** In one round trip; where that fails, one by one. The first error of what may not fail, or null. */
async function runSteps(db: Db, steps: readonly BuildStep[]): Promise<PgError | null> {
  if (steps.length === 0) return null;
  await db.exec("savepoint steps");
  try {
    await db.exec(steps.map(({ sql }) => `${sql};`).join("\n"));
    await db.exec("release savepoint steps");
    return null;
  } catch (error) {
    if (!pgErrorOf(error)) throw error;
    await db.exec("rollback to savepoint steps");
  }
  let first: PgError | null = null;
  for (const { sql, mayFail } of steps) {
    await db.exec("savepoint step");
    try {
      await db.exec(sql);
    } catch (error) {
      const raised = pgErrorOf(error);
      if (!raised) throw error;
      if (!mayFail) first ??= raised;
      await db.exec("rollback to savepoint step");
    }
  }
  return first;
}

interface Answer {
  response: Response;
  assumed: boolean;
}

/** Each request as its role, and its assumption as the login, with the same rows and settings. */
async function answersTo(db: Db, prepared: readonly Prepared[]): Promise<Map<Prepared, Answer>> {
  const assumptions = await responsesTo(
    db,
    prepared.flatMap((one): Request[] =>
      one.assumption === null ? [] : [{ role: "none", sql: one.assumption, reads: true, probe: null, of: one }],
    ),
  );
  const requests = await responsesTo(
    db,
    prepared.map((one): Request => ({
      role: one.role,
      sql: one.statement,
      reads: one.reads,
      probe: one.probe,
      of: one,
    })),
  );
  const answers = new Map<Prepared, Answer>();
  for (const [one, response] of requests) {
    const assumption = assumptions.get(one);
    // an assumption that raises does not hold
    const holds = one.assumption === null || (assumption?.kind === "answer" && assumption.text === "true");
    answers.set(one, { response, assumed: holds && !isWithoutRows(response) });
  }
  return answers;
}

/** One statement of a situation. */
interface Request {
  role: string;
  sql: string;
  reads: boolean;
  probe: string | null;
  of: Prepared;
}

async function responsesTo(db: Db, requests: readonly Request[]): Promise<Map<Prepared, Response>> {
  const found = new Map<Prepared, Response>();
  for (const [role, list] of groupBy(requests, (request) => request.role)) {
    const statements = new Map(
      list.map(({ sql, reads, probe, of }): [Prepared, Statement] => [
        of,
        { sql, returns: reads ? "text" : "count", setup: [...of.rows, ...settingStatements(of.settings)], probe },
      ]),
    );
    // the text of a probe is its key as well
    const probes = new Map(
      list.flatMap(({ probe }) =>
        probe === null ? [] : [[probe, { kind: "query" as const, sql: probe, tables: null }] as const],
      ),
    );
    // the token is one of the settings of a situation
    const persona = { name: role, role, claims: null };
    const batch = batchOf(persona, { setup: [], prelude: [] }, { probes });
    for (const [of, response] of await runKeyed(db, batch, statements)) found.set(of, response);
  }
  return found;
}

const isWithoutRows = (response: Response): boolean => response.kind === "error" && response.at === "setup";

function outcomeOf(response: Response, relation: Relation, component: Component): AccessOutcome {
  if (response.kind === "answer") {
    if (component === "INSERT") return { kind: "allow" };
    const reached = component === "SELECT" ? response.text === "true" : response.changed.length > 0;
    return { kind: reached ? "allow" : "deny" };
  }
  const { sqlstate, message } = response;
  if (isWithoutRows(response))
    return { kind: "error", sqlstate: "RL002", message: `the rows cannot be there: ${message}` };
  const meaning = meaningOf(sqlstate, message);
  switch (meaning.kind) {
    case "row security":
      return { kind: "deny" };
    case "grant":
      if (meaning.on.object === "table" && meaning.on.name === relation.name) return { kind: "deny" };
      break;
    // constraints are checked after policies: the row got through
    case "constraint":
      return { kind: "allow" };
    default:
  }
  return { kind: "error", sqlstate, message };
}

interface Renamer {
  inSql(sql: string): string;
  name(setting: string): string;
}

function renamer(settings: ReadonlySet<string>, run: number): Renamer {
  const names = [...new Set(["request.jwt.claims", ...settings])];
  const suffix = `_rlsmith${run}`;
  return {
    // as string constants only; a name that is put together at run time is not found, and its witness then not confirmed
    inSql: (sql) =>
      sql.replaceAll(/'([A-Za-z_][\w$]*(?:\.[A-Za-z_][\w$]*)+)'/g, (whole, name: string) =>
        names.includes(name.toLowerCase()) ? `'${name}${suffix}'` : whole,
      ),
    name: (setting) => `${setting}${suffix}`,
  };
}

const renamed = (prepared: Prepared, rename: Renamer): Prepared => ({
  ...prepared,
  assumption: prepared.assumption === null ? null : rename.inSql(prepared.assumption),
  settings: Object.fromEntries(Object.entries(prepared.settings).map(([name, value]) => [rename.name(name), value])),
});
