import type { AccessFacts } from "./access-facts.ts";
import type { Dependencies } from "./dependencies.ts";
import type { Grant } from "./grant.ts";
import type { FunctionKey, QualifiedName } from "./name.ts";
import type { Policy } from "./policy.ts";

export type { Grant } from "./grant.ts";

/**
 * The part of a database's catalog that rlsmith reads: plain data, read in one transaction with an empty search_path,
 * so that every printed name is qualified. Arrays are sorted by name.
 */
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
  /** rewrite rules other than those of views; absent from catalogs of earlier versions */
  rules?: Rule[];
  /** schemas and who may use them; absent from catalogs of earlier versions */
  schemas?: Schema[];
  /** what expressions depend on besides; absent from catalogs of earlier versions */
  dependencies?: Dependencies;
  /** what decides access besides; absent from catalogs of earlier versions */
  access?: AccessFacts;
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
  /** for a view, true if security_invoker is set; null for any other relation */
  securityInvoker: boolean | null;
  /** the relations that the definition of a view names; null for any other relation, left out where it is not known */
  reads?: QualifiedName[] | null;
  columns: Column[];
  /** the columns of every unique index without expressions and without a WHERE clause, the primary key first */
  uniqueKeys: string[][];
  /** the columns of unique indexes with a WHERE clause; absent from catalogs of earlier versions */
  partialKeys?: string[][];
  /** on the whole relation */
  grants: Grant[];
  /** on single columns; each privilege appears once, however many columns it covers */
  columnGrants: Grant[];
  comment: string | null;
}

/** A column of a relation (pg_attribute). */
export interface Column {
  name: string;
  /** as format_type prints it, qualified */
  type: string;
  notNull: boolean;
  /** the default or generation expression as pg_get_expr prints it, or null */
  expression: string | null;
  generated: "no" | "stored" | "virtual" | "identity";
}

/** A function or procedure that no extension owns, outside the system schemas. */
export interface PgFunction {
  schema: string;
  name: string;
  /** pg_get_function_identity_arguments: distinguishes overloads */
  identityArguments: string;
  /** pg_get_function_arguments: includes names and defaults */
  arguments: string;
  argumentNames: string[];
  /** the types of the input arguments, qualified */
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
  /** the body: prosrc, or the output of pg_get_function_sqlbody for an SQL-standard body */
  body: string;
  /** true for a BEGIN ATOMIC or RETURN body, whose text Postgres prints from the analysed tree */
  sqlStandardBody: boolean;
  /** pg_get_functiondef; empty for aggregates */
  definition: string;
  grants: Grant[];
  comment: string | null;
}

/** A call of a function by a policy, from pg_depend: the overload that Postgres chose. */
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
        /** the type that the domain is based on, which may itself be a domain */
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
  /** absent from catalogs of earlier versions */
  createRole?: boolean;
  /** absent from catalogs of earlier versions */
  replication?: boolean;
  /** the roles that this one is a direct member of */
  memberOf: string[];
  /**
   * Those of them whose privileges it has: all of them or none before PostgreSQL 16, by its INHERIT, later those granted
   * WITH INHERIT TRUE. Absent from catalogs of earlier versions.
   */
  inheritsFrom?: string[];
  /**
   * Those of them that it may become with SET ROLE: all of them before PostgreSQL 16, later those granted WITH SET TRUE.
   * Absent from catalogs of earlier versions.
   */
  maySet?: string[];
  /** Those of them that it holds WITH ADMIN OPTION, to grant to itself too. Absent from catalogs of earlier versions. */
  mayGrant?: string[];
}

/** A rule (pg_rewrite) that is not the definition of a view. */
export interface Rule {
  schema: string;
  relation: string;
  name: string;
  /** pg_get_ruledef */
  definition: string;
  enabled: boolean;
}

/** A schema (pg_namespace). */
export interface Schema {
  name: string;
  owner: string;
  grants: Grant[];
}
