import { relationKey, type NameKey } from "../../pg/name.ts";
import type { Plan, Step } from "../../plan/index.ts";
import type { Scope } from "./state.ts";

/** Steps that are applied in one transaction. */
export interface Group {
  name: string;
  steps: Step[];
}

/**
 * The division of a plan into transactions: one for all, one for each relation, one for so many relations, or by the
 * names that the config gives to relations. `auto`: one for all, which is divided while its locks are not acquired.
 */
export type Cut =
  | { kind: "all" }
  | { kind: "auto" }
  | { kind: "relation" }
  | { kind: "count"; relations: number }
  | { kind: "context"; contexts: readonly { name: string; matches: (relation: NameKey) => boolean }[] };

/** True if the object of a step may be called by policies of any relation. */
export const isShared = ({ object }: Step): boolean => object.kind === "function" || object.kind === "schema";

/**
 * A plan's steps in groups, in the order of the plan. Where there are several groups, functions and schemas form the
 * first, since policies of any relation may call them. All steps of one relation are in one group, so that no relation
 * is left between two states.
 */
export function groupsOf(plan: Plan, cut: Cut): Group[] {
  if (plan.steps.length === 0) return [];
  if (cut.kind === "all" || cut.kind === "auto") return [{ name: "all", steps: plan.steps }];
  const shared = plan.steps.filter(isShared);
  const byRelation = new Map<NameKey, Step[]>();
  for (const step of plan.steps) {
    const name = keyOf(step);
    if (name !== null) byRelation.set(name, [...(byRelation.get(name) ?? []), step]);
  }
  const groups = new Map<string, Step[]>();
  const put = (name: string, steps: readonly Step[]): void =>
    void groups.set(name, [...(groups.get(name) ?? []), ...steps]);
  if (cut.kind === "context") {
    for (const { name } of cut.contexts) groups.set(name, []);
    for (const [relation, steps] of byRelation)
      put(cut.contexts.find(({ matches }) => matches(relation))?.name ?? "everything else", steps);
  } else
    for (const [n, [relation, steps]] of [...byRelation].entries())
      put(cut.kind === "relation" ? relation : `part ${Math.floor(n / cut.relations) + 1}`, steps);
  const named = [...groups].map(([name, steps]) => ({ name, steps }));
  return [{ name: "functions", steps: shared }, ...named].filter(({ steps }) => steps.length > 0);
}

/**
 * The groups that one is divided into when its locks are not acquired: functions and schemas, which lock no relation,
 * and two halves of the relations. Relations that were waited for in vain are in the second half, so that the others do
 * not wait for them. One group: it cannot be divided. `busy`: the relations, those that were waited for first.
 */
export function divided(group: Group, busy: readonly NameKey[]): Group[] {
  const shared = group.steps.filter(isShared);
  const names = [...new Set(group.steps.flatMap((step) => keyOf(step) ?? []))];
  if (names.length < 2) return [group];
  const waitedFor = names.filter((name) => name === busy[0]);
  const order = [...names.filter((name) => !waitedFor.includes(name)), ...waitedFor];
  const half = Math.ceil(order.length / 2);
  const of = (part: readonly NameKey[], name: string): Group => ({
    name: part.length === 1 && part[0] !== undefined ? part[0] : name,
    steps: group.steps.filter((step) => part.some((one) => one === keyOf(step))),
  });
  const base = group.name === "all" ? "part " : `${group.name}.`;
  return [
    ...(shared.length > 0 ? [{ name: "functions", steps: shared }] : []),
    of(order.slice(0, half), `${base}1`),
    of(order.slice(half), `${base}2`),
  ];
}

const keyOf = ({ object }: Step): NameKey | null =>
  object.kind === "function" || object.kind === "schema" ? null : relationKey(object);

/** The objects that a group touches. */
export function scopeOf({ steps }: Group): Scope {
  const scope: Scope = { relations: [], functions: [], schemas: [] };
  for (const { object, change } of steps) {
    if (object.kind === "schema") scope.schemas.push(object.schema);
    else if (object.kind === "function")
      scope.functions.push({
        schema: object.schema,
        name: object.name,
        arguments: object.identityArguments,
        ...(change.kind === "dropped-function" ? { access: true } : {}),
      });
    else {
      const known = scope.relations.find(({ schema, name }) => schema === object.schema && name === object.relation);
      const relation = known ?? { schema: object.schema, name: object.relation, columns: [] };
      if (!known) scope.relations.push(relation);
      if (object.kind === "column") relation.columns.push(object.column);
    }
  }
  return scope;
}
