import type { Statement } from "../../../pg/plpgsql/node.ts";
import { as, type Expr } from "../../../pg/expr/node.ts";
import type { Retired } from "../retired.ts";
import { changingIn } from "../set-in-loop.ts";
import { questionsOfCalls, settingsOf } from "../setting-calls.ts";
import type { Question, Shape } from "../shape.ts";
import { bareItems, namesIn, placedIn, readsIn, setsOrNames, settingCall, treesOf, type SettingCall } from "../use.ts";
import type { Cut } from "../body.ts";
import { treeWithoutItems, withoutItems } from "../list-items.ts";
import { TEXT_TYPES, typeText } from "../../../pg/expr/shape.ts";
import { some } from "../../../pg/expr/walk.ts";
import { nameKey } from "../../../pg/name.ts";

export const setterCall: Shape = {
  id: "setter-call",
  title: "delete the call that sets the variables",
  why: "No policy reads the variables any more, so a statement that does nothing but set them has no effect on access. What it did within the function itself is shown by the reads of the variables that follow it.",
  does: "delete",
  examples: [
    {
      before: "begin\n  perform set_app_context(p_actor, p_org, p_role);\n\n  return query select * from note;\nend",
      after: "begin\n  return query select * from note;\nend",
    },
    {
      before:
        "begin\n  -- behind the pooler\n  PERFORM public.set_app_context(p_actor, p_org, 'clerk'); -- see ADR 7\n  delete from note where id = p_id;\nend",
      after: "begin\n  -- behind the pooler\n  delete from note where id = p_id;\nend",
      note: "with the schema; the comment on the same line goes with it",
    },
    {
      before:
        "begin\n  perform set_config('app.org_id', p_org::text, true);\n  perform set_config('app.trace', p_trace, true);\n  return 1;\nend",
      after: "begin\n  perform set_config('app.trace', p_trace, true);\n  return 1;\nend",
      note: "a setting that holds no tenant stays",
    },
    {
      before:
        "begin\n  perform set_config('app.org_id', p_org::text, true), set_config('app.trace', p_trace, true);\n  return 1;\nend",
      after: "begin\n  perform set_config('app.trace', p_trace, true);\n  return 1;\nend",
      note: "one item of a list",
    },
    {
      before:
        "begin\n  begin\n    perform set_app_context(p_actor, p_org, p_role);\n  exception when others then\n    raise warning 'no context';\n  end;\n  return 1;\nend",
      after: "begin\n  return 1;\nend",
      note: "a block whose handler answered for nothing but the call",
    },
    {
      before:
        "begin\n  if p_org is null then\n    perform set_app_context(p_actor, p_org, 'clerk');\n  else\n    perform set_app_context(p_actor, p_org, p_role);\n  end if;\n  return 1;\nend",
      after: "begin\n  return 1;\nend",
      note: "every branch sets the variables and does nothing else",
    },
    {
      before:
        "begin\n  if p_role = 'clerk' then\n    perform set_app_context(p_actor, p_org, p_role);\n  else\n    delete from note;\n  end if;\n  return 1;\nend",
      after: null,
      note: "a branch would be empty: a person decides what the condition is for",
    },
    {
      before:
        "declare\n  v_one record;\nbegin\n  for v_one in select n.org_id from note n loop\n    perform set_config('app.org_id', v_one.org_id::text, true);\n    delete from note where org = v_one.org_id;\n  end loop;\n  return 1;\nend",
      after: null,
      note: "one tenant after the other: what reads the variable in the loop would read one claim",
    },
  ],
  find(body, retired) {
    const placed = placedIn(body.tree);
    const questions: Question[] = [];
    const cuts: Cut[] = [];
    const removed = new Set<Statement>();
    const changing = changingIn(body.tree);
    const isClaim = retired.decisions.ofFunction(nameKey(body.fn)) === "claim";
    for (const { statement } of placed) {
      const found = settingItems(statement, retired);
      if (found === null) continue;
      const asks = questionsOfCalls(found.calls, body.fn, retired);
      questions.push(...asks.map((one) => ({ ...one, line: statement.line })));
      const names = isClaim ? undefined : changing.get(statement);
      for (const made of found.calls.filter(({ args }) => names && [...namesIn(args)].some((name) => names.has(name))))
        for (const about of settingsOf(made, retired))
          questions.push({ tag: "set-in-loop", line: statement.line, about });
      if (found.cut === "whole") removed.add(statement);
      else if (found.cut === null) questions.push({ tag: "set-config-not-removed", line: statement.line, about: null });
      else cuts.push(found.cut);
    }
    // An IF or a block of which nothing is left goes as a whole; from the inside out.
    for (let grew = true; grew;) {
      grew = false;
      for (const { statement } of placed.toReversed())
        if (!removed.has(statement) && isEmptied(statement, removed, retired)) {
          removed.add(statement);
          grew = true;
        }
    }
    for (const { statement, list, parent } of placed) {
      if (!removed.has(statement) || removed.has(parent) || !list.every((one) => removed.has(one))) continue;
      if (statement !== list[0]) continue;
      questions.push({
        tag: parent === body.tree.block ? "nothing-left" : "only-statement-of-branch",
        line: statement.line,
        about: null,
      });
    }
    return {
      cuts: [...cuts, ...[...removed].map((statement): Cut => ({ kind: "remove", statement }))],
      notes: [],
      questions,
    };
  },
};

