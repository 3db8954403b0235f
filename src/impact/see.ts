import type { Relation } from "../pg/catalog.ts";
import { quoteLiteral, quoteRole } from "../pg/identifier.ts";
import { nameKey } from "../pg/name.ts";
import type { User, Variables } from "./user.ts";

/**
 * Statements that count the rows which a user reads now: with the claims of auth.users, and nothing but the id written out.
 * Variables are left out where their values are not ids of the user: they may be values of rows.
 */
export function statementsFor(relation: Relation, { id, role }: User, variables: Variables): string[] {
  const claims =
    id === null
      ? []
      : [
          `select set_config('request.jwt.claims', (select jsonb_build_object('sub', id, 'role', ${quoteLiteral(role)}, 'app_metadata', raw_app_meta_data, 'user_metadata', raw_user_meta_data)::text from auth.users where id = ${quoteLiteral(id)}), true)`,
        ];
  const set = Object.entries(variables).filter(([name, value]) => value !== "" && !name.startsWith("request."));
  return [
    "begin read only",
    ...claims,
    ...set.map(([name]) => `set local ${name} = '…'`),
    `set local role ${quoteRole(role)}`,
    `select count(*) from ${nameKey(relation)}`,
    "rollback",
  ];
}
