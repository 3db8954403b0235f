import type { Catalog, Relation } from "../pg/catalog.ts";
import { nameKey } from "../pg/name.ts";
import { NOTHING, type Assumption } from "./assume.ts";
import { plainVerdict, type AssumedVerdict } from "./assumed-verdict.ts";
import { compareAccess, type CompareOptions } from "./compare-access.ts";
import { newComparison, type Comparison } from "./comparison.ts";
import { COMPONENTS, commandOf, type Component } from "./component.ts";
import { parseOnce } from "./encode/parse-once.ts";
import { missingPrivileges } from "./missing-privilege.ts";
import { accessPredicate, type Encoded, type EncodeRequest } from "./predicate.ts";
import type { Side } from "./side.ts";

/** How far a proof goes. */
export interface ProveOptions extends CompareOptions {
  assumptions?: readonly Assumption[];
  /** roles to ask for besides those that policies and grants name */
  roles?: readonly string[];
  /** only these relations, by `nameKey` */
  relations?: ReadonlySet<string>;
}

/**
 * A verdict for every relation, component, role and assumption: what the second catalog allows, against what the first one does. Pure;
 * needs no database. Relations that one of the catalogs lacks, and views, are left out. Throws a syntax error of an assumption.
 *
 * @example
 * ```ts
 * import { catalogAfter, prove, type Catalog, type Plan } from "rlsmith";
 *
 * export const looser = (catalog: Catalog, plan: Plan): string[] =>
 *   prove(catalog, catalogAfter(catalog, plan), { timeout: 5000 })
 *     .filter(({ decision }) => decision !== "equivalent" && decision !== "tighter")
 *     .map(({ relation, component, role, decision }) => `${relation.name}, ${component} as ${role}: ${decision}`);
 * ```
 */
export function prove(before: Catalog, after: Catalog, options: ProveOptions = {}): AssumedVerdict[] {
  return proveComparison(newComparison(before, after), options);
}

/** The same, for who goes on with the comparison. */
export function proveComparison(shared: Comparison, options: ProveOptions): AssumedVerdict[] {
  const verdicts: AssumedVerdict[] = [];
  for (const relation of shared.before.catalog.relations) {
    if (options.relations && !options.relations.has(nameKey(relation))) continue;
    const other = shared.after.relation(relation);
    if (!other || relation.kind === "view" || other.kind === "view") continue;
    const guarded = isGuarded(relation, shared.before) || isGuarded(other, shared.after);
    if (guarded || !shared.isUnchanged({ kind: "relation", name: nameKey(relation) }))
      for (const verdict of proveRelation(shared, relation, other, options)) verdicts.push(verdict);
  }
  return verdicts;
}

/** Row security or policies on it; of others only privileges can change. */
const isGuarded = (relation: Relation, side: Side): boolean =>
  relation.rowSecurity || side.policiesOn(relation).length > 0;

function proveRelation(
  shared: Comparison,
  relation: Relation,
  other: Relation,
  options: ProveOptions,
): AssumedVerdict[] {
  const known = new Map<string, AssumedVerdict[]>();
  const unchanged = shared.isUnchanged({ kind: "relation", name: nameKey(relation) });
  const assumptions = options.assumptions?.length ? options.assumptions : [NOTHING];
  const proveOne = (component: Component, role: string): AssumedVerdict[] => {
    const access = { relation, component, role };
    if (unchanged) return assumptions.map((assumption) => plainVerdict(access, assumption, "equivalent"));
    const missing = {
      before: missingPrivileges(shared.before, access),
      after: missingPrivileges(shared.after, { ...access, relation: other }),
    };
    if (missing.after.length > 0) {
      const decision = missing.before.length > 0 ? "equivalent" : "always-errors";
      return assumptions.map((one) => ({ ...plainVerdict(access, one, decision), reasons: missing.after }));
    }
    const encode = (request: EncodeRequest): Encoded =>
      request.side === "before" && request.recursion === "raise" && missing.before.length > 0
        ? { kind: "fails" }
        : accessPredicate(shared, { ...access, relation: request.side === "before" ? relation : other }, request);
    return compareAccess(shared, access, assumptions, encode, options);
  };
  return rolesFor(shared, relation, other, options.roles ?? []).flatMap((role) =>
    COMPONENTS.flatMap((component) => {
      const key = roleKey({ shared, relation, other, component, role });
      const same = known.get(key);
      if (same) return same.map((verdict) => forRole(verdict, role));
      const made = proveOne(component, role);
      known.set(key, made);
      return made;
    }),
  );
}

const forRole = (verdict: AssumedVerdict, role: string): AssumedVerdict => ({
  ...verdict,
  role,
  milliseconds: 0,
  witnesses: verdict.witnesses.map((witness) => ({ ...witness, situation: { ...witness.situation, role } })),
});

interface RoleAccess {
  shared: Comparison;
  relation: Relation;
  /** the relation on the second side */
  other: Relation;
  component: Component;
  role: string;
}

/**
 * Roles with the same policies and privileges get the same verdict; sub-queries and function bodies may look at the
 * role itself.
 */
function roleKey({ shared, relation, other, component, role }: RoleAccess): string {
  const command = commandOf(component);
  const sides = [
    { side: shared.before, of: relation },
    { side: shared.after, of: other },
  ].map(({ side, of }) => ({
    hasPrivilege: side.hasPrivilege(of, command, role),
    bypasses: side.bypasses(of, role),
    policies: side.policies(of, command, role).map(({ permissive, using, check }) => ({ permissive, using, check })),
  }));
  const ofRole = sides.some(({ policies }) =>
    policies.some(({ using, check }) => [using, check].some((text) => text !== null && parseOnce(text).asksRole)),
  );
  return JSON.stringify([component, sides, ofRole ? role : ""]);
}

/** Every role that a policy or grant on the relation names, on either side, and `anon`. */
export function rolesFor(shared: Comparison, relation: Relation, other: Relation, more: readonly string[]): string[] {
  const names = new Set(more);
  for (const [side, of] of [
    [shared.before, relation],
    [shared.after, other],
  ] as const) {
    for (const grant of [...of.grants, ...of.columnGrants]) names.add(grant.grantee);
    for (const policy of side.policiesOn(of)) for (const role of policy.roles) names.add(role);
    if (side.catalog.roles.some((role) => role.name === "anon")) names.add("anon");
  }
  // `public` is a role that is named nowhere, where no other is
  if (names.size > 1) names.delete("public");
  return [...names].toSorted();
}

export type { Assumption, AssumedVerdict };
