import { catalogHash } from "../pg/catalog-hash.ts";
import type { Catalog } from "../pg/catalog.ts";
import { columnKey, nameKey, sameName, type QualifiedName } from "../pg/name.ts";
import type { Rewrites } from "../rewrite/run.ts";
import type { Plan, Step } from "./plan.ts";
import { columnDefaultStep, functionStep, policyStep, privateHelperSteps } from "./steps.ts";

/** Ordered steps, each with its way back, for what the rules made of a catalog. `version` is rlsmith's own. */
export function buildPlan(catalog: Catalog, rewrites: Rewrites, version: string): Plan {
  const schemaExists = catalog.functions.some((fn) => fn.schema === rewrites.helperSchema);
  const steps: Omit<Step, "id">[] = [
    ...privateHelperSteps(rewrites.helperSchema, rewrites.helpers, schemaExists),
    ...rewrites.functions.map(({ fn, definition }) => functionStep(fn, definition, callersOf(fn, catalog))),
    ...rewrites.outcomes.flatMap((outcome) => policyStep(outcome.before, outcome.after) ?? []),
    ...rewrites.defaults.map((change) =>
      columnDefaultStep(change.schema, change.relation, change.column, change.expression),
    ),
  ];
  return {
    format: "rlsmith-plan",
    formatVersion: 1,
    rlsmith: version,
    catalogHash: catalogHash(catalog),
    context: rewrites.context,
    retired: rewrites.retired,
    policies: rewrites.outcomes,
    steps: steps.map((step, index) => ({ id: index + 1, ...step })),
    announced: rewrites.announced,
    open: rewrites.open,
    findings: rewrites.findings,
    accepted: [],
  };
}

/** Other functions and column defaults that call a function: they see the change too. */
function callersOf(called: QualifiedName, catalog: Catalog): string[] {
  const calls = new RegExp(`\\b${called.name.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&")}\\s*\\(`);
  const functions = catalog.functions
    .filter((fn) => !sameName(fn, called) && calls.test(fn.body))
    .map((fn) => `${nameKey(fn)}()`);
  const defaults = catalog.relations.flatMap((relation) =>
    relation.columns
      .filter((column) => column.expression !== null && calls.test(column.expression))
      .map((column) => `default of ${columnKey(relation, column.name)}`),
  );
  return [...functions, ...defaults];
}
