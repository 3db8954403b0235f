import { claimRead, columnRef, sameClaim } from "../../../pg/expr/reads.ts";
import { as, isNode, type Expr } from "../../../pg/expr/node.ts";
import { some } from "../../../pg/expr/walk.ts";
import type { Statement } from "../../../pg/plpgsql/node.ts";
import type { ClaimsSource } from "../../../pg/context.ts";
import type { Cut, CutBody } from "../body.ts";
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
    {
      before:
        "declare\n  v_org uuid := nullif(current_setting('app.org_id', true), '')::uuid;\n  v_actor uuid := nullif(current_setting('app.actor_id', true), '')::uuid;\nbegin\n  if v_org is null then\n    v_org := (auth.jwt() -> 'app_metadata' ->> 'org_id')::uuid;\n  end if;\n  if v_actor is null then\n    v_actor := auth.uid();\n  end if;\n  return v_org || v_actor::text;\nend",
      after:
        "declare\n  v_org uuid := (auth.jwt() -> 'app_metadata' ->> 'org_id')::uuid;\n  v_actor uuid := auth.uid();\nbegin\n  return v_org || v_actor::text;\nend",
      note: "declared, and of several variables",
    },
  ],
  find(body, { rules }) {
    const cuts: Cut[] = [];
    for (const { statement, list, parent } of placedIn(body.tree)) {
      const fallback = fallbackOf(statement);
      if (fallback === null) continue;
      const first = valueBefore(body, fallback.name, list.slice(0, list.indexOf(statement)), parent, rules.claims);
      if (first !== null && sameValue(first, fallback.value, rules.claims)) cuts.push({ kind: "remove", statement });
    }
    return { cuts, notes: [], questions: [] };
  },
};

/** `IF v IS NULL THEN v := value; END IF`, without more. */
function fallbackOf(statement: Statement): { name: string; value: Expr } | null {
  if (statement.kind !== "if" || statement.branches.length !== 1 || statement.otherwise.length > 0) return null;
  const [branch] = statement.branches;
  const [only, ...more] = branch?.body ?? [];
  const assignment = only && more.length === 0 ? assigned(only) : null;
  const when = branch ? treesOf(branch.when)?.tree : undefined;
  const test = isNode(when) ? as("NullTest", when) : null;
  const isOfVariable = test?.nulltesttype === "IS_NULL" && columnRef(test.arg)?.join(".") === assignment?.name;
  return isOfVariable ? assignment : null;
}

/**
 * The value that a variable holds after these statements: assigned last, or declared if nothing assigns it. null where
 * another statement comes between than assignments of claims and plain values to other variables.
 */
function valueBefore(
  { fn, tree }: CutBody,
  name: string,
  statements: readonly Statement[],
  parent: Statement,
  claims: ClaimsSource,
): Expr | null {
  for (const statement of statements.toReversed()) {
    const assignment = assigned(statement) ?? fallbackOf(statement);
    if (assignment === null || !isQuiet(assignment.value, claims)) return null;
    if (assignment.name !== name) continue;
    return statement.kind === "assign" ? assignment.value : null;
  }
  const declared = tree.variables.filter((one) => "name" in one && one.name === name);
  const [variable] = declared;
  if (parent !== tree.block || declared.length !== 1 || fn.argumentNames.includes(name)) return null;
  const value = variable?.kind === "scalar" && variable.initial ? treesOf(variable.initial)?.tree : null;
  return isNode(value) ? value : null;
}

/** A claim, or a value without calls and sub-queries: to compute it changes no claim. */
const isQuiet = (value: Expr, claims: ClaimsSource): boolean =>
  claimRead(value, claims) !== null ||
  !some(value, (node) => as("FuncCall", node) !== null || as("SubLink", node) !== null);

function assigned(statement: Statement): { name: string; value: Expr } | null {
  if (statement.kind !== "assign" || statement.target.kind !== "variable") return null;
  const tree = treesOf(statement.value)?.tree;
  return isNode(tree) ? { name: statement.target.name, value: tree } : null;
}

/** True for one claim, also where it is an empty text. */
const sameValue = (a: Expr, b: Expr, claims: ClaimsSource): boolean =>
  sameClaim(a, b, claims) && claimRead(a, claims)?.emptyIsNull === claimRead(b, claims)?.emptyIsNull;
