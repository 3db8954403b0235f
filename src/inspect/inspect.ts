import { readFileSync } from "node:fs";
import { pgErrorOf, type Db } from "../db/port.ts";
import { sentTogether } from "../db/sent-together.ts";
import { ToolError } from "../errors.ts";
import type { AccessFacts, ObjectAttribute, OtherGrants } from "../pg/access-facts.ts";
import type {
  Catalog,
  PgFunction,
  PolicyFunction,
  Relation,
  Role,
  Rule,
  Schema,
  Trigger,
  UserType,
} from "../pg/catalog.ts";
import type { Dependencies } from "../pg/dependencies.ts";
import { functionKey } from "../pg/name.ts";
import type { Policy } from "../pg/policy.ts";

const query = (name: string): string => readFileSync(new URL(`./queries/${name}.sql`, import.meta.url), "utf8");

/**
 * Read the catalog in one read-only transaction with an empty search_path, so that every name in every printed expression is qualified.
 * Throws ToolError (environment) when the login may not read the system catalogs.
 *
 * @example
 * ```ts
 * import { connect, inspect } from "rlsmith";
 *
 * const db = await connect(process.env["DATABASE_URL"] ?? "");
 * const catalog = await inspect(db);
 * await db.close();
 * console.log(`${catalog.policies.length} policies on ${catalog.relations.length} relations`);
 * ```
 */
export async function inspect(db: Db): Promise<Catalog> {
  try {
    const [
      ,
      relations,
      policies,
      functions,
      policyFunctions,
      triggers,
      types,
      roles,
      rules,
      schemas,
      [dependencies],
      [access],
      otherGrants,
      attributes,
    ] = await sentTogether([
      db.exec("begin transaction isolation level repeatable read read only; set local search_path = ''"),
      db.query<Relation>(query("relations")),
      db.query<Policy>(query("policies")),
      db.query<PgFunction>(query("functions")),
      policyFunctionsOf(db),
      db.query<Trigger>(query("triggers")),
      typesOf(db),
      db.query<Role>(query("roles")),
      db.query<Rule>(query("rules")),
      db.query<Schema>(query("schemas")),
      db.query<Dependencies>(query("dependencies")),
      // catalogs and columns that PostgreSQL 15 introduced are in it
      db.version >= 150_000
        ? db.query<Omit<AccessFacts, "otherGrants" | "attributes">>(query("access"))
        : Promise.resolve([]),
      db.version >= 150_000 ? db.query<OtherGrants>(query("other-grants")) : Promise.resolve<OtherGrants[]>([]),
      db.version >= 150_000 ? db.query<ObjectAttribute>(query("attributes")) : Promise.resolve<ObjectAttribute[]>([]),
      db.exec("rollback"),
    ]);
    return {
      format: "rlsmith-catalog",
      formatVersion: 1,
      serverVersion: db.version,
      relations,
      policies,
      functions,
      policyFunctions,
      triggers,
      types,
      roles,
      rules,
      schemas,
      ...(dependencies ? { dependencies } : {}),
      ...(access ? { access: { ...access, otherGrants, attributes } } : {}),
    };
  } catch (error) {
    const raised = pgErrorOf(error);
    if (raised?.sqlstate === "42501")
      throw new ToolError(
        "environment",
        "INSUFFICIENT_PRIVILEGE",
        `the login may not read the catalog: ${raised.message}`,
        "connect as a role that may read pg_catalog, for instance the owner of the tables",
        { cause: error },
      );
    throw error;
  }
}

interface PolicyFunctionRow {
  schema: string;
  relation: string;
  policy: string;
  functionSchema: string;
  functionName: string;
  identityArguments: string;
}

async function policyFunctionsOf(db: Db): Promise<PolicyFunction[]> {
  const rows = await db.query<PolicyFunctionRow>(query("policy-functions"));
  return rows.map(({ schema, relation, policy, functionSchema, functionName, identityArguments }) => ({
    schema,
    relation,
    policy,
    function: functionKey({ schema: functionSchema, name: functionName, identityArguments }),
  }));
}

interface TypeRow {
  schema: string;
  name: string;
  kind: "enum" | "domain";
  labels: string[] | null;
  base: string | null;
  notNull: boolean | null;
}

async function typesOf(db: Db): Promise<UserType[]> {
  const rows = await db.query<TypeRow>(query("types"));
  return rows.map(({ schema, name, kind, labels, base, notNull }): UserType =>
    kind === "enum"
      ? { schema, name, kind, labels: labels ?? [] }
      : { schema, name, kind, base: base ?? "", notNull: notNull ?? false },
  );
}
