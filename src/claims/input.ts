import type { ClassifiedPolicy, FunctionFacts } from "../classify/index.ts";
import type { Config } from "../config.ts";
import type { Catalog } from "../pg/catalog.ts";

/** What is known of a database before its rows are looked at. `facts` come in the catalog's order. */
export interface ClaimsInput {
  catalog: Catalog;
  facts: readonly FunctionFacts[];
  classified: readonly ClassifiedPolicy[];
  config: Config | null;
}
