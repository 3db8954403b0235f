import { contextFunctions, type FunctionFacts } from "../classify/index.ts";
import type { Retired } from "../cleanup/code/index.ts";
import { contextMapOf, type Config } from "../config.ts";
import { byFunction } from "../pg/by-function.ts";
import type { Catalog } from "../pg/catalog.ts";
import type { WorkTree } from "./code-files.ts";
import { inspectCatalog } from "./inspection.ts";
import type { Source } from "./source.ts";
import { functionsDropped, writtenMigrations } from "./written-migrations.ts";

/**
 * The same for a project: a function that a migration of rlsmith has dropped is one of them too. The order of the
 * clean-ups does not matter then: `--sql` drops the functions that `--code` takes the calls of.
 */
export function retiredInProject(source: Source, config: Config, tree: WorkTree, projectDir: string): Retired {
  const { facts } = inspectCatalog(source.catalog, config);
  const names = retiredNames(source.catalog, facts, config);
  const dropped = functionsDropped(writtenMigrations(tree, projectDir));
  return { ...names, functions: new Set([...names.functions, ...dropped.filter((name) => !names.mixed.has(name))]) };
}

/** Names of what a body may do besides setting a variable. */
const WRITES = /\b(?:insert|update|delete|merge|truncate|execute|copy|notify|call)\b/i;

/**
 * The names in SQL that application code has no use for after the move: the mapped variables, and the functions that set
 * them and do nothing else.
 */
export function retiredNames(catalog: Catalog, facts: readonly FunctionFacts[], config: Config): Retired {
  const settings = new Map(contextMapOf(config).variables.map(({ setting, claim }) => [setting, claim]));
  const definitionOf = byFunction(catalog.functions);
  const setting = contextFunctions(facts, catalog.functions).filter((one) =>
    one.settings.some((name) => settings.has(name.toLowerCase())),
  );
  const doesMore = (fact: FunctionFacts): boolean => {
    const definition = definitionOf(fact);
    return !definition || WRITES.test(withoutTexts(definition.body)) || fact.writesClaims.length > 0;
  };
  // a function that returns rows or a value is called for them
  const setters = setting.filter(({ facts }) => !doesMore(facts) && returnsNothing(definitionOf(facts)?.result ?? ""));
  const checks = ({ facts }: (typeof setters)[number]): boolean => facts.tables.length > 0 || facts.opaque !== null;
  const mixed = new Set(setters.filter(checks).map(({ facts }) => facts.name));
  const plain = setters.filter((one) => !checks(one) && !mixed.has(one.facts.name));
  // an overload that does more than its namesake: a call says only the name
  const others = new Set(setting.filter((one) => !setters.includes(one)).map(({ facts }) => facts.name));
  return {
    settings,
    functions: new Set(plain.map(({ facts }) => facts.name).filter((name) => !others.has(name))),
    mixed: new Set([...mixed, ...plain.map(({ facts }) => facts.name).filter((name) => others.has(name))]),
  };
}

const returnsNothing = (result: string): boolean => ["void", "boolean", "text", "uuid", ""].includes(result);

const withoutTexts = (body: string): string => body.replaceAll(/'(?:[^']|'')*'|--[^\n]*|\/\*[^]*?\*\//g, " ");
