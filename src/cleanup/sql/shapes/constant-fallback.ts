import { as, type Expr } from "../../../pg/expr/node.ts";
import { some } from "../../../pg/expr/walk.ts";
import { nameKey } from "../../../pg/name.ts";
import { embeddedSql } from "../../../pg/plpgsql/visit.ts";
import type { Question, Shape } from "../shape.ts";
import { readsIn, treesOf } from "../use.ts";

export const constantFallback: Shape = {
  id: "constant-fallback",
  title: "ask what a request without the variable and without the claim should be",
  why: "COALESCE(variable, claim, 'clerk') gives a request that has neither a role that nobody gave it. To keep the constant keeps that; to take it out denies such requests.",
  does: "ask",
  examples: [
    {
      before:
        "begin\n  return coalesce(nullif(current_setting('app.role', true), ''), auth.jwt() -> 'app_metadata' ->> 'role', 'clerk');\nend",
      after: null,
    },
  ],
  find(body, retired) {
    const questions: Question[] = [];
    if (retired.decisions.ofFunction(nameKey(body.fn)) === "claim") return { cuts: [], notes: [], questions };
    for (const { sql, statement } of embeddedSql(body.tree)) {
      const made = treesOf(sql);
      if (made === null) continue;
      const found = some(made.tree, (node) => {
        const last = as("CoalesceExpr", node)?.args?.at(-1);
        return last !== undefined && isConstant(last) && readsIn(node, retired).length > 0;
      });
      if (found) questions.push({ tag: "constant-fallback", line: statement?.line ?? null, about: null });
    }
    return { cuts: [], notes: [], questions };
  },
};

/** A constant other than NULL and the empty text. */
function isConstant(node: Expr): boolean {
  const inner = as("TypeCast", node)?.arg ?? node;
  const constant = as("A_Const", inner);
  return constant !== null && !constant.isnull && constant.sval?.sval !== undefined && constant.sval.sval !== "";
}