interface SettingItems {
  calls: SettingCall[];
  /** `whole`: the statement does nothing else; null: what else it does cannot be kept apart */
  cut: "whole" | Cut | null;
}

/** The calls in the list of a statement that set retired variables; null if there are none. */
function settingItems(statement: Statement, retired: Retired): SettingItems | null {
  if (statement.kind !== "perform" && statement.kind !== "call") return null;
  const written = statement.kind === "perform" ? statement.query : statement.sql;
  const made = treesOf(written);
  const items = made && itemsOf(statement.kind, made.tree);
  if (!made || !items) return null;
  const found = items.map((item) => settingCall(item, retired));
  const calls = found.filter((one) => one !== null);
  if (calls.length === 0) return null;
  if (calls.length === items.length) return { calls, cut: "whole" };
  const isRemoved = found.map((one) => one !== null);
  const after = treeWithoutItems(made.tree, isRemoved);
  const edits = withoutItems(made.sql.text, isRemoved);
  if (after === null || edits === null || readsIn(after, retired).length > 0 || setsOrNames(after, retired))
    return { calls, cut: null };
  return { calls, cut: { kind: "rewrite", sql: made.sql, written, before: made.tree, after, edits } };
}

function itemsOf(kind: "perform" | "call", tree: unknown): Expr[] | null {
  if (kind === "perform") return bareItems(tree);
  const [only] = Array.isArray(tree) ? (tree as { stmt?: Expr }[]) : [];
  const called = as("CallStmt", only?.stmt)?.funccall;
  return called ? [{ FuncCall: called }] : null;
}

/** True for an IF, or a block, of which nothing is left to run once the removed statements are gone. */
function isEmptied(statement: Statement, removed: ReadonlySet<Statement>, retired: Retired): boolean {
  const gone = (list: readonly Statement[]): boolean => list.every((one) => removed.has(one));
  // A handler answers for what is in the block: for nothing, unless it answered for a value that is none of its type.
  if (statement.kind === "block")
    return (
      statement.body.length > 0 &&
      gone(statement.body) &&
      (statement.handlers.length === 0 || statement.body.every((one) => cannotFail(one, retired)))
    );
  if (statement.kind !== "if") return false;
  const lists = [...statement.branches.map(({ body }) => body), statement.otherwise];
  return (
    lists.some((list) => list.length > 0) &&
    lists.every(gone) &&
    statement.branches.every(({ when }) => {
      const made = treesOf(when);
      return made !== null && isFreeOfEffects(made.tree);
    })
  );
}

/** True for a call whose arguments are names, constants and casts to text. */
function cannotFail(statement: Statement, retired: Retired): boolean {
  const found = settingItems(statement, retired);
  return (
    found !== null &&
    found.calls.every(
      ({ args }) =>
        !some(args, (node) => {
          const cast = as("TypeCast", node);
          return (cast !== null && !TEXT_TYPES.has(typeText(cast.typeName))) || as("A_Expr", node) !== null;
        }),
    )
  );
}

/** A condition of constants, columns and operators: no call, no sub-query. */
function isFreeOfEffects(tree: unknown): boolean {
  return !some(tree, (node) => as("FuncCall", node) !== null || as("SubLink", node) !== null);
}
