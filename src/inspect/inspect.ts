import { readFileSync } from "node:fs";
import { pgErrorOf, type Db } from "../db/port.ts";
import { ToolError } from "../errors.ts";
import type { Catalog, PgFunction, PolicyFunction, Relation, Role, Trigger } from "../pg/catalog.ts";
import type { Policy } from "../pg/policy.ts";

const query = (name: string): string => readFileSync(new URL(`./queries/${name}.sql`, import.meta.url), "utf8");

/**
 * Read the catalog in one read-only transaction with an empty search_path, so that every name in every printed expression is qualified.
 * Throws ToolError (environment) when the login may not read the system catalogs.
 */
export async function inspect(db: Db): Promise<Catalog> {
  await db.exec("begin transaction isolation level repeatable read read only");
  try {
    await db.exec("set local search_path = ''");
    const relations = await db.query<Relation>(query("relations"));
    const policies = await db.query<Policy>(query("policies"));
    const functions = await db.query<PgFunction>(query("functions"));
    const policyFunctions = await db.query<PolicyFunction>(query("policy-functions"));
    const triggers = await db.query<Trigger>(query("triggers"));
    const roles = await db.query<Role>(query("roles"));
    return {
      format: "rlsmith-catalog",
      formatVersion: 1,
      serverVersion: db.version,
      relations,
      policies,
      functions,
      policyFunctions,
      triggers,
      roles,
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
  } finally {
    // The connection may be gone; the first error is the one worth telling.
    await db.exec("rollback").catch(() => {});
  }
}
