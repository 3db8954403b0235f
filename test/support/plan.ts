import { analyseFunctions } from "../../src/classify/functions/functions.ts";
import { classify } from "../../src/classify/classify.ts";
import { claimsSourceOf, contextsOf, parseConfig, type Config, type UserConfig } from "../../src/config.ts";
import type { Catalog } from "../../src/pg/catalog.ts";
import { buildPlan } from "../../src/plan/build.ts";
import type { Plan } from "../../src/plan/plan.ts";
import { rewriteCatalog } from "../../src/rewrite/run.ts";

/** A plan for a catalog, with a config as a user writes it. */
export function planFor(catalog: Catalog, config: UserConfig | Config): Plan {
  const parsed = parseConfig(config, "test");
  const source = claimsSourceOf(parsed.claims);
  const classified = classify(catalog, source, analyseFunctions(catalog, source));
  return buildPlan(catalog, rewriteCatalog(catalog, classified, parsed), "test", contextsOf(parsed));
}
