import { calledKey } from "../../fixtures/index.ts";
import type { Catalog } from "../../pg/catalog.ts";
import type { ContextMap } from "../../pg/context.ts";
import { equal } from "../../pg/expr/equal.ts";
import { as, type Expr } from "../../pg/expr/node.ts";
import { parseExpr } from "../../pg/expr/parse.ts";
import { printExpr } from "../../pg/expr/print.ts";
import { claimRead, columnRef, settingRead } from "../../pg/expr/reads.ts";
import { conjuncts } from "../../pg/expr/shape.ts";
import { some } from "../../pg/expr/walk.ts";
import { nameKey } from "../../pg/name.ts";
import { createPolicy, dropPolicy, commentPolicy } from "../../pg/policy-sql.ts";
import { policyId, type Policy, type PolicyId } from "../../pg/policy.ts";
import { tupleKey } from "../matrix/index.ts";

/** A weakened policy, with one of the usual mistakes. */
export interface PolicyMutant {
  /** `public.visit.visit_select: dropped` */
  name: string;
  policy: PolicyId;
  kind:
    | "dropped"
    | "using true"
    | "check true"
    | "tenant conjunct removed"
    | "roles widened"
    | "check removed"
    | "made restrictive"
    | "made permissive";
  original: Policy;
  /** null: the policy is dropped */
  mutated: Policy | null;
  /** statements that apply it, run as the relation's owner */
  apply: string[];
}

/** Every mutant of every policy; those with the same meaning as the policy are left out. */
export function policyMutants(catalog: Catalog, context: ContextMap): PolicyMutant[] {
  const isTenant = tenantTest(catalog, context);
  return catalog.policies.flatMap((policy) => mutantsOf(policy, isTenant));
}

function mutantsOf(policy: Policy, isTenant: (conjunct: Expr) => boolean): PolicyMutant[] {
  const made: PolicyMutant[] = [];
  const add = (kind: PolicyMutant["kind"], mutated: Policy | null, detail = ""): void => {
    if (mutated !== null && same(policy, mutated)) return;
    const name = `${policyId(policy)}: ${kind}${detail}`;
    made.push({ name, policy: policyId(policy), kind, original: policy, mutated, apply: applying(policy, mutated) });
  };
  add("dropped", null);
  if (policy.using !== null) add("using true", { ...policy, using: "true" });
  if (policy.check !== null) add("check true", { ...policy, check: "true" });
  for (const part of ["using", "check"] as const) {
    const text = policy[part];
    for (const [n, without] of text === null ? [] : withoutTenant(text, isTenant).entries())
      add("tenant conjunct removed", { ...policy, [part]: without }, ` (${part}, ${n + 1})`);
  }
  if (!policy.roles.includes("public")) add("roles widened", { ...policy, roles: ["public"] });
  if (policy.check !== null && policy.using !== null) add("check removed", { ...policy, check: null });
  add(policy.permissive ? "made restrictive" : "made permissive", { ...policy, permissive: !policy.permissive });
  return made;
}

/** The variants of the text without one of its conjuncts about the tenant. */
function withoutTenant(text: string, isTenant: (conjunct: Expr) => boolean): string[] {
  const all = conjuncts(parseExpr(text));
  return all.flatMap((conjunct, place) => {
    if (!isTenant(conjunct)) return [];
    const rest = all.filter((_, other) => other !== place);
    return [rest.length === 0 ? "true" : rest.map((one) => `(${printExpr(one)})`).join(" and ")];
  });
}

/**
 * A test that is true for a conjunct that compares a column with a claim or a variable of the map, or with a function
 * that reads one.
 */
function tenantTest(catalog: Catalog, context: ContextMap): (conjunct: Expr) => boolean {
  const settings = new Set(context.variables.map(({ setting }) => setting));
  const claims = new Set(context.variables.map(({ claim }) => tupleKey(...claim)));
  const readers = new Set(
    catalog.functions
      .filter(({ body }) =>
        context.variables.some(
          ({ setting, claim }) =>
            body.includes(`'${setting}'`) || (claim.length > 0 && claim.every((key) => body.includes(`'${key}'`))),
        ),
      )
      .map(nameKey),
  );
  const reads = (node: Expr): boolean => {
    const setting = settingRead(node);
    if (setting && settings.has(setting.setting)) return true;
    const claim = claimRead(node, context.claims);
    if (claim && claims.has(tupleKey(...claim.path))) return true;
    const called = calledKey(node);
    return called !== null && readers.has(called);
  };
  return (conjunct) => some(conjunct, reads) && some(conjunct, (node) => columnRef(node) !== null);
}

const same = (a: Policy, b: Policy): boolean =>
  a.permissive === b.permissive &&
  tupleKey(...a.roles) === tupleKey(...b.roles) &&
  sameText(a.using, b.using) &&
  // without a WITH CHECK, the USING expression applies to new rows
  sameText(a.check ?? a.using, b.check ?? b.using);

const sameText = (a: string | null, b: string | null): boolean =>
  a === b || (a !== null && b !== null && equal(parseExpr(a), parseExpr(b)));

const applying = (policy: Policy, mutated: Policy | null): string[] => [
  dropPolicy(policy),
  ...(mutated === null ? [] : [createPolicy(mutated), ...(mutated.comment === null ? [] : [commentPolicy(mutated)])]),
];

/**
 * The conditions on the token, whatever the row, in the USING expressions of a relation's UPDATE policies: one of the
 * permissive ones has to let a row through.
 */
export function pastUsing(catalog: Catalog, { schema, relation }: Pick<Policy, "schema" | "relation">): string {
  const asked = catalog.policies
    .filter((policy) => policy.schema === schema && policy.relation === relation && policy.permissive)
    .filter(({ command }) => command === "UPDATE" || command === "ALL")
    .map(({ using }) => {
      const all = using === null ? [] : conjuncts(parseExpr(using));
      const ofToken = all.filter(
        (one) => !some(one, (node) => columnRef(node) !== null || as("RangeVar", node) !== null),
      );
      return ofToken.length === 0 ? "true" : ofToken.map((one) => `(${printExpr(one)})`).join(" and ");
    });
  return asked.length === 0 ? "true" : asked.map((one) => `(${one})`).join(" or ");
}
