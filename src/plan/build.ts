import { catalogHash } from "../pg/catalog-hash.ts";
import type { Catalog } from "../pg/catalog.ts";
import { columnKey, nameKey, relationKey, sameName, type QualifiedName } from "../pg/name.ts";
import type { Rewrites } from "../rewrite/index.ts";
import type { Plan, RelationContext, Step } from "./plan.ts";
import { columnDefaultStep, functionStep, policyStep, privateHelperSteps, type NewStep } from "./steps.ts";

/**
 * The ordered steps, each with its reverse, for the changes that the rules made to a catalog: functions first, then
 * policies, then defaults, each kind in the groups that the config gives to relations. `version` is the version of
 * rlsmith.
 */
export function buildPlan(
  catalog: Catalog,
  rewrites: Rewrites,
  version: string,
  contexts: readonly RelationContext[] = [],
): Plan {
  const schemaExists = catalog.functions.some((fn) => fn.schema === rewrites.helperSchema);
  const inGroups = (steps: readonly NewStep[]): Omit<Step, "id">[] => {
    const named = steps.map((step) => ({ ...step, context: contextOf(step, contexts) }));
    return [...contexts.map(({ name }) => name), null].flatMap((name) =>
      named.filter(({ context }) => context === name),
    );
  };
  const steps = [
    ...inGroups([
      ...privateHelperSteps(
        { schema: rewrites.helperSchema, schemaExists, owner: mostFrequentOwner(catalog) },
        rewrites.helpers,
      ),
      ...rewrites.functions.map((change) => functionStep(change.fn, change, callersOf(change.fn, catalog))),
    ]),
    ...inGroups(rewrites.outcomes.flatMap((outcome) => policyStep(outcome.before, outcome.after) ?? [])),
    ...inGroups(
      rewrites.defaults.map((change) =>
        columnDefaultStep(change.schema, change.relation, change.column, change.expression),
      ),
    ),
  ];
  return {
    format: "rlsmith-plan",
    formatVersion: 2,
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

function contextOf({ object }: NewStep, contexts: readonly RelationContext[]): string | null {
  if (object.kind === "function" || object.kind === "schema") return null;
  const relation = relationKey(object);
  return contexts.find(({ matches }) => matches(relation))?.name ?? null;
}

/** The role that owns most relations with row security: the role that applies the plan, as far as the catalog shows. */
function mostFrequentOwner(catalog: Catalog): string {
  const counts = new Map<string, number>();
  for (const { owner, rowSecurity } of catalog.relations)
    if (rowSecurity) counts.set(owner, (counts.get(owner) ?? 0) + 1);
  return [...counts].toSorted((a, b) => b[1] - a[1])[0]?.[0] ?? "postgres";
}

/** The other functions and column defaults that call a function, and that the change affects, too. */
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
