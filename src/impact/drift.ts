import type { Catalog } from "../pg/catalog.ts";
import { equal } from "../pg/expr/equal.ts";
import { asWritten } from "../pg/expr/normal.ts";
import { parseExpr } from "../pg/expr/parse.ts";
import { functionKey } from "../pg/name.ts";
import { policyId, type Policy } from "../pg/policy.ts";
import type { Plan } from "../plan/index.ts";

/** The policies and functions that are not as the plan found them, by name. */
export function driftFrom(catalog: Catalog, plan: Plan): string[] {
  const live = new Map(catalog.policies.map((policy) => [policyId(policy), policy]));
  const planned = new Map(plan.policies.map(({ before }) => [policyId(before), before]));
  const policies = [...new Set([...live.keys(), ...planned.keys()])].filter((id) => {
    const [is, was] = [live.get(id), planned.get(id)];
    return !is || !was || !isSame(is, was);
  });
  const functions = plan.steps.flatMap(({ change }) => {
    const before = change.kind === "function" || change.kind === "dropped-function" ? change.before : null;
    if (before === null) return [];
    const is = catalog.functions.find((fn) => functionKey(fn) === functionKey(before));
    return is?.body === before.body ? [] : [functionKey(before)];
  });
  return [...policies, ...functions].toSorted();
}

const isSame = (a: Policy, b: Policy): boolean =>
  a.permissive === b.permissive &&
  a.command === b.command &&
  JSON.stringify(a.roles.toSorted()) === JSON.stringify(b.roles.toSorted()) &&
  sameText(a.using, b.using) &&
  sameText(a.check, b.check);

const sameText = (a: string | null, b: string | null): boolean =>
  a === b || (a !== null && b !== null && equal(asWritten(parseExpr(a)), asWritten(parseExpr(b))));
