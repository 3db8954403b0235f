import { isPlatformFunction, isPlatformRelation } from "../../pg/platform-objects.ts";
import { finding, type Finding } from "../../finding.ts";
import { as } from "../../pg/expr/node.ts";
import { parseExpr } from "../../pg/expr/parse.ts";
import { claimRead } from "../../pg/expr/reads.ts";
import { call, callKey } from "../../pg/expr/shape.ts";
import { some } from "../../pg/expr/walk.ts";
import { identForReading } from "../../pg/identifier.ts";
import { nameKey } from "../../pg/name.ts";
import type { Policy } from "../../pg/policy.ts";
import { ANY_SOURCE, reachedFrom, type Evidence } from "./evidence.ts";
import { quoted } from "./words.ts";

const UID = nameKey({ schema: "auth", name: "uid" });

/**
 * Policies that call auth.uid() where the subject of a token is kept as text. auth.uid() casts the subject to uuid, and
 * raises 22P02 for one that is none, as other identity providers issue them.
 */
export function subjectCastFindings(evidence: Evidence): Finding[] {
  const texts = evidence.classified.filter(
    ({ policy }) => !isPlatformRelation(evidence.catalog, policy) && comparesText(evidence, policy),
  );
  return evidence.classified.flatMap(({ policy }) => {
    if (isPlatformRelation(evidence.catalog, policy) || !callsUid(evidence, policy)) return [];
    const beside = texts.filter(
      ({ policy: other }) =>
        other.schema === policy.schema && other.relation === policy.relation && overlap(policy, other),
    );
    if (beside.length === 0) return [];
    const names = beside.map((one) => identForReading(one.policy.name));
    const same = beside.some((one) => one.policy === policy);
    return [
      finding(
        "subject-cast-to-uuid",
        "warning",
        { kind: "policy", schema: policy.schema, relation: policy.relation, policy: policy.name },
        `${same ? "it" : quoted(names)} compares text with the token's \`sub\`, and ${same ? "also" : "this policy"} casts it to uuid, as \`auth.uid()\` does: every statement fails with 22P02 for a subject that is no uuid`,
        "read the subject with auth.jwt() ->> 'sub' in every policy, or keep it as uuid",
      ),
    ];
  });
}

const overlap = (a: Policy, b: Policy): boolean =>
  a.command === "ALL" || b.command === "ALL" || a.command === b.command;

const treesOf = ({ using, check }: Policy): ReturnType<typeof parseExpr>[] =>
  [using, check].flatMap((text) => (text === null ? [] : [parseExpr(text)]));

/** True if a text is compared with the subject as text, without auth.uid(). */
function comparesText(evidence: Evidence, policy: Policy): boolean {
  const isSubject = (node: Parameters<typeof claimRead>[0]): boolean => {
    const read = claimRead(node, ANY_SOURCE);
    return read?.path.join() === "sub" && read.cast === null && read.kind === "text" && !namesUid(node);
  };
  const returnsSubject = (node: Parameters<typeof claimRead>[0]): boolean => {
    const made = call(node);
    if (made?.args.length !== 0) return false;
    return reachedFrom(evidence, node).some(
      ({ facts }) =>
        facts.claims.some((path) => path.join() === "sub") &&
        evidence.definitionOf(facts)?.result === "text" &&
        !bodyNamesUid(evidence, facts),
    );
  };
  return some(treesOf(policy), (node) => {
    const compared = as("A_Expr", node);
    return (
      compared !== null &&
      [compared.lexpr, compared.rexpr].some((side) => isSubject(side) || returnsSubject(side)) &&
      [compared.lexpr, compared.rexpr].some((side) => some(side, (inner) => as("ColumnRef", inner) !== null))
    );
  });
}

/** True for a call of auth.uid(), and for the subject with a cast to uuid. */
const namesUid = (tree: unknown): boolean =>
  some(tree, (node) => {
    const made = call(node);
    const read = as("TypeCast", node) ? claimRead(node, ANY_SOURCE) : null;
    return (made !== null && callKey(made.name) === UID) || (read?.path.join() === "sub" && read.cast === "uuid");
  });

function bodyNamesUid(evidence: Evidence, facts: Parameters<Evidence["definitionOf"]>[0]): boolean {
  const fn = evidence.definitionOf(facts);
  return fn !== undefined && namesUid(evidence.bodyOf(fn).trees);
}

/** True if a policy calls auth.uid(), itself or through a function. */
const callsUid = (evidence: Evidence, policy: Policy): boolean => {
  const trees = treesOf(policy);
  return (
    namesUid(trees) ||
    reachedFrom(evidence, trees).some(
      ({ facts }) => !isPlatformFunction(evidence.catalog, facts) && bodyNamesUid(evidence, facts),
    )
  );
};
