import { finding, type Finding } from "../../finding.ts";
import { identForReading } from "../../pg/identifier.ts";
import { relationKey, type NameKey } from "../../pg/name.ts";
import { policyId, type PolicyId } from "../../pg/policy.ts";
import { findRecursion, type Recursion } from "../../pg/recursion.ts";
import { atPolicy } from "./place.ts";
import type { Reading } from "./reading.ts";

/** Policies whose sub-queries lead back to their own relation: one finding a cycle. */
export function recursionFindings({ catalog }: Reading): Finding[] {
  const byId = new Map(catalog.policies.map((policy) => [policyId(policy), policy]));
  const cycles = new Map<string, Recursion>();
  for (const found of findRecursion(catalog.policies, catalog.relations, catalog.roles)) {
    const key = JSON.stringify(found.policies.toSorted());
    if (!cycles.has(key)) cycles.set(key, found);
  }
  const places = new Map<PolicyId, Recursion[]>();
  for (const cycle of cycles.values()) {
    const start = cycle.policies[0] ?? cycle.policy;
    places.set(start, [...(places.get(start) ?? []), cycle]);
  }
  return [...places].flatMap(([id, through]) => {
    const policy = byId.get(id);
    if (!policy) return [];
    const ways = through.map((cycle) => shown(cycle, (one) => byId.get(one)));
    return [
      finding(
        "policy-recursion",
        "error",
        atPolicy(policy),
        `every statement whose policies include it fails with 42P17: ${ways.join("; ")}`,
        "read the other relation through a SECURITY DEFINER function whose owner bypasses its row security; `rlsmith plan` writes it",
      ),
    ];
  });
}

/** `venture_read → public.venture_crew.crew_all → public.venture`. */
function shown(
  { path, policies }: Recursion,
  policyOf: (id: PolicyId) => { schema: string; relation: string; name: string } | undefined,
): string {
  const [first, ...others] = policies.map((id): PolicyId | string => {
    const policy = policyOf(id);
    return policy && relationKey(policy) === path[0] ? identForReading(policy.name) : id;
  });
  const end: NameKey | undefined = path.at(-1);
  return `\`${[first, ...others, end].join(" → ")}\``;
}
