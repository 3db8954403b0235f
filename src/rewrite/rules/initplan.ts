import type { PgFunction } from "../../pg/catalog.ts";
import { equal } from "../../pg/expr/equal.ts";
import { as, type Expr } from "../../pg/expr/node.ts";
import { printExpr, sql } from "../../pg/expr/print.ts";
import { claimRead, isToken, settingRead } from "../../pg/expr/reads.ts";
import { call, callKey, callsBuiltin, initPlanTarget } from "../../pg/expr/shape.ts";
import { transform } from "../../pg/expr/transform.ts";
import { some } from "../../pg/expr/walk.ts";
import { bareClaim, initPlanClaim } from "../claim-form.ts";
import type { ExpressionRule, RuleContext } from "../rule.ts";

export const initplan: ExpressionRule = {
  id: "initplan",
  title: "evaluate claims once a statement",
  why: "A bare auth.jwt() is evaluated for every row. Inside an uncorrelated scalar sub-query it is evaluated once for the statement (an InitPlan). On 500,000 rows without an index, PostgreSQL 15: the hybrid of variable and claim 1,281 ms, the bare claim 1,392 ms, this form 36 ms, no row security and a WHERE written by hand 50 ms.",
  obligation: "equivalent",
  examples: [
    {
      before: "casino_id = (((auth.jwt() -> 'app_metadata'::text) ->> 'casino_id'::text))::uuid",
      after: "casino_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'casino_id')::uuid)",
    },
    { before: "(auth.uid() IS NOT NULL)", after: "((select auth.uid()) IS NOT NULL)" },
    {
      before: "owner = ( SELECT auth.uid() AS uid)",
      after: "owner = ( SELECT auth.uid() AS uid)",
      note: "already there",
    },
    {
      before: "((auth.jwt() -> 'roles'::text) ? 'admin'::text)",
      after: "((select (select auth.jwt()) -> 'roles'::text) ? 'admin'::text)",
    },
    {
      before: "(org_id = public.current_org_id())",
      after: "(org_id = (select public.current_org_id()))",
      note: "a stable helper whose arguments do not depend on the row; a volatile one is left alone",
    },
    {
      before: "(EXISTS ( SELECT 1 FROM public.m WHERE ((m.user_id = auth.uid()) AND (m.org_id = docs.org_id))))",
      after:
        "(EXISTS ( SELECT 1 FROM public.m WHERE ((m.user_id = (select auth.uid())) AND (m.org_id = docs.org_id))))",
    },
  ],
  rewrite: (tree, context) => transform(tree, (node, descend) => visit(node, descend, context)),
};

function visit(node: Expr, descend: () => Expr, context: RuleContext): Expr {
  // An uncorrelated scalar sub-select is already an InitPlan.
  const target = initPlanTarget(node);
  if (target && !some(target, (inner) => as("ColumnRef", inner) !== null)) return inTargetForm(node, target, context);
  // A function in FROM is evaluated only once, and a sub-query is not allowed in its place.
  if (as("RangeFunction", node)) return node;
  if (settingRead(node)) return node;
  const read = claimRead(node, context.claims);
  if (read) return wrapClaim(node, context);
  if (isOncePerStatement(node, context)) return wrapCall(node, context);
  return descend();
}

/**
 * `(select (auth.jwt() ->> 'x')::uuid)` is an InitPlan, but Supabase's advisor searches for the exact text
 * `select auth.jwt()`, so a cast around a bare call gets the target form. An expression that starts with the call, or
 * that has no bare call, stays.
 */
function inTargetForm(node: Expr, target: Expr, context: RuleContext): Expr {
  if (!as("TypeCast", target) || !claimRead(target, context.claims)) return node;
  let bare = false;
  transform(target, (part, descend) => {
    if (initPlanTarget(part)) return part;
    if (call(part) && isToken(part, context.claims)) bare = true;
    return descend();
  });
  return bare ? wrapClaim(target, context) : node;
}

function wrapClaim(node: Expr, context: RuleContext): Expr {
  const read = claimRead(node, context.claims);
  if (read && read.path.length > 0 && read.kind === "text" && !read.raw && !read.emptyIsNull) {
    // The plain chain of operators gets exactly the target form; any other form keeps its own operators.
    const plain = sql(bareClaim(context.claims, read.path, read.cast));
    if (equal(withoutTextCasts(node), withoutTextCasts(plain)))
      return sql(initPlanClaim(context.claims, read.path, read.cast));
  }
  if (isToken(node, context.claims) && call(node)) return sql(`(select ${printExpr(node)})`);
  const inner = transform(node, (part, descend) => {
    if (initPlanTarget(part)) return part;
    return call(part) && isToken(part, context.claims) ? sql(`(select ${printExpr(part)})`) : descend();
  });
  return sql(`(select ${printExpr(inner)})`);
}

/** `'x'::text` and `'x'` are the same operand of -> and ->>. */
const withoutTextCasts = (tree: Expr): Expr =>
  transform(tree, (node, descend) => {
    const cast = as("TypeCast", node);
    const name = cast?.typeName?.names?.length === 1 ? as("String", cast.typeName.names[0])?.sval : undefined;
    return cast?.arg && name === "text" && as("A_Const", cast.arg) ? cast.arg : descend();
  });

/**
 * True for a call of a stable or immutable function that returns one value and whose arguments do not depend on the
 * row.
 */
function isOncePerStatement(node: Expr, context: RuleContext): boolean {
  const made = call(node);
  if (!made) return false;
  if (callsBuiltin(node, "pg_has_role")) return !made.args.some(dependsOnRow);
  const overloads = overloadsOf(made.name, context);
  return (
    overloads.length > 0 &&
    overloads.every(
      (f) => f.volatility !== "volatile" && f.kind === "function" && !/^(SETOF|TABLE)\b/.test(f.result),
    ) &&
    !made.args.some(dependsOnRow)
  );
}

function overloadsOf(name: readonly string[], context: RuleContext): readonly PgFunction[] {
  const key = callKey(name);
  return key === null ? [] : (context.functions.get(key) ?? []);
}

const dependsOnRow = (node: Expr): boolean =>
  some(node, (inner) => as("ColumnRef", inner) !== null || as("SubLink", inner) !== null);

function wrapCall(node: Expr, context: RuleContext): Expr {
  const args = call(node)?.args ?? [];
  const inner = transform(node, (part, descend) => (args.includes(part) ? visit(part, descend, context) : descend()));
  const [made] = overloadsOf(call(node)?.name ?? [], context);
  const wrapped = `(select ${printExpr(inner)})`;
  // `= ANY ((select f()))` would be parsed as the sub-query form of ANY; a cast keeps it an array.
  return sql(made?.result.endsWith("[]") ? `${wrapped}::${made.result}` : wrapped);
}
