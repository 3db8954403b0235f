import { pgErrorOf, type Db } from "../db/port.ts";
import type { Catalog, Relation } from "../pg/catalog.ts";
import { quoteIdent } from "../pg/identifier.ts";
import { nameKey, quoteName, relationOf, sameName, type NameKey, type QualifiedName } from "../pg/name.ts";
import { isPlatformSchema } from "../pg/platform-schemas.ts";
import type { Policy, PolicyCommand } from "../pg/policy.ts";
import { boundRoles } from "../pg/role.ts";

/** The calls of a function in the InitPlans of statements, as EXPLAIN shows them. */
export type LookUps =
  | {
      kind: "measured";
      /** the most of one statement on one relation */
      most: number;
      /** relations with a statement in which there are as many */
      relations: NameKey[];
      statements: number;
      /** statements that EXPLAIN refused */
      refused: number;
    }
  /** nothing could be explained; the SQLSTATE of the first refusal, null: there was no statement */
  | { kind: "not measured"; sqlstate: string | null };

const COMMANDS = ["SELECT", "INSERT", "INSERT ON CONFLICT", "UPDATE", "DELETE"] as const;
type Command = (typeof COMMANDS)[number];

/** The commands of policies that apply to each. */
const APPLIES: Readonly<Record<Command, readonly PolicyCommand[]>> = {
  SELECT: ["SELECT"],
  INSERT: ["INSERT", "SELECT"],
  "INSERT ON CONFLICT": ["INSERT", "UPDATE", "SELECT"],
  UPDATE: ["UPDATE", "SELECT"],
  DELETE: ["DELETE", "SELECT"],
};

/**
 * Count the InitPlans that call a function, in the plans of statements on the relations of the policies that call it.
 * An InitPlan is executed at most once a statement (PostgreSQL's executor, nodeSubplan.c: ExecSetParamPlan), so their
 * number is the most calls that a statement makes. The migration is run, and the statements explained, in a transaction
 * that is rolled back.
 */
export async function countLookUps(
  db: Db,
  up: string,
  { catalog, policies, called }: { catalog: Catalog; policies: readonly Policy[]; called: QualifiedName },
): Promise<LookUps> {
  await db.exec("begin");
  try {
    await db.exec(up);
    const counts: { relation: NameKey; calls: number }[] = [];
    const refusals: string[] = [];
    const statements = statementsOf(catalog, policies);
    await allowAll(db, new Set(statements.map(({ role }) => role)), schemasOf(catalog, called));
    for (const { relation, role, command } of statements) {
      const sql = statementOn(relation, command);
      if (sql === null) continue;
      const plan = await explained(db, sql, role);
      if (typeof plan === "string") refusals.push(plan);
      else counts.push({ relation: nameKey(relation), calls: initPlansThatCall(plan.plan, `${nameKey(called)}()`) });
    }
    if (counts.length === 0) return { kind: "not measured", sqlstate: refusals[0] ?? null };
    const most = Math.max(...counts.map(({ calls }) => calls));
    const relations = [...new Set(counts.filter(({ calls }) => calls === most).map(({ relation }) => relation))];
    return { kind: "measured", most, relations, statements: counts.length, refused: refusals.length };
  } catch (error) {
    const raised = pgErrorOf(error);
    if (raised === null) throw error;
    return { kind: "not measured", sqlstate: raised.sqlstate };
  } finally {
    await db.exec("rollback");
  }
}

/** The statements to which the policies apply, each with a role that row security binds. */
function statementsOf(
  catalog: Catalog,
  policies: readonly Policy[],
): { relation: Relation; role: string; command: Command }[] {
  const bound = boundRoles(catalog.roles);
  const anybody = bound.has("authenticated") ? "authenticated" : [...bound].find((role) => !role.startsWith("pg_"));
  const found = new Map<string, { relation: Relation; role: string; command: Command }>();
  for (const policy of policies) {
    const relation = catalog.relations.find((one) => sameName(one, relationOf(policy)));
    if (!relation) continue;
    for (const named of policy.roles) {
      const role = named === "public" ? anybody : bound.has(named) ? named : undefined;
      if (role === undefined) continue;
      for (const command of COMMANDS)
        if (policy.command === "ALL" || APPLIES[command].includes(policy.command))
          found.set(JSON.stringify([nameKey(relation), role, command]), { relation, role, command });
    }
  }
  return [...found.values()];
}

/** RETURNING makes the policies for SELECT apply, too. */
function statementOn({ schema, name, columns, uniqueKeys }: Relation, command: Command): string | null {
  const on = quoteName({ schema, name });
  if (command === "SELECT") return `select * from ${on}`;
  if (command === "DELETE") return `delete from ${on} returning *`;
  const added = `insert into ${on} default values`;
  if (command === "INSERT") return `${added} returning *`;
  const column = columns.find(({ generated }) => generated === "no");
  if (column === undefined) return null;
  const to = quoteIdent(column.name);
  if (command === "UPDATE") return `update ${on} set ${to} = ${to} returning *`;
  const [key] = uniqueKeys;
  if (key === undefined) return null;
  return `${added} on conflict (${key.map((one) => quoteIdent(one)).join(", ")}) do update set ${to} = excluded.${to} returning *`;
}

const schemasOf = (catalog: Catalog, called: QualifiedName): string[] => [
  ...new Set([
    ...catalog.relations.map(({ schema }) => schema).filter((one) => !isPlatformSchema(catalog, one)),
    called.schema,
  ]),
];

/** EXPLAIN is refused where the role may not do what the statement does. */
async function allowAll(db: Db, roles: ReadonlySet<string>, schemas: readonly string[]): Promise<void> {
  const names = schemas.map((schema) => quoteIdent(schema)).join(", ");
  for (const to of [...roles].map((role) => quoteIdent(role)))
    await db.exec(
      `grant usage on schema ${names} to ${to};
       grant all on all tables in schema ${names} to ${to};
       grant execute on all routines in schema ${names} to ${to}`,
    );
}

/** The plan of a statement as a role; the SQLSTATE where EXPLAIN is refused. */
async function explained(db: Db, sql: string, role: string): Promise<{ plan: unknown } | string> {
  await db.exec(`savepoint rlsmith_explain; set local role ${quoteIdent(role)}`);
  try {
    const [row] = await db.query<{ "QUERY PLAN": unknown }>(`explain (verbose, costs off, format json) ${sql}`);
    return { plan: row?.["QUERY PLAN"] };
  } catch (error) {
    const raised = pgErrorOf(error);
    if (raised === null) throw error;
    return raised.sqlstate;
  } finally {
    await db.exec("rollback to savepoint rlsmith_explain; release savepoint rlsmith_explain");
  }
}

/** The InitPlans of a plan in whose own output the call is. */
function initPlansThatCall(plan: unknown, text: string): number {
  if (Array.isArray(plan)) return plan.reduce<number>((sum, part) => sum + initPlansThatCall(part, text), 0);
  if (typeof plan !== "object" || plan === null) return 0;
  const { "Parent Relationship": parent, Output: output } = plan as Record<string, unknown>;
  const calls = parent === "InitPlan" && JSON.stringify(output ?? []).includes(JSON.stringify(text).slice(1, -1));
  return Object.values(plan).reduce<number>((sum, part) => sum + initPlansThatCall(part, text), calls ? 1 : 0);
}
