import { finding, type Finding } from "../finding.ts";
import type { Relation } from "../pg/catalog.ts";
import { nameKey, relationKey, type NameKey } from "../pg/name.ts";
import { policyId } from "../pg/policy.ts";
import { findRecursion, type Recursion } from "../pg/recursion.ts";
import { extractSubQueries, type PrivateHelper } from "./rules/break-recursion.ts";
import { changed, type Draft } from "./policy-rule.ts";
import type { Relations } from "./rule.ts";

/**
 * Remove the recursion that Postgres would reject with 42P17. A cycle that existed before is broken by a SECURITY
 * DEFINER helper. A cycle that only the InitPlan form would create (its sub-select counts as a sub-query, see
 * findRecursion) is avoided by leaving the claims of that relation bare: `withoutInitplan` rewrites a draft again
 * without that rule.
 */
export function breakRecursions(
  given: readonly Draft[],
  relations: readonly Relation[],
  helperSchema: string,
  withoutInitplan: (draft: Draft) => Draft,
): { drafts: Draft[]; helpers: PrivateHelper[]; findings: Finding[] } {
  const byName = new Map(relations.map((relation) => [nameKey(relation), relation]));
  const old = new Set(
    findRecursion(
      given.map((draft) => draft.before),
      relations,
    ).map((found) => found.relation),
  );
  const helpers: PrivateHelper[] = [];
  const findings: Finding[] = [];
  const names = new Set<string>();
  const tried = new Set<string>();
  let drafts = [...given];

  for (;;) {
    const found = findRecursion(
      drafts.flatMap((draft) => draft.after),
      relations,
    ).find((recursion) => !tried.has(keyOf(recursion)));
    if (!found) return { drafts, helpers, findings };
    tried.add(keyOf(found));
    if (!old.has(found.relation)) {
      drafts = drafts.map((draft) =>
        relationKey(draft.before) === found.relation && draft.rules.includes("initplan")
          ? withoutInitplan(draft)
          : draft,
      );
      findings.push(
        finding(
          "initplan-would-recurse",
          "info",
          relationAt(found.relation, byName),
          `its policies keep bare claims: \`${found.policy}\` has a sub-query on ${found.relation}, and with the InitPlan form Postgres would see infinite recursion (42P17)`,
          "move that sub-query into a SECURITY DEFINER function to gain the InitPlan form",
        ),
      );
      continue;
    }
    const at = drafts.findIndex(
      (draft) => !draft.fixed && draft.after.some((policy) => policyId(policy) === found.policy),
    );
    const draft = drafts[at];
    const culprit = draft?.after.find((policy) => policyId(policy) === found.policy);
    const broken =
      draft && culprit ? extractSubQueries(culprit, new Set([found.relation]), byName, helperSchema, names) : null;
    if (!draft || !culprit || !broken) {
      const isKept = drafts.some((one) => one.fixed && policyId(one.before) === found.policy);
      findings.push(unbroken(found, byName, isKept ? "warning" : "error"));
      continue;
    }
    drafts[at] = changed(
      draft,
      "break-recursion",
      draft.after.map((policy) => (policy === culprit ? broken.policy : policy)),
    );
    helpers.push(...broken.helpers);
  }
}

const keyOf = ({ policy, relation }: Recursion): string => JSON.stringify([policy, relation]);

const relationAt = (name: NameKey, relations: Relations): Finding["at"] => {
  const relation = relations.get(name);
  return relation ? { kind: "relation", schema: relation.schema, relation: relation.name } : { kind: "database" };
};

/** `severity`: a policy that somebody keeps stays as broken as it is. */
const unbroken = (
  { policy, path, relation }: Recursion,
  relations: Relations,
  severity: "warning" | "error",
): Finding =>
  finding(
    "infinite-recursion",
    severity,
    relationAt(relation, relations),
    `every statement fails with 42P17: ${path.join(" → ")}; the sub-query of \`${policy}\` could not be taken out`,
    "write a SECURITY DEFINER function for it by hand",
  );
