import { isPlatformRelation } from "../../pg/platform-objects.ts";
import { finding, type Finding } from "../../finding.ts";
import { as, type Expr } from "../../pg/expr/node.ts";
import { parseExpr } from "../../pg/expr/parse.ts";
import { callsBuiltin, stringConst } from "../../pg/expr/shape.ts";
import { some, walk } from "../../pg/expr/walk.ts";
import { isToken, readsRawClaims } from "../../pg/expr/reads.ts";
import { ANY_SOURCE, type Evidence } from "./evidence.ts";
import { placeOf } from "./functions.ts";
import { quoted } from "./words.ts";

const ONE_CLAIM = "request.jwt.claim.";

/**
 * Reads of `request.jwt.claim.<name>`, one setting for each claim. PostgREST 9 sets `request.jwt.claims` instead on
 * PostgreSQL 14 and later, and everywhere if db-use-legacy-gucs is off; PostgREST 12 no longer has that option (release
 * notes of PostgREST 9.0.0 and 12.0.0).
 */
export function legacyClaimFindings(evidence: Evidence): Finding[] {
  const { catalog } = evidence;
  const found: Finding[] = [];
  const say = (at: Finding["at"], settings: readonly string[]): void => {
    if (settings.length > 0)
      found.push(
        finding(
          "legacy-claim-setting",
          "warning",
          at,
          `it reads ${quoted(settings)}, which PostgREST no longer sets: the value is NULL or empty for every request`,
          "read the claim from auth.jwt(), or from current_setting('request.jwt.claims', true)::jsonb",
        ),
      );
  };
  for (const policy of catalog.policies)
    if (!isPlatformRelation(catalog, policy))
      say(
        { kind: "policy", schema: policy.schema, relation: policy.relation, policy: policy.name },
        [policy.using, policy.check].flatMap((text) => (text?.includes(ONE_CLAIM) ? legacyIn(parseExpr(text)) : [])),
      );
  for (const relation of catalog.relations)
    for (const { name, expression } of relation.columns)
      if (expression?.includes(ONE_CLAIM) && !isPlatformRelation(catalog, relation))
        say(
          { kind: "column", schema: relation.schema, relation: relation.name, column: name },
          legacyIn(parseExpr(expression)),
        );
  for (const fact of evidence.facts) {
    const fn = evidence.definitionOf(fact);
    if (!fn?.definition.toLowerCase().includes(ONE_CLAIM)) continue;
    const { trees } = evidence.bodyOf(fn);
    // a body that reads the token as well has its fallback there, in COALESCE, CASE or IF
    const hasFallback = some(trees, (node) => isToken(node, ANY_SOURCE) || readsRawClaims(node));
    if (!hasFallback) say(placeOf(fact), legacyIn(trees));
  }
  return found;
}

/** The settings of single claims that a tree reads without the token as fallback. */
function legacyIn(tree: unknown): string[] {
  const found: string[] = [];
  walk(tree, (node: Expr) => {
    const isChoice = as("CoalesceExpr", node) !== null || as("CaseExpr", node) !== null;
    if (isChoice && some(node, (inner) => isToken(inner, ANY_SOURCE) || readsRawClaims(inner))) return false;
    const setting = stringConst(callsBuiltin(node, "current_setting")?.[0])?.toLowerCase();
    if (setting?.startsWith(ONE_CLAIM)) found.push(setting);
    return true;
  });
  return found;
}
