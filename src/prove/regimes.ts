import type { ClaimsSource, ContextMap, ContextVariable } from "../pg/context.ts";
import { identForReading, quoteLiteral, quoteQualified } from "../pg/identifier.ts";
import type { Assumption } from "./assume.ts";

/** The name of a regime's assumption; foreign ones are made for one variable each. */
export type RegimeName = "with context" | "without context" | `foreign ${string}`;

/**
 * How a request may arrive (DESIGN §4), as SQL over settings and claims.
 * With context: every mapped variable is set and is, as text, the claim. Without: unset or empty. Foreign: one is set to something that is
 * not the claim, the others as with context.
 */
export function regimes(context: ContextMap): (Assumption & { name: RegimeName })[] {
  const { variables } = context;
  if (variables.length === 0) return [];
  const equal = new Map(variables.map((variable) => [variable, equalsClaim(variable, context.claims)]));
  return [
    { name: "with context", conditions: variables.map((variable) => equal.get(variable) ?? "") },
    { name: "without context", conditions: variables.map((variable) => isEmpty(variable)) },
    ...variables.map((variable): Assumption & { name: RegimeName } => ({
      name: `foreign ${variable.setting}`,
      conditions: variables.map((other) =>
        other === variable ? differsFromClaim(variable, context.claims) : (equal.get(other) ?? ""),
      ),
    })),
  ];
}

const read = (variable: ContextVariable): string => `current_setting(${quoteLiteral(variable.setting)}, true)`;

const isEmpty = (variable: ContextVariable): string => `coalesce(${read(variable)}, '') = ''`;

const isList = (variable: ContextVariable): boolean => variable.type.endsWith("[]");

function equalsClaim(variable: ContextVariable, source: ClaimsSource): string {
  if (!isList(variable)) return `${read(variable)} <> '' and ${read(variable)} = ${claimText(variable.claim, source)}`;
  return `${read(variable)} <> '' and string_to_array(${read(variable)}, ${quoteLiteral(variable.separator)}) = ${claimList(variable.claim, source)}`;
}

function differsFromClaim(variable: ContextVariable, source: ClaimsSource): string {
  if (!isList(variable))
    return `${read(variable)} <> '' and ${read(variable)} is distinct from ${claimText(variable.claim, source)}`;
  return `${read(variable)} <> '' and string_to_array(${read(variable)}, ${quoteLiteral(variable.separator)}) is distinct from ${claimList(variable.claim, source)}`;
}

const token = (source: ClaimsSource): string =>
  source.kind === "function"
    ? `${quoteQualified(source.schema, source.name)}()`
    : `nullif(current_setting(${quoteLiteral(source.setting)}, true), '')::jsonb`;

/** `(auth.jwt() -> 'app_metadata' ->> 'casino_id')` */
export function claimText(path: readonly string[], source: ClaimsSource): string {
  const keys = path.map((key) => quoteLiteral(key));
  const last = keys.pop() ?? "''";
  return `(${[token(source), ...keys].join(" -> ")} ->> ${last})`;
}

const claimList = (path: readonly string[], source: ClaimsSource): string =>
  `array(select jsonb_array_elements_text(${[token(source), ...path.map((key) => quoteLiteral(key))].join(" -> ")}))`;

export const describeVariable = (variable: ContextVariable): string => identForReading(variable.setting);
