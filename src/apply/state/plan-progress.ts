import type { Step } from "../../plan/index.ts";
import type { Expected } from "./expected.ts";
import { differences } from "./restore.ts";
import type { FunctionState, RelationState, Scope, State } from "./state.ts";

/** The progress of a plan on a target, object by object. */
export interface PlanProgress {
  /** steps of objects that are as they were before the plan */
  pending: Step[];
  /** steps of objects that are as the plan leaves them */
  applied: Step[];
  /**
   * objects that match neither the state before nor the state after, a line each for a person; compared with the nearer
   * one
   */
  drift: string[];
}

/** Compare the present state with the state before the plan and the state after it. */
export function planProgress(steps: readonly Step[], now: State, { before, after }: Expected): PlanProgress {
  const progress: PlanProgress = { pending: [], applied: [], drift: [] };
  const seen = new Set<string>();
  for (const step of steps) {
    const one = scopeOfStep(step);
    const [is, was, willBe] = [part(now, one), part(before, one), part(after, one)];
    if (same(is, willBe)) progress.applied.push(step);
    else if (same(is, was)) progress.pending.push(step);
    else if (!seen.has(JSON.stringify(one))) {
      seen.add(JSON.stringify(one));
      const [fromOld, fromNew] = [differences(was, is), differences(willBe, is)];
      progress.drift.push(...(fromNew.length < fromOld.length ? fromNew : fromOld));
    }
  }
  return progress;
}

function scopeOfStep({ object }: Step): Scope {
  if (object.kind === "schema") return { relations: [], functions: [], schemas: [object.schema] };
  if (object.kind === "function")
    return {
      relations: [],
      functions: [{ schema: object.schema, name: object.name, arguments: object.identityArguments }],
      schemas: [],
    };
  return { relations: [{ schema: object.schema, name: object.relation, columns: [] }], functions: [], schemas: [] };
}

/**
 * The part of a state that a smaller scope names, in the scope's order; objects that the state does not have are left
 * out.
 */
export function part(state: State, scope: Scope): State {
  const relation = (name: Scope["relations"][number]): RelationState[] =>
    state.relations.filter((one) => one.schema === name.schema && one.name === name.name);
  const fn = (name: Scope["functions"][number]): FunctionState[] =>
    state.functions.filter(
      (one) => one.schema === name.schema && one.name === name.name && one.arguments === name.arguments,
    );
  return {
    relations: scope.relations.flatMap(relation),
    functions: scope.functions.flatMap(fn),
    schemas: scope.schemas.flatMap((name) => state.schemas.filter((one) => one.name === name)),
  };
}

/** The scope that a state was read of. */
export const scopeOfState = (state: State): Scope => ({
  relations: state.relations.map(({ schema, name, defaults }) => ({
    schema,
    name,
    columns: defaults.map(({ column }) => column),
  })),
  functions: state.functions.map(({ schema, name, arguments: of, access }) => ({
    schema,
    name,
    arguments: of,
    ...(access === undefined ? {} : { access: true }),
  })),
  schemas: state.schemas.map(({ name }) => name),
});

const same = (a: State, b: State): boolean => JSON.stringify(a) === JSON.stringify(b);
