import type { Catalog, Relation } from "../../../src/pg/catalog.ts";

export type SqlType = "text" | "uuid" | "integer" | "boolean" | "app_role" | "date" | "text[]";
export type TableName = "docs" | "members" | "orgs" | "admins";

/** What the texts of a place are about, so that casts succeed and comparisons hit. */
export type Flavour = "tenant" | "uuid" | "int" | "role" | "bool" | "list";

export interface FuzzColumn {
  name: string;
  type: SqlType;
  notNull: boolean;
  flavour: Flavour | null;
}

const column = (name: string, type: SqlType, flavour: Flavour | null, notNull = false): FuzzColumn => ({
  name,
  type,
  notNull,
  flavour,
});

/** A column of one name has one type in every table: an unqualified name that means another table's column is a trap, not an error. */
export const TABLES: Record<TableName, { columns: FuzzColumn[]; unique: string[][] }> = {
  docs: {
    columns: [
      column("id", "uuid", "uuid", true),
      column("tenant_id", "text", "tenant"),
      column("owner", "uuid", "uuid"),
      column("org_id", "uuid", "uuid", true),
      column("pub", "boolean", "bool"),
      column("flag", "boolean", "bool", true),
      column("role", "text", "role"),
      column("n", "integer", "int"),
      column("kind", "app_role", "role"),
      column("due", "date", null),
      column("tags", "text[]", "list"),
    ],
    unique: [["id"]],
  },
  members: {
    columns: [
      column("user_id", "uuid", "uuid"),
      column("org_id", "uuid", "uuid"),
      column("role", "text", "role"),
      column("kind", "app_role", "role"),
      column("level", "integer", "int", true),
      column("active", "boolean", "bool"),
    ],
    unique: [["user_id"]],
  },
  orgs: {
    columns: [
      column("id", "uuid", "uuid", true),
      column("owner", "uuid", "uuid"),
      column("tenant_id", "text", "tenant"),
      column("level", "integer", "int"),
    ],
    unique: [["id"]],
  },
  admins: { columns: [column("user_id", "uuid", "uuid"), column("active", "boolean", "bool")], unique: [] },
};

export const TABLE_NAMES = ["docs", "members", "orgs", "admins"] as const satisfies readonly TableName[];

export const ROLE_LABELS = ["viewer", "editor", "admin"] as const;

/** `lead` inherits from `authenticated`, `guest` is a member of it without. */
export const ROLES: Record<string, { inherit: boolean; memberOf: string[] }> = {
  anon: { inherit: true, memberOf: [] },
  authenticated: { inherit: true, memberOf: [] },
  lead: { inherit: true, memberOf: ["authenticated"] },
  guest: { inherit: false, memberOf: ["authenticated"] },
};

const U = (digit: string): string =>
  `${digit.repeat(8)}-${digit.repeat(4)}-4${digit.repeat(3)}-8${digit.repeat(3)}-${digit.repeat(12)}`;
export const UUIDS: readonly string[] = [U("a"), U("b"), U("1")];
const [FIRST = "", SECOND = ""] = UUIDS;

/** Texts of each flavour; the first ones are what columns hold, the others traps. */
export const TEXTS: Record<Flavour, { plain: readonly string[]; traps: readonly string[] }> = {
  tenant: { plain: ["a", "b"], traps: ["A", "", "a ", "null"] },
  uuid: {
    plain: [...UUIDS],
    traps: [FIRST.toUpperCase(), `{${FIRST}}`, FIRST.replaceAll("-", ""), "", "bogus", `${SECOND} `],
  },
  int: { plain: ["0", "1", "2"], traps: ["", " 2", "02", "x", "-1", "99999999999"] },
  role: { plain: [...ROLE_LABELS], traps: ["", "ADMIN", "owner", "viewer "] },
  bool: { plain: ["true", "false"], traps: ["t", "on", "", "TRUE", "x", "0"] },
  list: { plain: ["a", "a,b", `${FIRST},${SECOND}`], traps: ["", "b,A,", ",", `${SECOND.toUpperCase()}`] },
};

