import type { Catalog } from "../../pg/catalog.ts";
import { nameKey, type QualifiedName } from "../../pg/name.ts";
import type { ClaimsSource } from "../../pg/context.ts";
import { as, type Expr, isNode } from "../../pg/expr/node.ts";
import { isToken } from "../../pg/expr/reads.ts";
import { bareTarget, call, callKey } from "../../pg/expr/shape.ts";
import { transform } from "../../pg/expr/transform.ts";
import { bodyOf } from "./body.ts";

/** Functions without arguments that return the whole token and do nothing else: the project's own `auth.jwt()`. */
export function tokenFunctions(catalog: Catalog, source: ClaimsSource): QualifiedName[] {
  return catalog.functions.filter((fn) => {
    if (fn.argumentTypes.length > 0 || (fn.result !== "jsonb" && fn.result !== "json")) return false;
    if (fn.schema === "auth" && fn.name === "jwt") return false;
    const { trees, opaque } = bodyOf(fn);
    const [only] = trees;
    return opaque === null && trees.length === 1 && isToken(valueOf(only), source);
  });
}

/** The value of a body: the target of its SELECT, or the returned expression. */
function valueOf(tree: unknown): Expr | undefined {
  if (isNode(tree)) return tree;
  if (typeof tree !== "object" || tree === null || !("stmt" in tree)) return undefined;
  const select = as("SelectStmt", tree.stmt as Expr);
  return (select && bareTarget(select)) ?? undefined;
}

/** Replace calls of the project's own token function in a tree by `auth.jwt()`, so that all readers recognise them. */
export function readTokenFunctions(catalog: Catalog, source: ClaimsSource): <T>(tree: T) => T {
  const names = new Set(tokenFunctions(catalog, source).map(nameKey));
  if (names.size === 0) return (tree) => tree;
  return (tree) =>
    transform(tree, (node, descend) => {
      const made = call(node);
      // Bodies may omit the schema.
      const key = made?.args.length === 0 ? callKey(made.name, "public") : null;
      return key !== null && names.has(key) ? JWT : descend();
    });
}

const JWT: Expr = { FuncCall: { funcname: [{ String: { sval: "auth" } }, { String: { sval: "jwt" } }] } };
