import { bodyOf, contextFunctions, tenancyOf } from "../classify/index.ts";
import type { InferredContext } from "../classify/index.ts";
import { contextMapOf } from "../config.ts";
import type { Config } from "../config.ts";
import type { Catalog } from "../pg/catalog.ts";
import type { QualifiedName } from "../pg/name.ts";
import { isPlatformFunction } from "../pg/platform-objects.ts";
import { parseStatements } from "../pg/expr/parse.ts";
import type { ContextMap } from "../pg/context.ts";
import { checkDeclared, comparedConstants, documentsRead, settingsRead } from "../verify/index.ts";
import type { Known } from "../verify/index.ts";
import { inspectCatalog } from "./inspection.ts";

/** The facts about a database that the attack needs beforehand. `views`: the definitions of its views. */
export function knownOf(catalog: Catalog, config: Config | null, views: readonly string[] = []): Known {
  if (config) checkDeclared(catalog, config.verify);
  const { facts, classified, inferred } = inspectCatalog(catalog, config);
  const mapped = config && Object.keys(config.context).length > 0 ? contextMapOf(config) : inferredMap(inferred);
  const trees = [
    ...views.flatMap(treesOf),
    ...catalog.functions.filter(isOwn(catalog)).flatMap((fn) => bodyOf(fn).trees),
  ];
  const declared = config?.verify.tenant ?? {};
  const { context, columns, memberships } = tenancyOf(catalog, classified, facts, mapped, {
    declared,
    elsewhere: trees,
  });
  const setters = new Map(contextFunctions(facts, catalog.functions).map(({ facts: fact, ...sets }) => [fact, sets]));
  const constants = settingsRead(catalog);
  const read = new Set([
    ...classified.flatMap(({ reads }) => reads.map(({ setting }) => setting)),
    ...constants.keys(),
  ]);
  // the names of settings do not depend on case; a variable without a claim may be a switch: it is tried as one where
  // no row says what it holds
  const mappedNames = new Set(
    context.variables.filter(({ claim }) => claim.length > 0).map(({ setting }) => setting.toLowerCase()),
  );
  const unmapped = [...new Map([...read].map((setting) => [setting.toLowerCase(), setting])).values()]
    .filter((setting) => !mappedNames.has(setting.toLowerCase()))
    .map((setting) => ({ setting, constants: constants.get(setting) ?? [] }));
  return {
    catalog,
    context,
    columns,
    trees,
    facts,
    setters,
    unmapped,
    compared: comparedConstants(catalog),
    documents: documentsRead(catalog),
    memberships,
  };
}

const isOwn =
  (catalog: Catalog) =>
  (fn: QualifiedName): boolean =>
    !isPlatformFunction(catalog, fn);

/** The tree of a definition; one that does not parse has none. */
function treesOf(text: string): unknown[] {
  try {
    return [parseStatements(text)];
  } catch {
    return [];
  }
}

/**
 * The context map that policies imply, for a config that maps no variable. A variable that no claim corresponds to is
 * one too: the application sets it, and any client can.
 */
const inferredMap = (inferred: InferredContext): ContextMap => ({
  claims: inferred.claims,
  variables: inferred.variables.map(({ setting, claim, type, separator }) => ({
    setting,
    claim: claim ?? [],
    type,
    separator: separator ?? ",",
  })),
});
