import type { Catalog } from "../../../src/pg/catalog.ts";
import { as, type Expr } from "../../../src/pg/expr/node.ts";
import { parseExpr } from "../../../src/pg/expr/parse.ts";
import { printExpr } from "../../../src/pg/expr/print.ts";
import { nameParts } from "../../../src/pg/expr/shape.ts";
import { transform } from "../../../src/pg/expr/transform.ts";
import type { Policy } from "../../../src/pg/policy.ts";

/** A change of every policy of a project, after which the prover has to compare what they say. */
export interface Edit {
  name: string;
  /** null: the expression is one that the edit leaves as it is */
  edit(expression: string): string | null;
}

const SWITCH = "(current_setting('rlsmith.corpus'::text, true) = 'on'::text)";

/** One edit that changes nothing, and edits that take rows away or add some. */
export const EDITS: readonly Edit[] = [
  { name: "operands swapped", edit: swapped },
  { name: "narrowed", edit: (expression) => `(${expression}) AND ${SWITCH}` },
  { name: "widened", edit: (expression) => `(${expression}) OR ${SWITCH}` },
  { name: "last part dropped", edit: withoutLast },
];

/** The catalog with the edit made in the policies of one relation; null where the edit changes none of them. */
export function edited(
  catalog: Catalog,
  relation: Pick<Policy, "schema" | "relation">,
  { edit }: Edit,
): Catalog | null {
  const attempt = (expression: string | null): string | null => {
    if (expression === null) return null;
    try {
      return edit(expression) ?? expression;
    } catch {
      // the printer does not know every node
      return expression;
    }
  };
  let changed = false;
  const policies = catalog.policies.map((policy) => {
    if (policy.schema !== relation.schema || policy.relation !== relation.relation) return policy;
    const made = { ...policy, using: attempt(policy.using), check: attempt(policy.check) };
    changed ||= made.using !== policy.using || made.check !== policy.check;
    return made;
  });
  return changed ? { ...catalog, policies } : null;
}

/** Comparisons that mean the same with their operands exchanged. */
const MIRRORED: ReadonlyMap<string, string> = new Map([
  ["=", "="],
  ["<>", "<>"],
  ["<", ">"],
  [">", "<"],
  ["<=", ">="],
  [">=", "<="],
]);

/** `b = a AND c < d` for `d > c AND a = b`, at every level. */
function swapped(expression: string): string {
  const visit = (_: Expr, descend: () => Expr): Expr => {
    const inner = descend();
    const bool = as("BoolExpr", inner);
    if (bool?.args && bool.boolop !== "NOT_EXPR") return { BoolExpr: { ...bool, args: bool.args.toReversed() } };
    const found = as("A_Expr", inner);
    const [operator = "", ...schema] = nameParts(found?.name).toReversed();
    const mirrored = found?.kind === "AEXPR_OP" && schema.length === 0 ? MIRRORED.get(operator) : undefined;
    if (!found?.lexpr || !found.rexpr || mirrored === undefined) return inner;
    return { A_Expr: { ...found, name: [{ String: { sval: mirrored } }], lexpr: found.rexpr, rexpr: found.lexpr } };
  };
  return printExpr(transform(parseExpr(expression), visit));
}

/** The conjunction or disjunction without its last part. */
function withoutLast(expression: string): string | null {
  const bool = as("BoolExpr", parseExpr(expression));
  if (!bool?.args || bool.boolop === "NOT_EXPR") return null;
  const [only, ...others] = bool.args.slice(0, -1);
  if (!only) return null;
  return printExpr(others.length === 0 ? only : { BoolExpr: { ...bool, args: [only, ...others] } });
}
