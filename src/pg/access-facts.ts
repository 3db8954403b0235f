import type { Grant } from "./grant.ts";
import type { QualifiedName } from "./name.ts";

/**
 * What decides who reaches what besides relations, policies, functions, triggers, rules, schemas and roles. Only the
 * comparison of two catalogs reads it.
 */
export interface AccessFacts {
  sequences: OwnedObject[];
  views: ViewFacts[];
  /** columns that have privileges of their own */
  columns: ColumnGrants[];
  defaultPrivileges: DefaultPrivileges[];
  publications: Publication[];
  servers: ForeignServer[];
  userMappings: UserMapping[];
  eventTriggers: EventTrigger[];
  extensions: InstalledExtension[];
  constraints: TableConstraint[];
  settings: DefaultSetting[];
  uniqueIndexes: UniqueIndex[];
  otherGrants: OtherGrants[];
  /** domains, enums, ranges, composite and base types */
  types: OwnedObject[];
  columnNumbers: ColumnNumbers[];
  /** groups of relations with columns of the same names, each in the order of creation */
  createdInOrder: QualifiedName[][];
  attributes: ObjectAttribute[];
}

/** An object with an owner and privileges. */
export interface OwnedObject extends QualifiedName {
  owner: string;
  grants: Grant[];
}

/** Options of a view besides security_invoker. */
export interface ViewFacts extends QualifiedName {
  securityBarrier: boolean;
  checkOption: "none" | "local" | "cascaded";
  /** INSERT, UPDATE or DELETE can work on it, by itself or by INSTEAD OF triggers and rules */
  updatable: boolean;
}

export interface ColumnGrants extends QualifiedName {
  column: string;
  grants: Grant[];
}

/** A row of pg_default_acl: the privileges on what a role creates from now on. */
export interface DefaultPrivileges {
  creator: string;
  /** null: in any schema */
  schema: string | null;
  objects: "tables" | "sequences" | "functions" | "types" | "schemas" | "other";
  grants: Grant[];
}

export interface Publication {
  name: string;
  allTables: boolean;
  /** whole schemas, from PostgreSQL 15 on */
  schemas: string[];
  tables: PublishedTable[];
  /** the rest of pg_publication as text */
  options: string;
}

export interface PublishedTable extends QualifiedName {
  /** the row filter and the column list as text; null where there is none */
  filter: string | null;
  columns: string | null;
}

export interface ForeignServer {
  name: string;
  owner: string;
  /** a digest of the wrapper with its options, and of the options of the server, which are for the other server */
  digest: string;
  grants: Grant[];
}

export interface UserMapping {
  server: string;
  /** `public` for PUBLIC */
  role: string;
  /** of the options without the values of secret ones; null where there are none or the login may not read them */
  digest?: string | null;
}

export interface EventTrigger {
  name: string;
  /** event, function, tags and state as text */
  definition: string;
  /** absent from catalogs of earlier versions */
  function?: QualifiedName;
}

export interface InstalledExtension {
  name: string;
  version: string;
  schema: string;
}

/** What a foreign key does to the rows that refer to one that is deleted or gets another key; null: it refuses that. */
export type ReferentialAction = "CASCADE" | "SET NULL" | "SET DEFAULT" | null;

/** A CHECK, an exclusion constraint or a foreign key that a table has of its own, not from a parent. */
export interface TableConstraint {
  schema: string;
  relation: string;
  name: string;
  type: "check" | "exclusion" | "foreign key";
  /** columns of the table that it is about */
  columns: string[];
  /** pg_get_constraintdef */
  definition: string;
  /** of a foreign key */
  references: QualifiedName | null;
  onDelete: ReferentialAction;
  onUpdate: ReferentialAction;
}

/** A setting that sessions begin with: ALTER ROLE … SET and ALTER DATABASE … SET (pg_db_role_setting). */
export interface DefaultSetting {
  /** null: every role */
  role: string | null;
  /** in this database alone */
  ofDatabase: boolean;
  name: string;
  /** of name and value, which may be a secret */
  digest: string;
  /** the value of pgrst.db_pre_request; null for other settings, absent from catalogs of earlier versions */
  function?: string | null;
}

/** A valid unique index: that of a constraint, or one of its own. */
export interface UniqueIndex {
  schema: string;
  relation: string;
  name: string;
  /** without expressions */
  columns: string[];
  /** what pg_get_indexdef prints after the table's name */
  definition: string;
}

/**
 * Privileges that are not those that the object began with: on objects of the system and of extensions, on languages,
 * wrappers, the database, parameters and large objects. Of other objects the grant options alone.
 */
export interface OtherGrants {
  kind:
    | "relation"
    | "sequence"
    | "column"
    | "function"
    | "schema"
    | "language"
    | "foreign data wrapper"
    | "foreign server"
    | "database"
    | "parameter"
    | "large object";
  /** as it is shown; empty for the database that the catalog is of */
  name: string;
  owner: string;
  grants: Grant[];
  /** by initdb, CREATE EXTENSION or the built-in defaults */
  initial: Grant[];
}

/** The columns of a table with their numbers (pg_attribute.attnum), which renaming does not change. */
export interface ColumnNumbers extends QualifiedName {
  columns: { name: string; number: number }[];
}

/** Something about an object that no other part of a catalog holds, where it is not what the object begins with. */
export interface ObjectAttribute {
  kind:
    | "sequence"
    | "relation"
    | "column"
    | "function"
    | "aggregate"
    | "type"
    | "collation"
    | "text search"
    | "publication"
    | "extension"
    | "event trigger"
    | "operator"
    | "operator class"
    | "operator family"
    | "conversion"
    | "transform"
    | "access method"
    | "language"
    | "role"
    | "subscription"
    | "database"
    | "security label"
    | "index";
  schema: string | null;
  /** the relation, the sequence, the role or the extension that it is of; null for other objects */
  object: string | null;
  /** as it is shown; empty for the database that the catalog is of */
  name: string;
  attribute: string;
  /** as text */
  value: string;
}
