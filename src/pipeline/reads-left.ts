import { analyseFunctions } from "../classify/index.ts";
import { claimsSourceOf, type Config } from "../config.ts";
import type { Catalog } from "../pg/catalog.ts";
import { columnKey, functionKey, nameKey, relationKey } from "../pg/name.ts";
import { identForReading } from "../pg/identifier.ts";
import { isPlatformFunction, isPlatformRelation } from "../pg/platform-objects.ts";
import { catalogAfter, type Plan } from "../plan/index.ts";

/** Something besides a policy that still reads a mapped variable or a decided flag after a plan. */
export interface ReadLeft {
  kind: "function" | "trigger function" | "column default" | "view" | "rule" | "check constraint";
  name: string;
  settings: string[];
}

/**
 * What reads the variables of a plan after it, other than policies: functions in their own body, and defaults, views,
 * rules and check constraints in their own text. Names that are made at run time are not seen. Pure.
 */
export function readsLeft(catalog: Catalog, plan: Plan, config: Config): ReadLeft[] {
  const after = catalogAfter(catalog, plan);
  const inText = (text: string | null): string[] =>
    text === null
      ? []
      : plan.retired.filter((setting) =>
          text
            .toLowerCase()
            .replaceAll(/\s+/g, " ")
            .includes(`current_setting('${setting.replaceAll("'", "''")}'`),
        );
  const found = (kind: ReadLeft["kind"], name: string, settings: Iterable<string>): ReadLeft[] => {
    const own = [...new Set(settings)].toSorted();
    return own.length === 0 ? [] : [{ kind, name, settings: own }];
  };
  const definitions = new Map(after.functions.map((fn) => [functionKey(fn), fn]));
  const called = new Set(after.triggers.map((trigger) => nameKey(trigger.function)));
  const defaults = new Map(
    plan.steps.flatMap(({ object, change }) =>
      object.kind === "column" && change.kind === "default"
        ? [[columnKey({ schema: object.schema, name: object.relation }, object.column), change.after]]
        : [],
    ),
  );
  return [
    ...analyseFunctions(after, claimsSourceOf(config.claims))
      .filter((fact) => !isPlatformFunction(after, fact))
      .flatMap((fact) =>
        found(called.has(nameKey(fact)) ? "trigger function" : "function", functionKey(fact), [
          ...fact.reads.map(({ setting }) => setting).filter((setting) => plan.retired.includes(setting)),
          ...inText(definitions.get(functionKey(fact))?.body ?? null),
        ]),
      ),
    ...after.relations
      .filter((relation) => !isPlatformRelation(after, relation))
      .flatMap((relation) =>
        relation.columns.flatMap((column) => {
          const name = columnKey(relation, column.name);
          return found("column default", name, inText(defaults.get(name) ?? column.expression));
        }),
      ),
    ...(after.dependencies?.relations ?? []).flatMap((view) => found("view", nameKey(view), inText(view.definition))),
    ...(after.rules ?? []).flatMap((rule) =>
      found("rule", `${identForReading(rule.name)} on ${relationKey(rule)}`, inText(rule.definition)),
    ),
    ...(after.access?.constraints ?? []).flatMap((one) =>
      found("check constraint", `${identForReading(one.name)} on ${relationKey(one)}`, inText(one.definition)),
    ),
  ];
}
