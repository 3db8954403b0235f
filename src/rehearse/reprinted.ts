import { pgErrorOf, type Db } from "../db/port.ts";
import type { Catalog } from "../pg/catalog.ts";
import { quoteLiteral } from "../pg/identifier.ts";
import { quoteName, relationOf } from "../pg/name.ts";
import { createPolicy, samePolicy } from "../pg/policy-sql.ts";
import type { Policy } from "../pg/policy.ts";

/**
 * The catalog that was found, with the expected text of each policy that differs only in how it is printed: PostgreSQL
 * may print an expression differently once it has read its own output (src/pg/expr/round-trip.ts). The database itself
 * reads both texts and prints them.
 */
export async function asReprinted(db: Db, expected: Catalog, found: Catalog): Promise<Catalog> {
  const policies: Policy[] = [];
  for (const policy of found.policies) {
    const wanted = expected.policies.find(
      ({ schema, relation, name }) => schema === policy.schema && relation === policy.relation && name === policy.name,
    );
    const differs = wanted !== undefined && !samePolicy(wanted, policy);
    policies.push(
      differs &&
        samePolicy({ ...wanted, using: policy.using, check: policy.check }, policy) &&
        (await printsAs(db, wanted, policy))
        ? { ...policy, using: wanted.using, check: wanted.check }
        : policy,
    );
  }
  return { ...found, policies };
}

/** True if two policies of one relation are printed alike once the database has read both texts. */
async function printsAs(db: Db, one: Policy, other: Policy): Promise<boolean> {
  const names = ["rlsmith one", "rlsmith other"];
  try {
    const results = await db.exec(
      [
        "begin",
        "set local search_path = ''",
        ...[one, other].map((policy, n) => createPolicy({ ...policy, name: names[n] ?? "" })),
        `select count(distinct (pg_get_expr(polqual, polrelid), pg_get_expr(polwithcheck, polrelid)))::int as texts from pg_policy
         where polrelid = ${quoteLiteral(quoteName(relationOf(one)))}::regclass and polname in (${names.map(quoteLiteral).join(", ")})`,
      ].join(";\n"),
    );
    return results.at(-1)?.[0]?.["texts"] === 1;
  } catch (error) {
    if (!pgErrorOf(error)) throw error;
    return false;
  } finally {
    await db.exec("rollback");
  }
}
