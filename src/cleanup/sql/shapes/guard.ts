import { as, type Expr } from "../../../pg/expr/node.ts";
import { columnRef } from "../../../pg/expr/reads.ts";
import { call, callsBuiltin, stringConst } from "../../../pg/expr/shape.ts";
import { some, walk } from "../../../pg/expr/walk.ts";
import { identForReading } from "../../../pg/identifier.ts";
import { nameKey } from "../../../pg/name.ts";
import { embeddedSql } from "../../../pg/plpgsql/visit.ts";
import type { Statement } from "../../../pg/plpgsql/node.ts";
import type { CutBody } from "../body.ts";
import type { Retired } from "../retired.ts";
import type { Note, Shape } from "../shape.ts";
import { namesIn, placedIn, readsIn, treesOf } from "../use.ts";
import { setterCall } from "./setter-call.ts";

export const guard: Shape = {
  id: "guard",
  title: "keep the guard, and say where it begins to check",
  why: "A guard compares an argument with the variable. Where the function set the variable from that argument just before, it compared the argument with itself; from now on it compares it with the claim, and calls that passed may be refused. A comparison that is NULL without a claim does not raise, as before.",
  does: "keep",
  examples: [
    {
      before:
        "declare\n  v_org uuid := nullif(current_setting('app.org_id', true), '')::uuid;\nbegin\n  if p_org <> v_org then\n    raise exception 'forbidden';\n  end if;\n  return p_org;\nend",
      after:
        "declare\n  v_org uuid := (auth.jwt() -> 'app_metadata' ->> 'org_id')::uuid;\nbegin\n  if p_org <> v_org then\n    raise exception 'forbidden';\n  end if;\n  return p_org;\nend",
      note: "NULL passes, as it did without the variable",
    },
    {
      before:
        "begin\n  perform set_app_context(p_actor, p_org, p_role);\n  if p_org is distinct from nullif(current_setting('app.org_id', true), '')::uuid then\n    raise exception 'forbidden';\n  end if;\n  return p_org;\nend",
      after:
        "begin\n  if p_org is distinct from (auth.jwt() -> 'app_metadata' ->> 'org_id')::uuid then\n    raise exception 'forbidden';\n  end if;\n  return p_org;\nend",
      note: "it was always true before, and is a check from now on",
    },
  ],
  find(body, retired) {
    const notes: Note[] = [];
    const holders = namesHolding(body, retired);
    const sets = setterCall.find(body, retired).cuts.length > 0 || callsSetting(body, retired);
    for (const { statement } of placedIn(body.tree)) {
      if (statement.kind !== "if") continue;
      for (const { when, body: inner } of statement.branches) {
        const tree = treesOf(when)?.tree;
        if (tree === undefined || !inner.some(isRaise)) continue;
        const isOfVariable = readsIn(tree, retired).length > 0 || [...namesIn(tree)].some((name) => holders.has(name));
        if (!isOfVariable) continue;
        if (sets && testsMoreThanNull(tree, holders, retired))
          notes.push({ tag: "guard-becomes-real", line: statement.line });
        if (letsNullPass(tree)) notes.push({ tag: "null-passes", line: statement.line });
      }
    }
    return { cuts: [], notes, questions: [] };
  },
};

/** True for a body that calls a function which sets a retired variable, a check among other things perhaps. */
const callsSetting = ({ tree }: CutBody, { setting }: Retired): boolean =>
  embeddedSql(tree).some(({ sql }) =>
    some(treesOf(sql)?.tree, (node) => {
      const [name = "", schema = null] = call(node)?.name.toReversed() ?? [];
      if (name === "") return false;
      return schema === null
        ? [...setting].some((key) => key.endsWith(`.${identForReading(name)}`))
        : setting.has(nameKey({ schema, name }));
    }),
  );

/** False where a condition only asks whether the variable is there: that compares no value with itself. */
function testsMoreThanNull(tree: unknown, holders: ReadonlySet<string>, retired: Retired): boolean {
  let found = false;
  walk(tree, (node) => {
    const { lexpr, rexpr, kind } = as("A_Expr", node) ?? {};
    const isWithEmpty = kind === "AEXPR_OP" && [lexpr, rexpr].some((side) => stringConst(side) === "");
    if (as("NullTest", node) || isWithEmpty) return false;
    const name = columnRef(node)?.[0];
    if (
      name !== undefined
        ? holders.has(name)
        : callsBuiltin(node, "current_setting") && readsIn(node, retired).length > 0
    )
      found = true;
    return !found;
  });
  return found;
}

const isRaise = (statement: Statement): boolean => statement.kind === "raise" && statement.level === "exception";

/** The local variables that hold a retired variable. */
export function namesHolding({ tree }: CutBody, retired: Retired): Set<string> {
  const names = new Set<string>();
  for (const variable of tree.variables)
    if (variable.kind === "scalar" && variable.initial && readsIn(treesOf(variable.initial)?.tree, retired).length > 0)
      names.add(variable.name);
  for (const { sql, statement } of embeddedSql(tree))
    if (statement?.kind === "assign" && readsIn(treesOf(sql)?.tree, retired).length > 0)
      names.add(statement.target.name);
  return names;
}

/** True for a comparison that is NULL for a NULL, without an IS NULL beside it: `a <> b`, `a NOT IN (…)`. */
function letsNullPass(tree: unknown): boolean {
  let compares = false;
  walk(tree, (node: Expr) => {
    const made = as("A_Expr", node);
    if (made && ["AEXPR_OP", "AEXPR_IN", "AEXPR_OP_ALL", "AEXPR_OP_ANY"].includes(made.kind ?? "")) compares = true;
  });
  return compares && !some(tree, (node) => as("NullTest", node) !== null || as("CoalesceExpr", node) !== null);
}