export const DATES: readonly string[] = ["2001-01-01", "2020-02-29", "2999-12-31"];

/** Settings that policies read, and where the token has the same. */
export const SETTINGS: readonly { name: string; flavour: Flavour; claim: readonly string[] }[] = [
  { name: "app.tenant_id", flavour: "tenant", claim: ["app_metadata", "tenant_id"] },
  { name: "app.user_id", flavour: "uuid", claim: ["sub"] },
  { name: "app.level", flavour: "int", claim: ["app_metadata", "level"] },
  { name: "app.role", flavour: "role", claim: ["role"] },
  { name: "app.is_admin", flavour: "bool", claim: ["app_metadata", "admin"] },
  { name: "app.orgs", flavour: "list", claim: ["app_metadata", "orgs"] },
];

export const CLAIMS = "request.jwt.claims";

/** Members of the token. */
export const CLAIM_PATHS: readonly { path: readonly string[]; flavour: Flavour }[] = [
  { path: ["sub"], flavour: "uuid" },
  { path: ["role"], flavour: "role" },
  { path: ["tenant_id"], flavour: "tenant" },
  { path: ["app_metadata", "tenant_id"], flavour: "tenant" },
  { path: ["app_metadata", "org_id"], flavour: "uuid" },
  { path: ["app_metadata", "level"], flavour: "int" },
  { path: ["app_metadata", "role"], flavour: "role" },
  { path: ["app_metadata", "admin"], flavour: "bool" },
  { path: ["app_metadata", "orgs"], flavour: "list" },
];

/** The tables as a catalog has them, with row security where it is wanted. */
export const relationsOf = (guarded: ReadonlySet<TableName>): Relation[] =>
  TABLE_NAMES.map((name) => ({
    schema: "public",
    name,
    kind: "table",
    owner: "owner",
    rowSecurity: guarded.has(name),
    forceRowSecurity: false,
    partitionOf: null,
    securityInvoker: null,
    columns: TABLES[name].columns.map((given) => ({
      name: given.name,
      type: given.type === "app_role" ? "public.app_role" : given.type,
      notNull: given.notNull,
      expression: null,
      generated: "no",
    })),
    uniqueKeys: TABLES[name].unique,
    grants: ["SELECT", "INSERT", "UPDATE", "DELETE"].map((privilege) => ({ grantee: "public", privilege })),
    columnGrants: [],
    comment: null,
  }));

export const catalogRoles = (): Catalog["roles"] =>
  ["anon", "authenticated", "owner", "lead", "guest"].map((name) => ({
    name,
    superuser: false,
    bypassRls: false,
    login: false,
    inherit: ROLES[name]?.inherit ?? true,
    memberOf: ROLES[name]?.memberOf ?? [],
  }));

/** SQL that makes the tables and roles. `touched` marks rows for the runner: 1 was reached by an UPDATE, 9 is to be left alone. */
export const schemaSql = (): string =>
  [
    `create role owner nologin; grant usage, create on schema public to owner; create role lead nologin; create role guest nologin noinherit;`,
    `grant authenticated to lead; grant authenticated to guest;`,
    `create type public.app_role as enum (${ROLE_LABELS.map((label) => `'${label}'`).join(", ")});`,
    ...TABLE_NAMES.map((name) => {
      const columns = TABLES[name].columns.map(
        (given) => `${given.name} ${given.type}${given.notNull ? " not null" : ""}`,
      );
      const keys = TABLES[name].unique.map((key) => `unique (${key.join(", ")})`);
      return `create table public.${name} (${[...columns, "touched int", ...keys].join(", ")});
        alter table public.${name} owner to owner; grant all on public.${name} to public;`;
    }),
    `grant usage on schema public, auth to public;`,
  ].join("\n");
