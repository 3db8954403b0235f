import { as, type Expr } from "../../../pg/expr/node.ts";
import { columnRef } from "../../../pg/expr/reads.ts";
import { call, callsBuiltin, stringConst } from "../../../pg/expr/shape.ts";
import { some, walk } from "../../../pg/expr/walk.ts";
import { identForReading } from "../../../pg/identifier.ts";
import { nameKey } from "../../../pg/name.ts";
import { embeddedSql, filledBy } from "../../../pg/plpgsql/visit.ts";
import type { Sql, Statement } from "../../../pg/plpgsql/node.ts";
import type { CutBody } from "../body.ts";
import type { Retired } from "../retired.ts";
import type { Note, Shape } from "../shape.ts";
import { namesIn, placedIn, readsIn, settingCall, treesOf } from "../use.ts";
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
    {
      before:
        "declare\n  v_org uuid := nullif(current_setting('app.org_id', true), '')::uuid;\nbegin\n  perform set_app_context(p_actor, p_org, p_role);\n  if p_org <> v_org then\n    raise exception 'forbidden';\n  end if;\n  return p_org;\nend",
      after:
        "declare\n  v_org uuid := (auth.jwt() -> 'app_metadata' ->> 'org_id')::uuid;\nbegin\n  if p_org <> v_org then\n    raise exception 'forbidden';\n  end if;\n  return p_org;\nend",
      note: "DECLARE read the variable before the call set it: without a value it let every call pass, and is a check from now on",
    },
  ],
  find(body, retired) {
    const notes: Note[] = [];
    const holders = namesHolding(body, retired);
    const firstSet = placeOfFirst(body, retired);
    const sets = setterCall.find(body, retired).cuts.length > 0 || firstSet !== null;
    for (const { statement } of placedIn(body.tree)) {
      if (statement.kind !== "if") continue;
      for (const { when, body: inner } of statement.branches) {
        const tree = treesOf(when)?.tree;
        if (tree === undefined || !inner.some(isRaise)) continue;
        const isOfVariable = readsIn(tree, retired).length > 0 || [...namesIn(tree)].some((name) => holders.has(name));
        if (!isOfVariable) continue;
        const compared = sets ? comparedIn(tree, holders, startOf(when), retired) : [];
        if (compared.length > 0) {
          const isEarlier = firstSet !== null && compared.every((place) => place < firstSet);
          notes.push({ tag: isEarlier ? "guard-of-earlier-value" : "guard-becomes-real", line: statement.line });
        }
        if (letsNullPass(tree)) notes.push({ tag: "null-passes", line: statement.line });
      }
    }
    return { cuts: [], notes, questions: [] };
  },
};

/**
 * The place in the body of the first call that sets a retired variable, by a function which checks among other things
 * perhaps; `Infinity` where its place is not known, null where there is none.
 */
function placeOfFirst({ tree }: CutBody, retired: Retired): number | null {
  const isSet = (node: Expr): boolean => {
    if (settingCall(node, retired)) return true;
    const [name = "", schema = null] = call(node)?.name.toReversed() ?? [];
    if (name === "") return false;
    return schema === null
      ? [...retired.setting].some((key) => key.endsWith(`.${identForReading(name)}`))
      : retired.setting.has(nameKey({ schema, name }));
  };
  const places = embeddedSql(tree).flatMap(({ sql }) => (some(treesOf(sql)?.tree, isSet) ? [startOf(sql)] : []));
  return places.length === 0 ? null : Math.min(...places);
}

/** Where an SQL text stands in the body; `Infinity` where that is not known. */
const startOf = ({ copied }: Sql): number => copied[0]?.from ?? Infinity;

/**
 * The places at which the variables that a condition compares were read: that of the condition itself, and those where
 * locals got their values. Empty where it only asks whether the variable is there: that compares no value with itself.
 */
function comparedIn(tree: unknown, holders: ReadonlyMap<string, number>, at: number, retired: Retired): number[] {
  const found: number[] = [];
  walk(tree, (node) => {
    const { lexpr, rexpr, kind } = as("A_Expr", node) ?? {};
    const isWithEmpty = kind === "AEXPR_OP" && [lexpr, rexpr].some((side) => stringConst(side) === "");
    if (as("NullTest", node) || isWithEmpty) return false;
    const held = holders.get(columnRef(node)?.[0] ?? "");
    if (held !== undefined) found.push(held);
    else if (callsBuiltin(node, "current_setting") && readsIn(node, retired).length > 0) found.push(at);
    return true;
  });
  return found;
}

const isRaise = (statement: Statement): boolean => statement.kind === "raise" && statement.level === "exception";

/** The local variables that hold a retired variable, each with the last place where it gets it: DECLARE is before all. */
function namesHolding({ tree }: CutBody, retired: Retired): Map<string, number> {
  const names = new Map<string, number>();
  const add = (name: string, place: number): void => {
    names.set(name, Math.max(place, names.get(name) ?? 0));
  };
  const holds = (sql: Sql): boolean => readsIn(treesOf(sql)?.tree, retired).length > 0;
  for (const variable of tree.variables)
    if (variable.kind === "scalar" && variable.initial && holds(variable.initial))
      add(variable.name, startOf(variable.initial));
  for (const { sql, statement } of embeddedSql(tree))
    if (statement && holds(sql))
      for (const { name } of statement.kind === "assign" ? [statement.target] : filledBy(statement))
        add(name, startOf(sql));
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
