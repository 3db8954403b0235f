import { isSettable, type ContextMap, type ContextVariable } from "../pg/context.ts";
import type { UserClass } from "./result.ts";

/** The values of session variables, by name. */
export type Variables = Readonly<Record<string, string>>;

/** Somebody whose requests arrive with a token. */
export interface User {
  /** the claim `sub`; null: a request without a token */
  id: string | null;
  role: string;
  /** the payload of the token as text; null: none */
  claims: string | null;
  token: Readonly<Record<string, unknown>>;
  /**
   * the variables as the application sets them, once for each row of the source that is the user's, those alone that are
   * known; empty: it sets none. Null: not known
   */
  variables: readonly Variables[] | null;
}

/** The value at a path of a token; undefined where there is none. */
export function claimAt(token: unknown, path: readonly string[]): unknown {
  let at: unknown = token;
  for (const key of path) {
    if (typeof at !== "object" || at === null || Array.isArray(at)) return undefined;
    at = (at as Record<string, unknown>)[key];
  }
  return at;
}

/** True if a token holds a value there that is not JSON's null. */
export const hasClaim = (token: unknown, path: readonly string[]): boolean => {
  const value = claimAt(token, path);
  return value !== undefined && value !== null;
};

/** A claim's value as the text of its variable; null where it has none, undefined where the text is not known. */
export function variableText(
  value: unknown,
  { separator }: Pick<ContextVariable, "separator">,
): string | null | undefined {
  if (value === undefined || value === null) return null;
  if (typeof value === "string") return value;
  if (typeof value === "boolean") return String(value);
  if (typeof value === "number") return Number.isSafeInteger(value) ? String(value) : undefined;
  if (!Array.isArray(value)) return undefined;
  const parts = value.map((one: unknown) => (Array.isArray(one) ? undefined : variableText(one, { separator })));
  return parts.some((part) => part === undefined || part === null) ? undefined : parts.join(separator);
}

/** The variables of a map that a statement can set. */
export const settableOf = (map: ContextMap): ContextVariable[] => map.variables.filter(isSettable);

/** The class of a user. */
export function classOf({ role, token }: Pick<User, "role" | "token">, map: ContextMap): UserClass {
  const paths = [
    ...new Map(map.variables.filter(({ claim }) => claim.length > 0).map(({ claim }) => [claim.join("."), claim])),
  ];
  const held = paths.filter(([, path]) => hasClaim(token, path)).map(([name]) => name);
  return { role, claims: held, missing: paths.map(([name]) => name).filter((name) => !held.includes(name)) };
}
