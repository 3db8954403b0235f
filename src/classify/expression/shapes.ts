import type { ClaimsSource } from "../../pg/context.ts";
import { as, type Expr } from "../../pg/expr/node.ts";
import { claimRead, TOKEN_FUNCTIONS } from "../../pg/expr/reads.ts";
import { relationsIn } from "../../pg/expr/relations.ts";
import { call, callKey, initPlanTarget } from "../../pg/expr/shape.ts";
import { some, walk } from "../../pg/expr/walk.ts";
import { nameKey } from "../../pg/name.ts";
import { isTenancyClaim } from "./setting-use.ts";
import { usesIn } from "./uses.ts";

/** `auth.uid() IS NOT NULL`. */
export const hasIdentityGuard = (tree: Expr, source: ClaimsSource): boolean =>
  some(tree, (node) => {
    const test = as("NullTest", node);
    return test?.nulltesttype === "IS_NOT_NULL" && isUser(test.arg, source);
  });

const isUser = (node: Expr | undefined, source: ClaimsSource): boolean => {
  const path = claimRead(node, source)?.path;
  return path?.length === 1 && path[0] === "sub";
};

/** A value of the request compared with a list of constants: `… IN ('admin', 'pit_boss')`. */
export const hasRoleList = (tree: Expr, source: ClaimsSource): boolean =>
  some(tree, (node) => {
    const expression = as("A_Expr", node);
    if (expression?.kind !== "AEXPR_IN" && expression?.kind !== "AEXPR_OP_ANY") return false;
    const items = listOf(expression.rexpr);
    if (!items || items.length === 0 || !items.every(isConstant)) return false;
    const uses = usesIn(expression.lexpr, source);
    return uses.settings.length > 0 || uses.claims.some((claim) => claim.path.join() !== "sub");
  });

const listOf = (node: Expr | undefined): Expr[] | null => {
  const cast = as("TypeCast", node);
  if (cast) return listOf(cast.arg);
  return as("List", node)?.items ?? as("A_ArrayExpr", node)?.elements ?? null;
};

const isConstant = (node: Expr): boolean => {
  const cast = as("TypeCast", node);
  return as("A_Const", node) !== null || (cast?.arg !== undefined && isConstant(cast.arg));
};

/** The sub-queries over relations, each with the expression that it is compared with. */
export function subQueries(tree: Expr): Expr[] {
  const found: Expr[] = [];
  walk(tree, (node) => {
    if (as("SubLink", node) && relationsIn(node).length > 0) found.push(node);
  });
  return found;
}

/** True if a sub-query selects its rows by the user's id. */
export const hasMembership = (tree: Expr, source: ClaimsSource): boolean =>
  subQueries(tree).some((query) =>
    usesIn(Object.values(query)[0], source).claims.some(({ path }) => path.join() === "sub"),
  );

/** True if auth.uid(), auth.jwt() or a similar function is called outside of the InitPlan form. */
export function hasBareAuthCall(tree: Expr, source: ClaimsSource): boolean {
  let bare = false;
  walk(tree, (node) => {
    if (initPlanTarget(node)) return false;
    const called = call(node);
    if (!called || called.args.length > 0) return true;
    const key = callKey(called.name);
    const own = source.kind === "function" && key === nameKey(source);
    if (own || (key !== null && TOKEN_FUNCTIONS.has(key))) bare = true;
    return true;
  });
  return bare;
}

/**
 * The flags whose value `on` alone makes the condition true: by themselves or as one side of an OR, without a condition
 * on the row around them. `calls` returns the flags that a called function reads if it reads nothing else.
 */
export function bypassFlags(
  tree: Expr,
  source: ClaimsSource,
  calls: (schema: string | null, name: string) => string[],
): string[] {
  const bool = as("BoolExpr", tree);
  const parts = bool?.args ?? [];
  if (bool?.boolop === "OR_EXPR") return parts.flatMap((part) => bypassFlags(part, source, calls));
  if (bool?.boolop === "AND_EXPR")
    return parts.flatMap((part, index) =>
      parts.some((other, at) => at !== index && restrictsRows(other)) ? [] : bypassFlags(part, source, calls),
    );
  if (bool || restrictsRows(tree)) return [];
  const uses = usesIn(tree, source);
  if (uses.claims.some(({ path }) => isTenancyClaim(path)) || uses.settings.some((use) => !use.asFlag || use.presence))
    return [];
  return [
    ...uses.settings.map((use) => use.setting),
    ...uses.calls.flatMap(({ schema, name }) => (schema === null ? [] : calls(schema, name))),
  ];
}

const restrictsRows = (tree: Expr): boolean =>
  some(tree, (node) => as("ColumnRef", node) !== null) || relationsIn(tree).length > 0;
