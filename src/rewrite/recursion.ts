import { finding, type Finding } from "../finding.ts";
import type { Config } from "../config.ts";
import type { Relation } from "../pg/catalog.ts";
import { nameKey, relationKey, type NameKey } from "../pg/name.ts";
import { policyId } from "../pg/policy.ts";
import { findRecursion, type Recursion } from "../pg/recursion.ts";
import { extractSubQueries, type PrivateHelper } from "./rules/break-recursion.ts";
import { changed, type Draft } from "./policy-rule.ts";
import type { Relations } from "./rule.ts";

/**
 * Treat the recursion that Postgres rejects with 42P17. A cycle that existed before is broken by a SECURITY DEFINER
 * helper where the config asks for it, otherwise reported and left. A cycle that only the InitPlan form would create
 * (its sub-select counts as a sub-query, see findRecursion) is avoided by leaving the claims of that relation bare:
 * `withoutInitplan` returns the drafts of a relation as the other rules make them.
 */
export function breakRecursions(
  given: readonly Draft[],
  relations: readonly Relation[],
  { helperSchema, rules }: Pick<Config, "helperSchema" | "rules">,
  withoutInitplan: (relation: NameKey) => readonly Draft[],
): { drafts: Draft[]; helpers: PrivateHelper[]; findings: Finding[] } {
  const byName = new Map(relations.map((relation) => [nameKey(relation), relation]));
  const before = findRecursion(
    given.map((draft) => draft.before),
    relations,
  );
  const old = new Set(before.map((found) => found.relation));
  const oldKeys = new Set(before.map(keyOf));
  const bare = new Set<NameKey>();
  // Where old cycles stay, one that the InitPlan form adds to a relation that has another is new as well.
  const isNew = (found: Recursion): boolean =>
    !old.has(found.relation) || (!rules.breakRecursion && !oldKeys.has(keyOf(found)) && !bare.has(found.relation));
  const helpers: PrivateHelper[] = [];
  const findings: Finding[] = [];
  const names = new Set<string>();
  const tried = new Set<string>();
  let drafts = [...given];

  for (;;) {
    const left = findRecursion(
      drafts.flatMap((draft) => draft.after),
      relations,
    ).filter((recursion) => !tried.has(keyOf(recursion)));
    // New ones first: to make drafts again would undo what was taken out of them.
    const found = left.find(isNew) ?? left[0];
    if (!found) return { drafts, helpers, findings };
    const inForm = drafts.some(
      (draft) => relationKey(draft.before) === found.relation && draft.rules.includes("initplan"),
    );
    if (isNew(found) && inForm && !bare.has(found.relation)) {
      bare.add(found.relation);
      const again = new Map(withoutInitplan(found.relation).map((draft) => [policyId(draft.before), draft]));
      drafts = drafts.map((draft) => again.get(policyId(draft.before)) ?? draft);
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
    tried.add(keyOf(found));
    if (isNew(found) || !rules.breakRecursion) {
      findings.push(isNew(found) ? unbroken(found, byName, "error") : stays(found, byName));
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

/** A cycle that existed before, where the config does not ask for the rule. */
const stays = ({ policy, path, relation }: Recursion, relations: Relations): Finding =>
  finding(
    "infinite-recursion",
    "warning",
    relationAt(relation, relations),
    `statements fail with 42P17 today, and still do after the plan: ${path.join(" → ")}, by the sub-query of \`${policy}\``,
    "`rules: { breakRecursion: true }` moves the sub-query into a SECURITY DEFINER function: such statements then succeed",
  );

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
