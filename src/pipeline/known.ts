import { contextFunctions, tenancyOf } from "../classify/index.ts";
import type { InferredContext } from "../classify/index.ts";
import { contextMapOf } from "../config.ts";
import type { Config } from "../config.ts";
import type { Catalog } from "../pg/catalog.ts";
import type { ContextMap } from "../pg/context.ts";
import { checkDeclared } from "../verify/index.ts";
import type { Known } from "../verify/index.ts";
import { inspectCatalog } from "./inspection.ts";

/** The facts about a database that the attack needs beforehand. */
export function knownOf(catalog: Catalog, config: Config | null): Known {
  if (config) checkDeclared(catalog, config.verify);
  const { facts, classified, inferred } = inspectCatalog(catalog, config);
  const mapped = config && Object.keys(config.context).length > 0 ? contextMapOf(config) : inferredMap(inferred);
  const { context, columns, memberships } = tenancyOf(catalog, classified, facts, mapped, config?.verify.tenant ?? {});
  const setters = new Map(contextFunctions(facts, catalog.functions).map(({ facts: fact, ...sets }) => [fact, sets]));
  const read = new Set(classified.flatMap(({ reads }) => reads.map(({ setting }) => setting)));
  const unmapped = [...read].filter((setting) => !context.variables.some((variable) => variable.setting === setting));
  return { catalog, context, columns, facts, setters, unmapped, memberships };
}

/** The context map that policies imply, for a config that maps no variable. */
const inferredMap = (inferred: InferredContext): ContextMap => ({
  claims: inferred.claims,
  variables: inferred.variables.flatMap(({ setting, claim, type, separator }) =>
    claim === null ? [] : [{ setting, claim, type, separator: separator ?? "," }],
  ),
});
