import { finding, type Finding } from "../../finding.ts";
import type { PgFunction } from "../../pg/catalog.ts";
import { as, type Expr } from "../../pg/expr/node.ts";
import { nameParts } from "../../pg/expr/shape.ts";
import { some } from "../../pg/expr/walk.ts";
import { isLeakproof } from "../../pg/leakproof.ts";
import { nameKey } from "../../pg/name.ts";
import type { Evidence } from "./evidence.ts";
import { placeOf } from "./functions.ts";
import { callers, isUsable } from "./requests.ts";
import { quoted } from "./words.ts";

/**
 * LEAKPROOF functions of the project that may raise an error or a notice. The planner may call a LEAKPROOF function on a
 * row before the policies have been checked (manual, CREATE FUNCTION, LEAKPROOF), so that a message shows values of
 * hidden rows.
 */
export function leakproofFindings(evidence: Evidence): Finding[] {
  const { catalog, requests } = evidence;
  if (!catalog.relations.some(({ rowSecurity }) => rowSecurity)) return [];
  return evidence.facts.flatMap((fact) => {
    const fn = evidence.definitionOf(fact);
    if (!fn || fn.argumentTypes.length === 0 || !isLeakproof(fn) || !mayTell(evidence, fn)) return [];
    const roles = callers(requests, fn);
    if (roles.length === 0 || !isUsable(catalog, requests, fn.schema)) return [];
    return [
      finding(
        "leakproof-function",
        "error",
        placeOf(fact),
        `${quoted(roles)} may call \`${nameKey(fact)}\`, which is LEAKPROOF and may raise an error: it runs on rows that the policies hide, and the message shows their values`,
        "ALTER FUNCTION … NOT LEAKPROOF",
      ),
    ];
  });
}

/** Operators and functions of text that raise no error and give no notice. */
const SILENT_OPERATORS = new Set(["=", "<>", "<", ">", "<=", ">=", "||"]);
const SILENT_FUNCTIONS = new Set("lower upper btrim ltrim rtrim replace length md5 starts_with left right".split(" "));

/** False only if everything in the body is known to raise no error. */
function mayTell(evidence: Evidence, fn: PgFunction): boolean {
  const { trees, executes, opaque } = evidence.bodyOf(fn);
  if (opaque !== null || executes.length > 0 || (fn.language === "plpgsql" && /\braise\b/i.test(fn.body))) return true;
  return some(trees, (node: Expr) => {
    const operator = as("A_Expr", node);
    if (operator?.kind === "AEXPR_OP") return !SILENT_OPERATORS.has(nameParts(operator.name).at(-1) ?? "");
    const called = as("FuncCall", node);
    if (called) return !SILENT_FUNCTIONS.has(nameParts(called.funcname).at(-1) ?? "");
    return as("TypeCast", node) !== null || as("RangeVar", node) !== null;
  });
}
