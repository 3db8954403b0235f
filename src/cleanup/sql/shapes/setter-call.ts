import type { StatementOf } from "../../../pg/plpgsql/node.ts";
import { as, type Expr } from "../../../pg/expr/node.ts";
import type { Retired } from "../retired.ts";
import { questionsOfCalls } from "../setting-calls.ts";
import type { Question, Shape } from "../shape.ts";
import { bareItems, placedIn, settingCall, treesOf, type Placed } from "../use.ts";
import type { PgFunction } from "../../../pg/catalog.ts";
import { some } from "../../../pg/expr/walk.ts";

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
  ],
  find(body, retired) {
    const placed = placedIn(body.tree);
    const questions: Question[] = [];
    const setting = placed.filter((one) => onlySets(one, body.fn, retired, questions));
    const removed = new Set(setting.map(({ statement }) => statement));
    // An IF or a block of which nothing is left goes as a whole; from the inside out.
    for (let grew = true; grew;) {
      grew = false;
      for (const { statement } of placed.toReversed())
        if (!removed.has(statement) && isEmptied(statement, removed)) {
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
      cuts: [...removed].map((statement) => ({ kind: "remove", statement })),
      notes: [],
      questions,
    };
  },
};

/** True for a statement that does nothing but set retired variables. */
function onlySets({ statement }: Placed, fn: PgFunction, retired: Retired, questions: Question[]): boolean {
  if (statement.kind !== "perform" && statement.kind !== "call") return false;
  const items = itemsOf(statement);
  if (items === null) return false;
  const calls = items.map((item) => settingCall(item, retired));
  if (!calls.some((made) => made !== null)) return false;
  if (calls.some((made) => made === null)) {
    questions.push({ tag: "set-config-not-removed", line: statement.line, about: null });
    return false;
  }
  const found = questionsOfCalls(
    calls.filter((made) => made !== null),
    fn,
    retired,
  );
  questions.push(...found.map((one) => ({ ...one, line: statement.line })));
  return true;
}

function itemsOf(statement: StatementOf<"perform" | "call">): Expr[] | null {
  const made = treesOf(statement.kind === "perform" ? statement.query : statement.sql);
  if (made === null) return null;
  if (statement.kind === "perform") return bareItems(made.tree);
  const [only] = Array.isArray(made.tree) ? (made.tree as { stmt?: Expr }[]) : [];
  const called = as("CallStmt", only?.stmt)?.funccall;
  return called ? [{ FuncCall: called }] : null;
}

/** True for an IF, or a block without handlers, whose every list is empty once the removed statements are gone. */
function isEmptied(statement: Placed["statement"], removed: ReadonlySet<Placed["statement"]>): boolean {
  const gone = (list: readonly Placed["statement"][]): boolean => list.every((one) => removed.has(one));
  if (statement.kind === "block")
    return statement.handlers.length === 0 && statement.body.length > 0 && gone(statement.body);
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

/** A condition of constants, columns and operators: no call, no sub-query. */
function isFreeOfEffects(tree: unknown): boolean {
  return !some(tree, (node) => as("FuncCall", node) !== null || as("SubLink", node) !== null);
}
