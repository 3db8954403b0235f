import { pgErrorOf, type Db } from "../db/port.ts";
import { inSavepoint, passing } from "../db/savepoint.ts";
import { ToolError } from "../errors.ts";
import { quoteIdent, quoteQualified } from "../pg/identifier.ts";
import { createPolicy } from "../pg/policy-sql.ts";
import { policyId, type Policy } from "../pg/policy.ts";
import type { Plan, Step } from "../plan/plan.ts";
import { readState, type RelationState, type Scope, type State } from "./state.ts";
import { wholeRowOf } from "./whole-row.ts";

/** A plan's two ends as the target itself prints them: majors print one expression in different ways, so texts are compared only when one server has printed both. */
export interface Expected {
  before: State;
  after: State;
}

/**
 * Have the target print what the plan saw and what it makes, without a lock on anybody's relation: policies are made on empty temporary copies of
 * the same name, functions are replaced in a savepoint that is rolled back. Inside a transaction that is open. `now`: the scope as it is. Throws
 * ToolError (environment): something that the plan makes cannot be made here.
 */
export async function expectedStates(
  db: Db,
  plan: Plan,
  steps: readonly Step[],
  scope: Scope,
  now: State,
): Promise<Expected> {
  const shared = steps.filter(({ object }) => object.kind === "function" || object.kind === "schema");
  const end = async (statements: readonly string[], side: "before" | "after"): Promise<State> =>
    passing(db, "", async () => {
      await tried(db, statements, side);
      const { functions, schemas } = await readState(db, { ...scope, relations: [] });
      const relations: RelationState[] = [];
      for (const relation of now.relations)
        relations.push(relation.exists ? await printed(db, plan, steps, relation, side) : relation);
      return { relations, functions, schemas };
    });
  const after = await end(
    shared.flatMap(({ up }) => up),
    "after",
  );
  const made = shared.filter(makesObject);
  const before = await end(
    shared
      .toReversed()
      .filter((step) => !made.includes(step))
      .flatMap(({ down }) => down),
    "before",
  );
  return { before: without(before, made), after };
}

/** Whether a step makes something that was not there: its way back takes it away. */
const makesObject = ({ object, down }: Step): boolean =>
  object.kind === "schema"
    ? down.length > 0
    : object.kind === "function" && down.length > 0 && down.every((sql) => sql.startsWith("drop function "));

/** A state in which what these steps make is not there: while policies call it, it cannot be dropped to have a look. */
const without = (state: State, made: readonly Step[]): State => ({
  ...state,
  functions: state.functions.map((fn) =>
    made.some(
      ({ object }) =>
        object.kind === "function" &&
        object.schema === fn.schema &&
        object.name === fn.name &&
        object.identityArguments === fn.arguments,
    )
      ? { ...fn, definition: null }
      : fn,
  ),
  schemas: state.schemas.map((schema) =>
    made.some(({ object }) => object.kind === "schema" && object.schema === schema.name)
      ? { ...schema, exists: false }
      : schema,
  ),
});

async function tried(db: Db, statements: readonly string[], side: "before" | "after"): Promise<void> {
  for (const sql of statements)
    try {
      await db.exec(sql);
    } catch (error) {
      const raised = pgErrorOf(error);
      if (!raised || side === "before") throw error;
      throw cannotBeMade(sql.split("\n")[0] ?? "", raised);
    }
}

const cannotBeMade = (what: string, raised: { sqlstate: string; message: string }): ToolError =>
  new ToolError(
    "environment",
    "CANNOT_BE_MADE_HERE",
    `\`${what}\` cannot be made on this target: ${raised.message} (${raised.sqlstate})`,
    "bring the target to where the plan was made (migrations that are missing?), or run `rlsmith plan` for this database",
  );

