import type { ClaimsSource, ContextVariable } from "../pg/context.ts";
import { quoteLiteral } from "../pg/identifier.ts";
import { nameKey } from "../pg/name.ts";

/** The call or setting that returns the token: `auth.jwt()`. */
export function tokenText(source: ClaimsSource): string {
  return source.kind === "function"
    ? `${nameKey(source)}()`
    : `nullif(current_setting(${quoteLiteral(source.setting)}, true), '')::jsonb`;
}

const isSupabase = (source: ClaimsSource): boolean =>
  source.kind === "function" && source.schema === "auth" && source.name === "jwt";

const steps = (path: readonly string[], last: "->" | "->>"): string =>
  path.map((key, index) => ` ${index === path.length - 1 ? last : "->"} ${quoteLiteral(key)}`).join("");

/** A claim without an InitPlan, as function bodies read it: `(auth.jwt() -> 'app_metadata' ->> 'casino_id')::uuid`. */
export function bareClaim(source: ClaimsSource, path: readonly string[], cast: string | null): string {
  if (isSupabase(source) && path.length === 1 && path[0] === "sub" && cast === "uuid") return "auth.uid()";
  const token = source.kind === "setting" ? `(${tokenText(source)})` : tokenText(source);
  const value = `${token}${steps(path, "->>")}`;
  return cast === null ? value : `(${value})::${cast}`;
}

/**
 * A claim as policies read it, evaluated once a statement rather than once a row (DESIGN §3, Cost): the cast is inside
 * the outer select, and the inner select keeps Supabase's advisor `auth_rls_initplan` silent.
 */
export function initPlanClaim(source: ClaimsSource, path: readonly string[], cast: string | null): string {
  if (isSupabase(source) && path.length === 1 && path[0] === "sub" && cast === "uuid") return "(select auth.uid())";
  const value = `(select ${tokenText(source)})${steps(path, "->>")}`;
  return cast === null ? `(select ${value})` : `(select (${value})::${cast})`;
}

/**
 * A JSON array claim as a Postgres array. It is NULL where the claim is missing or the array is empty, so that a policy
 * with `<> ALL` or `NOT … = ANY` does not allow every row for want of a claim. The outer cast keeps `= ANY (…)` an
 * array comparison: without it, the grammar would parse the select as the sub-query form of ANY.
 */
export function arrayClaim(source: ClaimsSource, path: readonly string[], elementType: string): string {
  const elements = `jsonb_array_elements_text((select ${tokenText(source)})${steps(path, "->")})`;
  return `(select nullif(array(select ${elements}), '{}'))::${elementType}[]`;
}

/** `uuid` of `uuid[]`; null for a scalar type. */
export const elementOf = (type: ContextVariable["type"] | string): string | null =>
  type.endsWith("[]") ? type.slice(0, -2) : null;
