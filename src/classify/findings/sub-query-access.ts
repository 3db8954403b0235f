import { finding, type Finding } from "../../finding.ts";
import { relationsIn } from "../../pg/expr/relations.ts";
import { functionKey, nameKey, relationKey, sameName, type QualifiedName } from "../../pg/name.ts";
import { bypassesRowSecurity, heldRoles } from "../../pg/role.ts";
import { helperReads } from "./helper-reads.ts";
import { atPolicy, quoted } from "./place.ts";
import type { ReadPolicy, Reading } from "./reading.ts";
import { grantsOf, has, subjects } from "./subjects.ts";

/**
 * Policies whose sub-queries and calls need a privilege that their roles lack, and those whose sub-queries find no row
 * for them. PostgreSQL checks the privileges of every relation and function in the applied policies when a statement
 * starts, with the rights of the role that runs it (execMain.c, ExecCheckPermissions; execExpr.c, ExecInitFunc), so no
 * condition before the sub-query helps. The schema is not checked: names were resolved when the policy was created.
 */
export function subQueryAccessFindings(reading: Reading): Finding[] {
  return reading.policies.flatMap((one) => {
    const roles = subjects(reading, one.policy);
    if (roles.length === 0) return [];
    const lacking = deniedFinding(reading, one, roles);
    return lacking.length > 0 ? lacking : emptyFinding(reading, one, roles);
  });
}

/** The roles that are affected, if that says something: each named role, but all of those that PUBLIC covers. */
const affected = ({ policy }: ReadPolicy, roles: readonly string[], test: (role: string) => boolean): string[] => {
  const found = roles.filter(test);
  return policy.roles.includes("public") && found.length < roles.length ? [] : found;
};

function deniedFinding(reading: Reading, one: ReadPolicy, roles: readonly string[]): Finding[] {
  const { catalog } = reading;
  const relations = one.trees.flatMap((tree) => relationsIn(tree)).flatMap((name) => reading.relationOf(name) ?? []);
  const unread = relations.flatMap((relation) => {
    const without = affected(one, roles, (role) => !has(catalog, role, relation.owner, grantsOf(relation), "SELECT"));
    return without.length > 0 ? [`${quoted(without)} may not read \`${nameKey(relation)}\``] : [];
  });
  // A body is checked when it runs, so a statement fails as soon as the function is called for a row.
  const inHelpers = roles.flatMap((role) =>
    helperReads(reading, one.trees, role)
      .filter((read) => !has(catalog, read.role, read.relation.owner, grantsOf(read.relation), "SELECT"))
      .map((read) => ({ caller: role, read })),
  );
  const unreadInside = affected(one, roles, (role) => inHelpers.some(({ caller }) => caller === role)).flatMap((role) =>
    inHelpers
      .filter(({ caller }) => caller === role)
      .map(
        ({ read }) =>
          `\`${nameKey(read.fact)}\` reads \`${nameKey(read.relation)}\`, which ${quoted([read.role])} may not read`,
      ),
  );
  const called = catalog.policyFunctions.filter(
    (use) => relationKey(use) === relationKey(one.policy) && use.policy === one.policy.name,
  );
  const keys = new Set(called.map((use) => use.function));
  const uncalled = catalog.functions.flatMap((fn) => {
    if (!keys.has(functionKey(fn))) return [];
    const without = affected(one, roles, (role) => !has(catalog, role, fn.owner, fn.grants, "EXECUTE"));
    return without.length > 0 ? [`${quoted(without)} may not call \`${functionKey(fn)}\``] : [];
  });
  const lacking = [...unread, ...uncalled, ...unreadInside];
  if (lacking.length === 0) return [];
  return [
    finding(
      "policy-reads-without-privilege",
      "error",
      atPolicy(one.policy),
      `${[...new Set(lacking)].join("; ")}: every statement of that role which the policy applies to fails with 42501`,
      "grant the privilege, or read the relation through a SECURITY DEFINER function",
    ),
  ];
}

function emptyFinding(reading: Reading, one: ReadPolicy, roles: readonly string[]): Finding[] {
  const names = one.trees.flatMap((tree) => relationsIn(tree));
  const empty = names.filter((name) => roles.every((role) => findsNothing(reading, name, role)));
  const inside = roles.map((role) =>
    helperReads(reading, one.trees, role).filter((read) => findsNothing(reading, read.relation, read.role)),
  );
  const [first] = inside.every((reads) => reads.length > 0) ? (inside[0] ?? []) : [];
  if (empty.length === 0 && first)
    return [
      finding(
        "policy-sub-query-finds-nothing",
        "warning",
        atPolicy(one.policy),
        `\`${nameKey(first.fact)}\` reads ${quoted([nameKey(first.relation)])} with the rights of ${quoted([first.role])}, whom row security there lets read nothing: it finds no row`,
        "give that relation a SELECT policy for the role, or let a role own the function that bypasses its row security",
      ),
    ];
  if (empty.length === 0) return [];
  return [
    finding(
      "policy-sub-query-finds-nothing",
      "warning",
      atPolicy(one.policy),
      `its sub-query reads ${quoted(empty.map(nameKey))}, where row security is on and no policy lets ${quoted(roles)} read: it finds no row`,
      "give that relation a SELECT policy for the role, or read it through a SECURITY DEFINER function",
    ),
  ];
}

function findsNothing(reading: Reading, name: QualifiedName, role: string): boolean {
  const relation = reading.relationOf(name);
  if (!relation?.rowSecurity || bypassesRowSecurity(relation, role, reading.catalog.roles)) return false;
  const held = heldRoles(role, reading.catalog.roles);
  return !reading.policies.some(
    ({ policy }) =>
      sameName({ schema: policy.schema, name: policy.relation }, name) &&
      policy.permissive &&
      policy.using !== null &&
      (policy.command === "ALL" || policy.command === "SELECT") &&
      policy.roles.some((one) => held.has(one)),
  );
}
