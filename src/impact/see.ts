import type { SyncSource } from "../claims/index.ts";
import type { Relation } from "../pg/catalog.ts";
import type { ContextMap } from "../pg/context.ts";
import { identForReading, quoteLiteral, quoteRole } from "../pg/identifier.ts";
import { nameKey } from "../pg/name.ts";
import { settableOf, type User, type Variables } from "./user.ts";

/** For each variable the query of its value for a user, as the source of the claims has it. */
export type VariableQueries = ReadonlyMap<string, (user: string) => string>;

export function variableQueries(source: SyncSource | null, context: ContextMap): VariableQueries {
  const queries = settableOf(context).flatMap((variable): [string, (user: string) => string][] => {
    const path = variable.claim.join(".");
    const claim = source?.claims.find((one) => one.path.join(".") === path);
    if (!source || !claim) return path === "sub" ? [[variable.setting, quoteLiteral]] : [];
    const { relation, user, active } = source;
    const value = variable.type.endsWith("[]")
      ? `array_to_string(${claim.sql}, ${quoteLiteral(variable.separator)})`
      : `(${claim.sql})::text`;
    const rows = `from ${nameKey(relation)} as ${identForReading(relation.name)}`;
    const isActive = active === null ? "" : ` and (${active.sql})`;
    return [
      [
        variable.setting,
        (id) =>
          `(select ${value} ${rows} where ${identForReading(user)}::text = ${quoteLiteral(id)}${isActive} limit 1)`,
      ],
    ];
  });
  return new Map(queries);
}

/**
 * Statements that count the rows which a user reads now, with the claims of auth.users and the variables of the source:
 * nothing is written out in them but the user's id. Null: the value of a variable cannot be queried.
 */
export function statementsFor(
  relation: Relation,
  { id, role }: User,
  variables: Variables,
  queries: VariableQueries,
): string[] | null {
  const set = Object.entries(variables).filter(([name, value]) => value !== "" && !name.startsWith("request."));
  const values = set.map(([name]) => (id === null ? undefined : queries.get(name)?.(id)));
  if (values.includes(undefined)) return null;
  const claims =
    id === null
      ? `'{"role": "anon"}'`
      : `(select jsonb_build_object('sub', id, 'role', role, 'app_metadata', raw_app_meta_data, 'user_metadata', raw_user_meta_data)::text from auth.users where id = ${quoteLiteral(id)})`;
  return [
    "begin read only",
    `select set_config('request.jwt.claims', ${claims}, true)`,
    ...set.map(([name], n) => `select set_config(${quoteLiteral(name)}, ${values[n]}, true)`),
    `set local role ${quoteRole(role)}`,
    `select count(*) from ${nameKey(relation)}`,
    "rollback",
  ];
}