/** One relation at one end of the plan. Flags, and comments that the plan does not change, are not its business: they are as they are now. */
async function printed(
  db: Db,
  plan: Plan,
  steps: readonly Step[],
  now: RelationState,
  side: "before" | "after",
): Promise<RelationState> {
  const here = plan.policies.filter(({ before }) => before.schema === now.schema && before.relation === now.name);
  const wanted = here.flatMap((outcome) => (side === "before" ? [outcome.before] : outcome.after));
  const shadow = quoteQualified("pg_temp", now.name);
  await makeShadow(db, shadow, now);
  const texts = wanted.flatMap(({ using, check }) => [using, check].filter((text) => text !== null));
  const rows = await wholeRowOf(db, now.schema, now.name, texts);
  const names = new Map(wanted.map((policy, n) => [`p${n}`, policy]));
  const probes = [...names].map(([name, policy]) => ({
    policy,
    sql: createPolicy({
      ...policy,
      schema: "pg_temp",
      name,
      roles: ["public"],
      using: policy.using && rows.cast(policy.using),
      check: policy.check && rows.cast(policy.check),
    }),
  }));
  if (!(await couldBeMade(db, probes)))
    for (const { policy, sql } of probes)
      try {
        await inSavepoint(db, async () => db.exec(sql));
      } catch (error) {
        const raised = pgErrorOf(error);
        if (!raised) throw error;
        if (side === "after") throw cannotBeMade(policyId(policy), raised);
        // what the plan saw cannot be made here: then it is not what is here, and the text shows it
      }
  const table = `alter table ${quoteQualified(now.schema, now.name)} `;
  for (const step of steps)
    if (step.object.kind === "column" && step.object.schema === now.schema && step.object.relation === now.name)
      for (const sql of side === "before" ? step.down : step.up)
        if (sql.startsWith(table)) await tried(db, [`alter table ${shadow} ${sql.slice(table.length)}`], side);
  const [made] = (
    await readState(db, {
      relations: [{ schema: await tempSchema(db), name: now.name }],
      functions: [],
      schemas: [],
    })
  ).relations;
  await db.exec(`drop table ${shadow}`);
  const recommented = new Set(
    here.flatMap(({ before, after }) =>
      after.some(({ name, comment }) => name === before.name && comment !== before.comment) ? [before.name] : [],
    ),
  );
  const policies = [...names].map(([probe, policy]): Policy => {
    const text = made?.policies.find(({ name }) => name === probe);
    const there = now.policies.find(({ name }) => name === policy.name);
    return {
      ...policy,
      using: asPrinted(policy.using, text?.using ? rows.uncast(text.using) : null, there?.using ?? null),
      check: asPrinted(policy.check, text?.check ? rows.uncast(text.check) : null, there?.check ?? null),
      comment: there && !recommented.has(policy.name) ? there.comment : policy.comment,
    };
  });
  const touched = new Set(
    steps.flatMap(({ object }) =>
      object.kind === "column" && object.schema === now.schema && object.relation === now.name ? [object.column] : [],
    ),
  );
  return {
    ...now,
    policies: policies.toSorted((a, b) => compareC(a.name, b.name)),
    defaults: now.defaults.map((one) =>
      touched.has(one.column) ? (made?.defaults.find(({ column }) => column === one.column) ?? one) : one,
    ),
  };
}

/** All of them in one trip, or none. */
async function couldBeMade(db: Db, probes: readonly { sql: string }[]): Promise<boolean> {
  try {
    await inSavepoint(db, async () => db.exec(probes.map(({ sql }) => sql).join(";\n")));
    return true;
  } catch (error) {
    if (!pgErrorOf(error)) throw error;
    return false;
  }
}

/**
 * What was written as `x in ('a', 'b')` is printed in one way, and once that text was read again in another (measured on 15 and 18 with a varchar): so
 * the plan's own text is as good as what the target makes of it, if it is what stands there.
 */
const asPrinted = (planned: string | null, printed: string | null, there: string | null): string | null =>
  planned === there ? planned : (printed ?? planned);

async function tempSchema(db: Db): Promise<string> {
  const [temp] = await db.query<{ name: string }>(
    "select nspname as name from pg_namespace where oid = pg_my_temp_schema()",
  );
  return temp?.name ?? "pg_temp";
}

async function makeShadow(db: Db, shadow: string, { schema, name }: RelationState): Promise<void> {
  try {
    await db.exec(`create temporary table ${shadow} (like ${quoteQualified(schema, name)})`);
  } catch (error) {
    const raised = pgErrorOf(error);
    if (raised?.sqlstate !== "42501") throw error;
    throw new ToolError(
      "environment",
      "INSUFFICIENT_PRIVILEGE",
      `the target cannot be asked how it prints policies of ${quoteIdent(schema)}.${quoteIdent(name)}: ${raised.message}`,
      "apply as the owner of the relations, with TEMPORARY on the database (Postgres' default)",
      { cause: error },
    );
  }
}

/** Names in the order of the "C" collation, by UTF-8 bytes: as the queries sort them. */
const compareC = (a: string, b: string): number => Buffer.compare(Buffer.from(a), Buffer.from(b));
