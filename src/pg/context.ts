import { quoteIdent } from "./identifier.ts";

/** The type that policies give a context value. Arrays: in the variable as a separated list, in the token as a JSON array. */
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

/** One session variable and the claim that it stands for. */
export interface ContextVariable {
  /** `app.casino_id` */
  setting: string;
  /** keys from the root of the token: `["app_metadata", "casino_id"]` */
  claim: string[];
  type: ContextType;
  /** what separates the elements of an array variable; `,` unless said */
  separator: string;
}

/** Where policies get the token from. */
export type ClaimsSource =
  /** a function of no arguments that returns jsonb (or json), e.g. `auth.jwt()` */
  | { kind: "function"; schema: string; name: string }
  /** the raw setting that PostgREST fills, e.g. `request.jwt.claims` */
  | { kind: "setting"; setting: string };

/** Which session variable stands for which claim. */
export interface ContextMap {
  claims: ClaimsSource;
  variables: ContextVariable[];
}

/** How a request arrives (DESIGN §4): the mapped variables equal the claims; are unset or empty; hold something else. */
export type Regime = "with" | "without" | "foreign";

/** Whether two claims are at the same place of the token. */
export const samePath = (a: readonly string[], b: readonly string[]): boolean =>
  a.length === b.length && a.every((key, index) => key === b[index]);

/** Distinct paths of claims in the order of their first appearance. */
export const distinctPaths = (paths: readonly string[][]): string[][] => [
  ...new Map(paths.map((path) => [JSON.stringify(path), path])).values(),
];

const CLAIM_ONLY = "claim:";
const MEMBER_ONLY = "member:";

/** A variable of the map for a claim that policies read and no session variable stands for: it has a name like the others, which no SET can reach. */
export const claimOnly = (claim: string[], type: ContextType): ContextVariable => ({
  // a key of the token may hold a dot itself
  setting: `${CLAIM_ONLY}${claim.map((key) => (/[."]/.test(key) ? quoteIdent(key) : key)).join(".")}`,
  claim,
  type,
  separator: ",",
});

/** The same for what no claim says either: rows of a membership relation do. */
export const memberOnly = (column: string, type: ContextType): ContextVariable => ({
  setting: `${MEMBER_ONLY}${column}`,
  claim: [],
  type,
  separator: ",",
});

/** Whether a session variable of that name exists. */
export const isSettable = ({ setting }: ContextVariable): boolean =>
  !setting.startsWith(CLAIM_ONLY) && !setting.startsWith(MEMBER_ONLY);
