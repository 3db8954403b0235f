import type { Catalog, PgFunction, Relation, UserType } from "../../pg/catalog.ts";
import { dollarQuote, quoteIdent, quoteLiteral, quoteRole } from "../../pg/identifier.ts";
import { nameKey, quoteName, relationKey, type NameKey } from "../../pg/name.ts";
import { createPolicy } from "../../pg/policy-sql.ts";
import type { Policy } from "../../pg/policy.ts";
import { isTokenFunction, SUPABASE } from "../encode/platform.ts";
import { describe, objectKey, type CatalogObject } from "../uses.ts";

/** One statement, and whether the replay can do without it (what needs it then raises by itself). */
export interface BuildStep {
  sql: string;
  mayFail: boolean;
}

/**
 * The part of a catalog that a replay needs: some relations and functions and, transitively, all that their policies and
 * bodies name.
 */
export interface Involved {
  relations: Relation[];
  functions: PgFunction[];
  policies: Policy[];
}

export function involved(
  catalog: Catalog,
  relations: ReadonlySet<NameKey>,
  functions: ReadonlySet<NameKey> = new Set(),
): Involved {
  const described = describe(catalog);
  const keys = new Set([
    ...[...relations].map((name) => objectKey({ kind: "relation", name })),
    ...[...functions].map((name) => objectKey({ kind: "function", name })),
  ]);
  for (const key of keys) for (const used of described.get(key)?.uses ?? []) keys.add(used);
  const has = (kind: CatalogObject["kind"], name: NameKey): boolean => keys.has(objectKey({ kind, name }));
  return {
    relations: catalog.relations.filter((relation) => has("relation", nameKey(relation))),
    functions: catalog.functions.filter(
      (fn) => fn.kind === "function" && (has("function", nameKey(fn)) || isTokenFunction(fn)),
    ),
    policies: catalog.policies.filter((policy) => has("relation", relationKey(policy))),
  };
}

/**
 * The schema of a replay as statements: roles, types, tables (columns, NOT NULL and unique keys; no defaults, foreign
 * keys, CHECKs or triggers), functions, grants, policies. To be run in a transaction that is rolled back: what is there
 * under the same names is dropped.
 */
export function buildSteps(catalog: Catalog, parts: Involved, roles: ReadonlySet<string>): BuildStep[] {
  const must = (sql: string): BuildStep => ({ sql, mayFail: false });
  const may = (sql: string): BuildStep => ({ sql, mayFail: true });
  const schemas = new Set([
    "auth",
    ...[...parts.relations, ...parts.functions, ...catalog.types].map(({ schema }) => schema),
  ]);
  const views = parts.relations.filter((relation) => !isTable(relation));
  return [
    ...rolesOf(catalog, parts, roles),
    ...[...schemas].flatMap((schema) => [
      must(`create schema if not exists ${quoteIdent(schema)}`),
      must(`grant usage on schema ${quoteIdent(schema)} to public`),
    ]),
    ...parts.relations.map((relation) => must(dropRelation(relation))),
    ...parts.functions.map((fn) => may(`drop function if exists ${signature(fn)} cascade`)),
    ...catalog.types.flatMap((type) => [may(`drop type if exists ${quoteName(type)} cascade`)]),
    ...inOrder(catalog.types).map((type) => may(createType(type))),
    ...tokenFunctions(parts).map(must),
    ...parts.relations.filter(isTable).flatMap((relation) => tableSteps(relation).map(must)),
    ...parts.functions.flatMap((fn) => functionSteps(fn).map(may)),
    // functions may name one another in any order: what failed for want of another is made now
    ...parts.functions.map((fn) => may(fn.definition)),
    // views, too, may read one another
    ...[...views, ...views].flatMap((view) => viewSteps(catalog, view).map(may)),
    ...parts.relations.flatMap((relation) => accessSteps(relation).map(may)),
    ...parts.policies.map((policy) => must(createPolicy(policy))),
  ];
}

const isTable = (relation: Relation): boolean => relation.kind !== "view";

function viewSteps(catalog: Catalog, view: Relation): string[] {
  const found = catalog.dependencies?.relations.find((one) => nameKey(one) === nameKey(view));
  const query = found?.definition?.replace(/;\s*$/, "");
  if (query === undefined) return [];
  const name = quoteName(view);
  return [
    `create or replace view ${name} with (security_invoker = ${view.securityInvoker === true}) as ${query}`,
    `alter view ${name} owner to ${quoteIdent(view.owner)}`,
  ];
}

// A view or table of that name may be there, whichever it is.
const dropRelation = (relation: Relation): string => {
  const name = quoteLiteral(quoteName(relation));
  return `do ${dollarQuote(`
declare kind "char" := (select relkind from pg_class where oid = to_regclass(${name}));
begin
  if kind is not null then
    execute format('drop %s %s cascade', case kind when 'v' then 'view' when 'm' then 'materialized view' when 'f' then 'foreign table' else 'table' end, ${name});
  end if;
end
`)}`;
};

