import type { ClaimsSource, ContextMap, ContextVariable } from "../pg/context.ts";
import { as } from "../pg/expr/node.ts";
import { settingRead } from "../pg/expr/reads.ts";
import { binary, stringConst } from "../pg/expr/shape.ts";
import { walk } from "../pg/expr/walk.ts";
import { quoteLiteral, quoteQualified } from "../pg/identifier.ts";
import type { Policy } from "../pg/policy.ts";
import type { ArrivalRegime, Assumption } from "./assume.ts";
import { parseOnce } from "./encode/parse-once.ts";
import { parseBoolean } from "./logic/conversion.ts";

/** The name of a regime's assumption: what JSON and reports call it. */
function nameOf(regime: ArrivalRegime): string {
  switch (regime.kind) {
    case "with":
      return "with context";
    case "without":
      return "without context";
    case "foreign":
      return `foreign ${regime.setting}`;
  }
}

type RegimeAssumption = Assumption & { regime: ArrivalRegime };

const assumptionFor = (regime: ArrivalRegime, conditions: readonly string[]): RegimeAssumption => ({
  name: nameOf(regime),
  regime,
  conditions,
});

/**
 * How a request may arrive (DESIGN §4), as SQL over settings and claims. With context: every mapped variable is set and
 * is, as text, the claim. Without: unset or empty. Foreign: one is set to something that is not the claim, the others
 * as with context. A boolean is equal as a boolean; `words`: how policies expect it to be spelled where it is true.
 */
export function regimes(context: ContextMap, words: ReadonlyMap<string, string> = new Map()): RegimeAssumption[] {
  const { variables } = context;
  if (variables.length === 0) return [];
  const equal = new Map(
    variables.map((variable) => [variable, equalsClaim(variable, context.claims, words.get(variable.setting))]),
  );
  return [
    assumptionFor(
      { kind: "with" },
      variables.map((variable) => equal.get(variable) ?? ""),
    ),
    assumptionFor({ kind: "without" }, variables.map(isEmpty)),
    ...variables.map((variable) =>
      assumptionFor(
        { kind: "foreign", setting: variable.setting },
        variables.map((other) =>
          other === variable ? differsFromClaim(variable, context.claims) : (equal.get(other) ?? ""),
        ),
      ),
    ),
  ];
}

const read = (variable: ContextVariable): string => `current_setting(${quoteLiteral(variable.setting)}, true)`;

const isEmpty = (variable: ContextVariable): string => `coalesce(${read(variable)}, '') = ''`;

const isList = (variable: ContextVariable): boolean => variable.type.endsWith("[]");

function equalsClaim(variable: ContextVariable, source: ClaimsSource, word: string | undefined): string {
  if (variable.type === "boolean") {
    const claim = `${claimText(variable.claim, source)}::boolean`;
    const spelled = word === undefined ? "" : ` and (not ${claim} or ${read(variable)} = ${quoteLiteral(word)})`;
    return `${read(variable)} <> '' and ${read(variable)}::boolean = ${claim}${spelled}`;
  }
  if (!isList(variable)) return `${read(variable)} <> '' and ${read(variable)} = ${claimText(variable.claim, source)}`;
  return `${read(variable)} <> '' and string_to_array(${read(variable)}, ${quoteLiteral(variable.separator)}) = ${claimList(variable.claim, source)}`;
}

function differsFromClaim(variable: ContextVariable, source: ClaimsSource): string {
  if (variable.type === "boolean")
    return `${read(variable)} <> '' and ${read(variable)}::boolean is distinct from ${claimText(variable.claim, source)}::boolean`;
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

/**
 * The one word that policies compare each boolean variable with: what a request that means true has to say. None where
 * they use several.
 */
export function trueWords(policies: readonly Policy[], context: ContextMap): Map<string, string> {
  const booleans = new Set(context.variables.filter(({ type }) => type === "boolean").map(({ setting }) => setting));
  const found = new Map<string, Set<string>>();
  for (const { using, check } of booleans.size > 0 ? policies : [])
    for (const text of [using, check])
      if (text !== null)
        walk(parseOnce(text).tree, (node) => {
          const equal = as("A_Expr", node) ? binary(node, "=") : null;
          const setting = settingRead(equal?.left);
          const word = stringConst(equal?.right);
          if (!setting || word === null || !booleans.has(setting.setting) || parseBoolean(word) !== true) return;
          const known = found.get(setting.setting) ?? new Set();
          found.set(setting.setting, known.add(word));
        });
  return new Map([...found].flatMap(([setting, words]) => (words.size === 1 ? [[setting, [...words][0] ?? ""]] : [])));
}
