import type { FunctionKey, QualifiedName } from "./name.ts";
import type { Policy } from "./policy.ts";

/** What rlsmith knows of a database: plain data, read in one transaction with an empty search_path, so that every printed name is qualified. Arrays are sorted by name. */
export interface Catalog {
  format: "rlsmith-catalog";
  formatVersion: 1;
  /** server_version_num */
  serverVersion: number;
  relations: Relation[];
  policies: Policy[];
  functions: PgFunction[];
  policyFunctions: PolicyFunction[];
  triggers: Trigger[];
  /** enums and domains */
  types: UserType[];
  roles: Role[];
}

export type RelationKind = "table" | "partitioned table" | "view" | "materialized view" | "foreign table";

/** A table, view or foreign table (pg_class), with its columns and privileges. */
export interface Relation {
  schema: string;
  name: string;
  kind: RelationKind;
  owner: string;
  /** ALTER TABLE … ENABLE ROW LEVEL SECURITY */
  rowSecurity: boolean;
  /** ALTER TABLE … FORCE ROW LEVEL SECURITY */
  forceRowSecurity: boolean;
  partitionOf: QualifiedName | null;
  /** views: whether security_invoker is on; null for anything else */
  securityInvoker: boolean | null;
  columns: Column[];
  /** columns of every unique index without expressions and without a WHERE, the primary key first */
  uniqueKeys: string[][];
  /** of the whole relation */
  grants: Grant[];
  /** of single columns, each privilege once however many columns it is for */
  columnGrants: Grant[];
  comment: string | null;
}

/** A column of a relation (pg_attribute). */
export interface Column {
  name: string;
  /** as format_type prints it, qualified */
  type: string;
  notNull: boolean;
  /** default or generation expression by pg_get_expr, or null */
  expression: string | null;
  generated: "no" | "stored" | "virtual" | "identity";
}

/** A privilege that a role was granted. */
export interface Grant {
  /** role name, `public` for PUBLIC */
  grantee: string;
  /** SELECT, INSERT, EXECUTE … */
  privilege: string;
}

/** A function or procedure that no extension owns, outside the system schemas. */
export interface PgFunction {
  schema: string;
  name: string;
  /** pg_get_function_identity_arguments: tells overloads apart */
  identityArguments: string;
  /** pg_get_function_arguments: with names and defaults */
  arguments: string;
  argumentNames: string[];
  /** types of the input arguments, qualified */
  argumentTypes: string[];
  result: string;
  kind: "function" | "procedure" | "aggregate" | "window";
  language: string;
  volatility: "immutable" | "stable" | "volatile";
  securityDefiner: boolean;
  strict: boolean;
  owner: string;
  /** `name=value` of ALTER FUNCTION … SET */
  settings: string[];
  /** the body: prosrc, or for SQL-standard bodies what pg_get_function_sqlbody prints */
  body: string;
  /** true for BEGIN ATOMIC / RETURN bodies, whose text Postgres prints anew */
  sqlStandardBody: boolean;
  /** pg_get_functiondef; empty for aggregates */
  definition: string;
  grants: Grant[];
  comment: string | null;
}

/** That a policy calls a function, by pg_depend: the overload that Postgres chose. */
export interface PolicyFunction {
  schema: string;
  relation: string;
  policy: string;
  /** `schema.name(identity arguments)` */
  function: FunctionKey;
}

export type UserType = QualifiedName &
  (
    | { kind: "enum"; /** in their order */ labels: string[] }
    | {
        kind: "domain";
        /** the type that the domain is over, a domain again perhaps */
        base: string;
        notNull: boolean;
      }
  );

/** A trigger (pg_trigger). */
export interface Trigger {
  schema: string;
  relation: string;
  name: string;
  function: QualifiedName;
  /** pg_get_triggerdef */
  definition: string;
  enabled: boolean;
}

/** A role (pg_roles). */
export interface Role {
  name: string;
  superuser: boolean;
  bypassRls: boolean;
  login: boolean;
  inherit: boolean;
  /** roles this one is a direct member of */
  memberOf: string[];
}

/** Schemas that the platform owns (Supabase) and no user migration rewrites. */
export const PLATFORM_SCHEMAS: readonly string[] = [
  "auth",
  "cron",
  "extensions",
  "graphql",
  "graphql_public",
  "net",
  "pgbouncer",
  "pgsodium",
  "pgsodium_masks",
  "pgmq",
  "realtime",
  "storage",
  "supabase_functions",
  "supabase_migrations",
  "vault",
];