function rolesOf(catalog: Catalog, parts: Involved, more: ReadonlySet<string>): BuildStep[] {
  const names = new Set(more);
  for (const policy of parts.policies) for (const role of policy.roles) names.add(role);
  for (const { owner, grants } of [...parts.relations, ...parts.functions]) {
    names.add(owner);
    for (const { grantee } of grants) names.add(grantee);
  }
  // those of pg_has_role
  const texts = [
    ...parts.policies.flatMap(({ using, check }) => [using, check]),
    ...parts.functions.map((fn) => fn.body),
  ];
  for (const { name } of catalog.roles) if (texts.some((text) => text?.includes(quoteLiteral(name)))) names.add(name);
  names.delete("public");
  const known = new Map(catalog.roles.map((role) => [role.name, role]));
  for (const name of names) for (const parent of known.get(name)?.memberOf ?? []) names.add(parent);
  const create = (name: string): string => {
    const role = known.get(name);
    const options = [
      role?.superuser ? "superuser" : "",
      role?.bypassRls ? "bypassrls" : "",
      role?.inherit === false ? "noinherit" : "",
    ];
    return `do ${dollarQuote(`begin
  if not exists (select from pg_roles where rolname = ${quoteLiteral(name)}) then
    create role ${quoteIdent(name)} ${options.join(" ")};
  end if;
end`)}`;
  };
  return [
    ...[...names].map((name) => ({ sql: create(name), mayFail: true })),
    ...[...names].flatMap((name) =>
      (known.get(name)?.memberOf ?? []).map((parent) => ({
        sql: `grant ${quoteIdent(parent)} to ${quoteIdent(name)}`,
        mayFail: true,
      })),
    ),
  ];
}

/** A domain over a domain comes after it. */
const inOrder = (types: readonly UserType[]): UserType[] => [
  ...types.filter((type) => type.kind === "enum"),
  ...types.filter((type) => type.kind === "domain"),
];

const createType = (type: UserType): string =>
  type.kind === "enum"
    ? `create type ${quoteName(type)} as enum (${type.labels.map((label) => quoteLiteral(label)).join(", ")})`
    : `create domain ${quoteName(type)} as ${type.base}${type.notNull ? " not null" : ""}`;

/** A column whose type is not there (an extension's) is text: the row can be made, and what needs the type raises. */
function tableSteps(relation: Relation): string[] {
  const name = quoteName(relation);
  const columns = relation.columns.map(({ name: column, type, notNull }) => {
    const bare = quoteLiteral(type.replace(/\(.*?\)/, "").replaceAll("[]", ""));
    const known = `case when to_regtype(${bare}) is null then 'text' else ${quoteLiteral(type)} end`;
    return `${quoteLiteral(`${quoteIdent(column)} `)} || ${known}${notNull ? " || ' not null'" : ""}`;
  });
  return [
    `do ${dollarQuote(`begin
  execute ${quoteLiteral(`create table ${name} (`)} || array_to_string(array[${columns.join(",\n    ")}]::text[], ', ') || ')';
end`)}`,
    ...relation.uniqueKeys.map(
      (key) => `create unique index on ${name} (${key.map((column) => quoteIdent(column)).join(", ")})`,
    ),
    `alter table ${name} owner to ${quoteIdent(relation.owner)}`,
  ];
}

function accessSteps(relation: Relation): string[] {
  const name = quoteName(relation);
  return [
    // default privileges of the schema may have given more than the catalog says
    `do ${dollarQuote(`
declare grantee text;
begin
  for grantee in
    select distinct case when a.grantee = 0 then 'public' else quote_ident(pg_get_userbyid(a.grantee)) end
    from pg_class c, aclexplode(c.relacl) a
    where c.oid = ${quoteLiteral(name)}::regclass
  loop
    execute 'revoke all on ' || ${quoteLiteral(name)} || ' from ' || grantee;
  end loop;
end
`)}`,
    ...[...relation.grants, ...relation.columnGrants].map(
      ({ grantee, privilege }) => `grant ${privilege} on ${name} to ${quoteRole(grantee)}`,
    ),
    ...(relation.rowSecurity ? [`alter table ${name} enable row level security`] : []),
    ...(relation.forceRowSecurity ? [`alter table ${name} force row level security`] : []),
  ];
}

function functionSteps(fn: PgFunction): string[] {
  return [
    fn.definition,
    `alter function ${signature(fn)} owner to ${quoteIdent(fn.owner)}`,
    ...(fn.grants.length === 0 ? [] : [`revoke all on function ${signature(fn)} from public`]),
    ...fn.grants.map(({ grantee }) => `grant execute on function ${signature(fn)} to ${quoteRole(grantee)}`),
  ];
}

const signature = (fn: PgFunction): string => `${quoteName(fn)}(${fn.argumentTypes.join(", ")})`;

/** Supabase's functions of the token, where the catalog has none of its own. */
function tokenFunctions(parts: Involved): string[] {
  const own = new Set(parts.functions.map(nameKey));
  return SUPABASE.filter(({ name }) => !own.has(nameKey(name))).flatMap(({ name, body, result }) => [
    `drop function if exists ${quoteName(name)}() cascade`,
    `create function ${quoteName(name)}() returns ${result} language sql stable as $body$ select ${body} $body$`,
  ]);
}
