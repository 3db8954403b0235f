import type { Policy, PolicyCommand } from "../../pg/policy.ts";
import { relationKey, relationOf } from "../../pg/name.ts";
import { policyId } from "../../pg/policy.ts";
import { reachedByCalls } from "./called.ts";
import type { ObjectChange } from "./change.ts";
import { comersTo, READS_AND_WRITES } from "./comers.ts";
import { matched, sameText, withoutHeirs, type Worlds } from "./world.ts";

type Command = Exclude<PolicyCommand, "ALL">;

const COMMANDS: readonly Command[] = ["SELECT", "INSERT", "UPDATE", "DELETE"];

/**
 * Policies that differ, though none of their roles holds a privilege that they are about, on either side: no verdict
 * compares them. They begin to count with a GRANT, which may be elsewhere.
 */
export function comparePoliciesOfNobody({ before, after, roles }: Worlds): ObjectChange[] {
  const { both, gone, added } = matched(before.catalog.policies, after.catalog.policies, policyId);
  const changed = [...added, ...gone, ...both.flatMap(({ was, is }) => (sameText(was, is) ? [] : [was, is]))];
  const told = new Map<string, ObjectChange>();
  for (const policy of changed) {
    const name = policyId(policy);
    const relations = [before, after].flatMap((world) => {
      const relation = world.side.relation(relationOf(policy));
      return relation ? [{ world, relation }] : [];
    });
    // the relation itself is new or gone
    if (relations.length < 2 || told.has(name)) continue;
    const commands = policy.command === "ALL" ? COMMANDS : [policy.command];
    const bound = roles.filter(
      (role) => isFor(policy, role) || relations.some(({ world }) => inherits(world, policy, role)),
    );
    const granted = relations.some(({ world, relation }) =>
      commands.some((command) => bound.some((role) => world.side.hasPrivilege(relation, command, role))),
    );
    if (granted) continue;
    told.set(name, {
      effect: "cannot be told",
      kind: "policy",
      name,
      roles: policy.roles,
      why: { kind: "no privilege", privileges: [...commands], relation: relationKey(policy) },
    });
  }
  return [...told.values()];
}

/**
 * Policies that are new or different and call a SECURITY DEFINER function which does more than to give a value, for roles
 * that could not call it. Verdicts are about the values.
 */
export function comparePolicyCalls(worlds: Worlds): ObjectChange[] {
  const { before, after, roles } = worlds;
  const old = new Map(before.catalog.policies.map((policy) => [policyId(policy), policy]));
  return after.catalog.policies.flatMap((policy): ObjectChange[] => {
    const name = policyId(policy);
    const relation = after.side.relation(relationOf(policy));
    if (!relation || sameText(old.get(name), policy)) return [];
    const users = comersTo(after, relation, READS_AND_WRITES, roles);
    const whys = [policy.using, policy.check].flatMap((text) =>
      text === null ? [] : (reachedByCalls(worlds, users, text, "values") ?? []),
    );
    return whys
      .slice(0, 1)
      .map((why) => ({ effect: "cannot be told", kind: "policy", name, roles: withoutHeirs(after, users), why }));
  });
}

const isFor = (policy: Policy, role: string): boolean => policy.roles.includes("public") || policy.roles.includes(role);

const inherits = (world: Worlds["before"], policy: Policy, role: string): boolean =>
  policy.roles.some((named) => world.side.hasPrivilegesOf(role, named));
