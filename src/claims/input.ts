import type { ClassifiedPolicy, FunctionFacts } from "../classify/index.ts";
import type { Config } from "../config.ts";
import type { Catalog } from "../pg/catalog.ts";

/** The facts about a database before its rows are read. `facts` are in the order of the catalog. */
export interface ClaimsInput {
  catalog: Catalog;
  facts: readonly FunctionFacts[];
  classified: readonly ClassifiedPolicy[];
  config: Config | null;
}
