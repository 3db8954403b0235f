import { claimRead } from "../../../pg/expr/reads.ts";
import { as, isNode, type Expr } from "../../../pg/expr/node.ts";
import { equal } from "../../../pg/expr/equal.ts";
import { columnRef } from "../../../pg/expr/reads.ts";
import { samePath } from "../../../pg/context.ts";
import type { Statement } from "../../../pg/plpgsql/node.ts";
import type { ClaimsSource } from "../../../pg/context.ts";
import type { Cut } from "../body.ts";
import type { Shape } from "../shape.ts";
import { placedIn, treesOf } from "../use.ts";

export const nullThenClaim: Shape = {
  id: "null-then-claim",
  title: "merge IF v IS NULL THEN v := claim",
  why: "Once the variable is read as the claim, the fallback to the same claim assigns what is there already.",
  does: "delete",
  examples: [
    {
      before:
        "declare\n  v_org uuid;\nbegin\n  v_org := nullif(current_setting('app.org_id', true), '')::uuid;\n  if v_org is null then\n    v_org := (auth.jwt() -> 'app_metadata' ->> 'org_id')::uuid;\n  end if;\n  return v_org;\nend",
      after:
        "declare\n  v_org uuid;\nbegin\n  v_org := (auth.jwt() -> 'app_metadata' ->> 'org_id')::uuid;\n  return v_org;\nend",
    },
  ],
  find(body, { rules }) {
    const cuts: Cut[] = [];
    for (const { statement, list } of placedIn(body.tree)) {
      const before = list[list.indexOf(statement) - 1];
      if (before && repeats(before, statement, rules.claims)) cuts.push({ kind: "remove", statement });
    }
    return { cuts, notes: [], questions: [] };
  },
};

/** True for `v := claim; IF v IS NULL THEN v := claim; END IF` with one claim. */
function repeats(before: Statement, statement: Statement, claims: ClaimsSource): boolean {
  const first = assigned(before);
  if (!first || statement.kind !== "if" || statement.branches.length !== 1 || statement.otherwise.length > 0)
    return false;
  const [branch] = statement.branches;
  const [only, ...more] = branch?.body ?? [];
  const second = only && more.length === 0 ? assigned(only) : null;
  const when = branch ? treesOf(branch.when)?.tree : undefined;
  const test = isNode(when) ? as("NullTest", when) : null;
  return (
    second !== null &&
    second.name === first.name &&
    test?.nulltesttype === "IS_NULL" &&
    columnRef(test.arg)?.join(".") === first.name &&
    sameClaim(first.value, second.value, claims)
  );
}

function assigned(statement: Statement): { name: string; value: Expr } | null {
  if (statement.kind !== "assign" || statement.target.kind !== "variable") return null;
  const tree = treesOf(statement.value)?.tree;
  return isNode(tree) ? { name: statement.target.name, value: tree } : null;
}

function sameClaim(a: Expr, b: Expr, claims: ClaimsSource): boolean {
  const [left, right] = [claimRead(a, claims), claimRead(b, claims)];
  if (left === null || right === null) return false;
  return equal(a, b) || (left.kind === right.kind && left.cast === right.cast && samePath(left.path, right.path));
}
