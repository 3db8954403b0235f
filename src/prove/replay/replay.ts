import { readFileSync } from "node:fs";
import { pgErrorOf, type Db } from "../../db/port.ts";
import type { Catalog, Relation } from "../../pg/catalog.ts";
import { relationsIn } from "../../pg/expr/relations.ts";
import { groupBy } from "../../pg/group-by.ts";
import { parseOnce } from "../encode/parse-once.ts";
import { relationKey } from "../side.ts";
import type { AccessOutcome, Situation } from "../situation.ts";
import { buildSteps, involved, type BuildStep } from "./build.ts";
import { isolate } from "./isolate.ts";
import { prepare, type Prepared } from "./statements.ts";

const DRIVER = readFileSync(new URL("./run.sql", import.meta.url), "utf8");

/** A situation to run, with the conditions that it is said to satisfy. */
export interface ReplayInput {
  situation: Situation;
  conditions: readonly string[];
}

export interface ReplayResult {
  outcome: AccessOutcome;
  /** every condition was true there */
  assumed: boolean;
}

/** The driver's own answer. */
interface Answer {
  assumed: boolean | null;
  reached?: string;
  error?: string;
  message?: string;
}

let replays = 0;

/**
 * What a real Postgres answers in each situation, under the policies of a catalog. The schema is rebuilt from the catalog in a transaction
 * that is rolled back, through real CREATE POLICY; the login has to be a superuser of a database of no worth.
 *
 * Custom settings keep an empty value for the rest of a session once they were set, so that "never set" could be had only once: in the
 * copy every setting gets a new name each time, wherever it stands as a string constant.
 */
export async function replay(db: Db, catalog: Catalog, inputs: readonly ReplayInput[]): Promise<ReplayResult[]> {
  const results: ReplayResult[] = inputs.map(() => ({ outcome: { kind: "deny" }, assumed: false }));
  const relations = new Map(catalog.relations.map((relation) => [relationKey(relation), relation]));
  const jobs: { index: number; relation: Relation; input: ReplayInput }[] = [];
  for (const [index, input] of inputs.entries()) {
    const relation = relations.get(relationKey(input.situation.relation));
    // without the relation nobody reaches a row of it
    if (relation) jobs.push({ index, relation, input });
  }
  if (jobs.length === 0) return results;

  const names = new Set(
    jobs.flatMap(({ input: { situation, conditions } }) =>
      [
        situation.relation,
        ...situation.rows.map((row) => row.relation),
        ...conditions.flatMap((text) => relationsIn(parseOnce(text).tree)),
      ].map(relationKey),
    ),
  );
  const roles = new Set(jobs.map(({ input }) => input.situation.role));
  const parts = involved(catalog, names);
  replays += 1;
  const rename = renamer(
    jobs.flatMap(({ input }) => Object.keys(input.situation.settings)),
    replays,
  );
  await db.exec("begin");
  try {
    await db.exec("set local check_function_bodies = off; set local client_min_messages = error");
    await runSteps(
      db,
      buildSteps(catalog, parts, roles).map(({ sql, mayFail }) => ({ sql: rename.inSql(sql), mayFail })),
    );
    await db.exec(DRIVER);
    await db.exec("grant usage on schema rlsmith_replay to public");
    const groups = groupBy(jobs, ({ relation, input }) => `${relationKey(relation)} ${isolated(input.situation)}`);
    for (const group of groups.values()) {
      const [first] = group;
      if (!first) continue;
      await db.exec("savepoint one");
      const isolation = isolate(parts.policies, first.relation, first.input.situation.component);
      await runSteps(
        db,
        isolation.map((sql) => ({ sql: rename.inSql(sql), mayFail: true })),
      );
      const prepared = group.map(({ input, relation }) =>
        renamed(prepare(input.situation, relation, input.conditions), rename),
      );
      const [row] = await db.query<{ answers: Answer[] }>("select rlsmith_replay.run($1::jsonb) as answers", [
        JSON.stringify(prepared),
      ]);
      group.forEach(({ index, relation }, place) => {
        const answer = row?.answers[place];
        if (answer) results[index] = { outcome: outcomeOf(answer, relation), assumed: answer.assumed === true };
      });
      await db.exec("rollback to savepoint one");
    }
  } finally {
    await db.exec("rollback");
  }
  return results;
}

/** Components that share one form of the policies. */
const isolated = ({ component }: Situation): string => (component.startsWith("UPDATE") ? component : "");

/** In one round trip; where that fails, one by one, leaving out what may fail. */
async function runSteps(db: Db, steps: readonly BuildStep[]): Promise<void> {
  if (steps.length === 0) return;
  await db.exec("savepoint steps");
  try {
    await db.exec(steps.map(({ sql }) => `${sql};`).join("\n"));
    await db.exec("release savepoint steps");
    return;
  } catch (error) {
    if (!pgErrorOf(error)) throw error;
    await db.exec("rollback to savepoint steps");
  }
  for (const { sql, mayFail } of steps) {
    await db.exec("savepoint step");
    try {
      await db.exec(sql);
    } catch (error) {
      if (!mayFail || !pgErrorOf(error)) throw error;
      await db.exec("rollback to savepoint step");
    }
  }
}

function outcomeOf(answer: Answer, relation: Relation): AccessOutcome {
  if (answer.error === undefined) return { kind: answer.reached === "true" ? "allow" : "deny" };
  const message = answer.message ?? "";
  const denied =
    message.includes("violates row-level security policy") ||
    message.startsWith(`permission denied for table ${relation.name}`);
  if (answer.error === "42501" && denied) return { kind: "deny" };
  // constraints are checked after policies: the row got through
  if (answer.error.startsWith("23")) return { kind: "allow" };
  return { kind: "error", sqlstate: answer.error, message };
}

interface Renamer {
  inSql(sql: string): string;
  name(setting: string): string;
}

function renamer(settings: readonly string[], run: number): Renamer {
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
  assumption: rename.inSql(prepared.assumption),
  settings: Object.fromEntries(Object.entries(prepared.settings).map(([name, value]) => [rename.name(name), value])),
});
