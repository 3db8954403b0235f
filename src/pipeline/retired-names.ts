import { contextFunctions, type FunctionFacts } from "../classify/index.ts";
import type { Retired } from "../cleanup/code/index.ts";
import { contextMapOf, type Config } from "../config.ts";
import { byFunction } from "../pg/by-function.ts";
import type { Catalog, PgFunction } from "../pg/catalog.ts";
import { groupBy } from "../pg/group-by.ts";

/** Names of what a body may do besides setting a variable. */
const WRITES = /\b(?:insert|update|delete|merge|truncate|execute|copy|notify|call)\b/i;

/**
 * What a function does with the mapped variables: it sets them and nothing else (`plain`); it sets them and looks
 * something up, or is not read as a whole (`checks`); it sets them beside work of its own (`works`); it sets none.
 */
export type SetterKind = "plain" | "checks" | "works" | "none";

/**
 * The names in SQL that application code has no use for after the move: the mapped variables, and the functions that set
 * them and do nothing else.
 */
export function retiredNames(catalog: Catalog, facts: readonly FunctionFacts[], config: Config): Retired {
  const byName = groupBy([...setterKinds(catalog, facts, config)], ([{ name }]) => name);
  const kinds = [...byName].map(([name, all]) => ({ name, kinds: all.map(([, kind]) => kind) }));
  // a call says only the name: it may mean an overload that does more than its namesake
  const plain = kinds.filter((one) => one.kinds.every((kind) => kind === "plain"));
  const mixed = kinds.filter(
    (one) => !plain.includes(one) && one.kinds.some((kind) => kind === "plain" || kind === "checks"),
  );
  return {
    settings: settingsOf(config),
    functions: new Set(plain.map(({ name }) => name)),
    mixed: new Set(mixed.map(({ name }) => name)),
  };
}

/** What each function of a catalog does with the mapped variables. */
export function setterKinds(
  catalog: Pick<Catalog, "functions">,
  facts: readonly FunctionFacts[],
  config: Config,
): Map<FunctionFacts, SetterKind> {
  const settings = settingsOf(config);
  const definitionOf = byFunction(catalog.functions);
  const setting = contextFunctions(facts, catalog.functions).flatMap((one) =>
    one.settings.some((name) => settings.has(name.toLowerCase())) ? [one.facts] : [],
  );
  return new Map(facts.map((fact) => [fact, setting.includes(fact) ? kindOf(fact, definitionOf(fact)) : "none"]));
}

export const settingsOf = (config: Config): Map<string, string[]> =>
  new Map(contextMapOf(config).variables.map(({ setting, claim }) => [setting, claim]));

function kindOf(fact: FunctionFacts, definition: PgFunction | undefined): SetterKind {
  if (!definition || WRITES.test(withoutTexts(definition.body)) || fact.writesClaims.length > 0) return "works";
  // a function that returns rows or a value is called for them
  if (!returnsNothing(definition)) return "works";
  return fact.tables.length > 0 || fact.opaque !== null ? "checks" : "plain";
}

/** True for a result that is no more than a sign that the variables are set. */
export const returnsNothing = ({ result }: Pick<PgFunction, "result">): boolean =>
  ["void", "boolean", "text", "uuid", ""].includes(result);

const withoutTexts = (body: string): string => body.replaceAll(/'(?:[^']|'')*'|--[^\n]*|\/\*[^]*?\*\//g, " ");
