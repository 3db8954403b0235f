import { isPlatformRelation } from "../../pg/platform-objects.ts";
import { finding, type Finding } from "../../finding.ts";
import type { PgFunction, Relation } from "../../pg/catalog.ts";
import { as, type Expr } from "../../pg/expr/node.ts";
import { parseExpr } from "../../pg/expr/parse.ts";
import { relationsIn } from "../../pg/expr/relations.ts";
import { boolConst } from "../../pg/expr/shape.ts";
import { some } from "../../pg/expr/walk.ts";
import { functionKey, nameKey } from "../../pg/name.ts";
import { executed, reach, type FunctionFacts } from "../functions/index.ts";
import { applied } from "./applied.ts";
import { filtersOf } from "./body-filters.ts";
import { isBypassedBy, type Evidence } from "./evidence.ts";
import { placeOf } from "./functions.ts";
import { callers, isUsable } from "./requests.ts";
import { quoted } from "./words.ts";

/**
 * SECURITY DEFINER functions that requests may execute, that return rows of a relation whose row security their owner
 * bypasses, and that read neither a claim nor a variable: the answer is the same for every tenant.
 */
export function definerReturnsRowsFindings(evidence: Evidence): Finding[] {
  const { catalog, classified, index, requests } = evidence;
  const asked = new Set(
    classified.flatMap(({ functions }) => functions.flatMap((called) => index.resolve(called, []))),
  );
  return evidence.facts.flatMap((fact) => {
    const fn = evidence.definitionOf(fact);
    if (!fn?.securityDefiner || fn.kind !== "function" || asked.has(fact) || !returnsRows(evidence, fn)) return [];
    const roles = callers(requests, fn);
    if (roles.length === 0 || !isUsable(catalog, requests, fn.schema)) return [];
    const reached = reach(index, fact).map((one) => one.facts);
    if (reached.some((one) => readsRequest(evidence, one))) return [];
    // a function that sets the context from its arguments has the finding caller-chooses-context
    if (reached.some(({ sets }) => sets.length > 0)) return [];
    const guarded = guardedTables(evidence, reached).filter(
      (relation) => isBypassedBy(evidence, relation, fn.owner) && !isPublic(evidence, relation),
    );
    const filters = filtersOf(evidence, fn);
    const open = guarded.filter((relation) => !filters.isAsPublic(relation));
    if (open.length === 0 || evidence.isDeclared(functionKey(fact), "function", ["SELECT", "CALL"])) return [];
    const byKey = open.every((relation) => filters.isByKey(relation));
    return [
      finding(
        "definer-returns-rows",
        byKey ? "info" : "error",
        placeOf(fact),
        `${quoted(roles)} may execute \`${nameKey(fact)}\`, which is SECURITY DEFINER, returns rows of ${quoted(open.map(nameKey))} past row security, and reads no claim${
          byKey ? ": whoever knows a key reads the row, whichever tenant it is of" : ""
        }`,
        "make it SECURITY INVOKER, compare the tenant with the claim in its query, or revoke EXECUTE",
      ),
    ];
  });
}

/** Sets, tables, records, JSON and arrays; a single value such as a count or a boolean is the result of a check. */
function returnsRows({ catalog, relationOf }: Evidence, { result }: PgFunction): boolean {
  if (/^(SETOF |TABLE\()/.test(result) || /^(record|json|jsonb)$/.test(result) || result.endsWith("[]")) return true;
  return (
    catalog.relations.some((one) => nameKey(one) === result) ||
    relationOf({ schema: "public", name: result }) !== undefined
  );
}

/** True if a function asks who calls it, or if its body cannot be read. */
export function readsRequest(evidence: Evidence, fact: FunctionFacts): boolean {
  const fn = evidence.definitionOf(fact);
  if (fact.opaque !== null || fact.reads.length > 0 || fact.claims.length > 0 || !fn) return true;
  return some(evidence.bodyOf(fn).trees, (node: Expr) => {
    const value = as("SQLValueFunction", node)?.op;
    const name = as("String", as("FuncCall", node)?.funcname?.at(-1))?.sval ?? "";
    return (
      value === "SVFOP_CURRENT_USER" ||
      value === "SVFOP_SESSION_USER" ||
      value === "SVFOP_CURRENT_ROLE" ||
      value === "SVFOP_USER" ||
      ["pg_has_role", "current_setting", "inet_client_addr"].includes(name) ||
      // the token as a whole
      ["jwt", "uid", "role"].includes(name)
    );
  });
}

/** The relations with row security that the bodies read, also through views. */
function guardedTables(evidence: Evidence, reached: readonly FunctionFacts[]): Relation[] {
  const found = new Map<string, Relation>();
  const add = (relation: Relation | undefined): void => {
    if (!relation || found.has(nameKey(relation))) return;
    found.set(nameKey(relation), relation);
    for (const name of relation.reads ?? []) add(evidence.relationOf(name));
  };
  for (const fact of reached) {
    const fn = evidence.definitionOf(fact);
    const executes = fn ? evidence.bodyOf(fn).executes.map((text) => executed(text)?.tree ?? null) : [];
    for (const name of [...fact.tables, ...relationsIn(executes)]) add(evidence.relationOf(name));
  }
  return [...found.values()].filter(
    (relation) => relation.rowSecurity && !isPlatformRelation(evidence.catalog, relation),
  );
}

/** True if a policy shows every row to all roles of requests that may read the relation. */
function isPublic(evidence: Evidence, relation: Relation): boolean {
  const shows = (role: string): boolean =>
    applied(evidence, relation, role, "SELECT").some(
      ({ using }) => using !== null && boolConst(parseExpr(using)) === true,
    );
  return evidence.requests.roles.length > 0 && evidence.requests.roles.some(shows);
}
