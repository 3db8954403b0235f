import { quoteIdent } from "./identifier.ts";

/**
 * The type that policies give to a context value. An array is a separated list in the variable and a JSON array in the
 * token.
 */
export type ContextType =
  | "text"
  | "uuid"
  | "integer"
  | "bigint"
  | "boolean"
  | "text[]"
  | "uuid[]"
  | "integer[]"
  | "bigint[]";

/** One session variable and the claim that replaces it. */
export interface ContextVariable {
  /** `app.casino_id` */
  setting: string;
  /** keys from the root of the token: `["app_metadata", "casino_id"]` */
  claim: string[];
  type: ContextType;
  /** the separator of the elements of an array variable; `,` by default */
  separator: string;
}

/** The source from which policies read the token. */
export type ClaimsSource =
  /** a function without arguments that returns jsonb (or json), e.g. `auth.jwt()` */
  | { kind: "function"; schema: string; name: string }
  /** the raw setting that PostgREST sets, e.g. `request.jwt.claims` */
  | { kind: "setting"; setting: string };

/** The session variables, each with the claim that replaces it. */
export interface ContextMap {
  claims: ClaimsSource;
  variables: ContextVariable[];
}

/**
 * The way in which a request arrives (DESIGN §4): the mapped variables equal the claims, are unset or empty, or hold
 * another value.
 */
export type Regime = "with" | "without" | "foreign";

/** True if two paths lead to the same place in the token. */
export const samePath = (a: readonly string[], b: readonly string[]): boolean =>
  a.length === b.length && a.every((key, index) => key === b[index]);

/** The distinct paths of claims, in the order of their first appearance. */
export const distinctPaths = (paths: readonly string[][]): string[][] => [
  ...new Map(paths.map((path) => [JSON.stringify(path), path])).values(),
];

const CLAIM_ONLY = "claim:";
const MEMBER_ONLY = "member:";

/**
 * An entry of the map for a claim that policies read and that has no session variable. Its name has the form of a
 * variable's name, but no SET can assign to it.
 */
export const claimOnly = (claim: string[], type: ContextType): ContextVariable => ({
  // a key of the token may hold a dot itself
  setting: `${CLAIM_ONLY}${claim.map((key) => (/[."]/.test(key) ? quoteIdent(key) : key)).join(".")}`,
  claim,
  type,
  separator: ",",
});

/** The same for a value that has no claim either and is read from the rows of a membership relation. */
export const memberOnly = (column: string, type: ContextType): ContextVariable => ({
  setting: `${MEMBER_ONLY}${column}`,
  claim: [],
  type,
  separator: ",",
});

/**
 * True if a statement can set a variable of this name: simple identifiers joined by dots. PostgreSQL refuses any other
 * name with 42602 (valid_custom_variable_name in guc.c; measured on 15 and 18), so that `current_setting(name, true)` is
 * always null.
 */
export const isSettableName = (setting: string): boolean =>
  /^[A-Za-z_\u0080-\u{10FFFF}][\w$\u0080-\u{10FFFF}]*(\.[A-Za-z_\u0080-\u{10FFFF}][\w$\u0080-\u{10FFFF}]*)*$/u.test(
    setting,
  );

/** True if the entry is a real session variable, which a statement can set. */
export const isSettable = ({ setting }: ContextVariable): boolean =>
  !setting.startsWith(CLAIM_ONLY) && !setting.startsWith(MEMBER_ONLY) && isSettableName(setting);
