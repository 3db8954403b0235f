import type { FunctionKey, QualifiedName } from "./name.ts";

/**
 * What the meaning of an expression depends on besides the relations, policies and functions of a catalog. A prover may
 * take nothing for unchanged that it does not find here.
 */
export interface Dependencies {
  relations: RelationDefinition[];
  columns: ColumnDetail[];
  functions: FunctionDetail[];
  operators: UserOperator[];
  casts: UserCast[];
  collations: Definition[];
  /** text search configurations and dictionaries; absent from catalogs of earlier versions */
  textSearch?: Definition[];
  /** user-defined types of every kind, those of extensions too */
  types: Definition[];
}

/** A thing and all that it is, as text that is the same exactly where the thing is. */
export interface Definition extends QualifiedName {
  definition: string;
}

export interface RelationDefinition extends QualifiedName {
  /** the query of a view or materialized view; a digest of the server and options of a foreign table; the bound of a partition */
  definition: string | null;
  /** the relations that it inherits from, as a partition or by INHERITS */
  parents: QualifiedName[];
}

/** A column whose collation is not the default one of its type, or that has privileges of its own. */
export interface ColumnDetail extends QualifiedName {
  column: string;
  /** `schema.name`; null where it is the default one of the type */
  collation: string | null;
  /** attacl as text */
  privileges: string | null;
}

/** A function of the catalog. */
export interface FunctionDetail extends QualifiedName {
  identityArguments: string;
  /** pg_catalog has a function of the same name: which of both a bare name means depends on types and the search path */
  sharesName: boolean;
  /** the support functions, the state type and the initial value of an aggregate; null for any other function */
  aggregate: string | null;
}

/**
 * An operator outside pg_catalog that expressions over built-in types may mean by its bare name. Operators of extensions
 * between their own types are left out.
 */
export interface UserOperator extends QualifiedName {
  /** the types of the operands, NONE where there is none */
  left: string;
  right: string;
  function: FunctionKey;
}

/** A cast made with CREATE CAST; casts of extensions from or to their own types are left out. */
export interface UserCast {
  source: string;
  target: string;
  /** `schema.name(types)`; null for casts without a function */
  function: FunctionKey | null;
  method: "function" | "binary" | "inout";
  context: "explicit" | "assignment" | "implicit";
}
