import type { Expr } from "../pg/expr/node.ts";
import { as } from "../pg/expr/node.ts";
import { parseExpr } from "../pg/expr/parse.ts";
import { conjuncts } from "../pg/expr/shape.ts";

/** Something that has to hold for a statement to run; null: it cannot be read. */
export type Condition = Expr | null;
export type Visit = (sql: string, conditions: Condition[]) => void;

/** What holds behind a piece of a body; "ended" where it always returns. */
type Behind = Condition[] | "ended";

/** Every SQL statement of plpgsql's own tree (libpg-query: kinds `PLpgSQL_…`), with the conditions under which it runs. */
export function statementsOf(tree: unknown, conditions: Condition[], visit: Visit): Behind {
  if (Array.isArray(tree)) {
    const added: Condition[] = [];
    for (const item of tree) {
      const behind = statementsOf(item, [...conditions, ...added], visit);
      if (behind === "ended") return "ended";
      added.push(...behind);
    }
    return added;
  }
  if (!isRecord(tree)) return [];
  const [kind = "", inner] = Object.entries(tree)[0] ?? [];
  if (!isRecord(inner)) return statementsOf(Object.values(tree).filter(Array.isArray), conditions, visit);
  // the RETURN that plpgsql adds to the end of every body stands on no line
  if (kind === "PLpgSQL_stmt_return") return "lineno" in inner ? "ended" : [];
  if (kind === "PLpgSQL_stmt_execsql") {
    visit(textOf(inner["sqlstmt"]), conditions);
    return [];
  }
  if (kind === "PLpgSQL_stmt_if") return branches(inner, conditions, visit);
  if (kind === "PLpgSQL_stmt_block" || kind === "PLpgSQL_function")
    return inParts([inner["action"] ?? inner["body"] ?? []], [inner["exceptions"]], conditions, visit);
  // CASE, loops and what holds them: whether they run is not followed
  return inParts([], Object.values(inner), conditions, visit);
}

/** `certain` parts run; whether the others do cannot be told, nor what holds behind them where they may return. */
function inParts(certain: unknown[], others: unknown[], conditions: Condition[], visit: Visit): Behind {
  const behind = statementsOf(certain, conditions, visit);
  let returns = false;
  for (const other of others)
    if (typeof other === "object") {
      const after = statementsOf(other, [...conditions, null], visit);
      returns ||= after === "ended" || after.length > 0;
    }
  return behind === "ended" || !returns ? behind : [...behind, null];
}

function branches(statement: Record<string, unknown>, conditions: Condition[], visit: Visit): Behind {
  const elsifs = Array.isArray(statement["elsif_list"]) ? statement["elsif_list"] : [];
  const tests = [
    { test: conditionOf(statement["cond"]), body: statement["then_body"] },
    ...elsifs.flatMap((item: unknown) => {
      const branch = isRecord(item) ? item["PLpgSQL_if_elsif"] : null;
      return isRecord(branch) ? [{ test: conditionOf(branch["cond"]), body: branch["stmts"] }] : [];
    }),
  ];
  const ways: { under: Condition[]; behind: Behind }[] = [];
  let others: Condition[] = [];
  for (const { test, body } of tests) {
    const under = [...others, ...(test === null ? [null] : conjuncts(test))];
    ways.push({ under, behind: statementsOf(body ?? [], [...conditions, ...under], visit) });
    others = [...others, ...negate(test)];
  }
  ways.push({ under: others, behind: statementsOf(statement["else_body"] ?? [], [...conditions, ...others], visit) });

  const open = ways.filter(({ behind }) => behind !== "ended");
  if (open.length === 0) return "ended";
  const plain = open.every(({ behind }) => behind.length === 0);
  if (plain && open.length === ways.length) return [];
  const [only] = open;
  if (only && only.behind !== "ended" && open.length === 1) return [...only.under, ...only.behind];
  // the first branches return and the others go on
  const ended = ways.findIndex(({ behind }) => behind !== "ended");
  if (plain && open.length === ways.length - ended) return tests.slice(0, ended).flatMap(({ test }) => negate(test));
  return [anyOf(open.map(({ under, behind }) => [...under, ...(behind === "ended" ? [] : behind)]))];
}

function anyOf(ways: readonly Condition[][]): Condition {
  if (ways.some((way) => way.includes(null))) return null;
  const all = ways.map((way): Expr => {
    const parts = way.filter((one) => one !== null);
    const [only] = parts;
    return only && parts.length === 1 ? only : { BoolExpr: { boolop: "AND_EXPR", args: parts } };
  });
  return { BoolExpr: { boolop: "OR_EXPR", args: all } };
}

/** ELSE is taken where the condition is false or null. */
export function negate(test: Condition): Condition[] {
  if (test === null) return [null];
  const bool = as("BoolExpr", test);
  if (bool?.boolop === "OR_EXPR") return (bool.args ?? []).flatMap(negate);
  const [inner] = bool?.boolop === "NOT_EXPR" ? (bool.args ?? []) : [];
  if (inner) return [{ BooleanTest: { arg: inner, booltesttype: "IS_NOT_FALSE" } }];
  const compared = as("A_Expr", test);
  // IS DISTINCT FROM is never null
  if (compared?.kind === "AEXPR_DISTINCT") return [{ A_Expr: { ...compared, kind: "AEXPR_NOT_DISTINCT" } }];
  if (compared?.kind === "AEXPR_NOT_DISTINCT") return [{ A_Expr: { ...compared, kind: "AEXPR_DISTINCT" } }];
  return [{ BooleanTest: { arg: test, booltesttype: "IS_NOT_TRUE" } }];
}

function conditionOf(holder: unknown): Condition {
  try {
    return parseExpr(textOf(holder));
  } catch {
    // plpgsql takes `count(*) > 0 FROM t`, which is no expression
    return null;
  }
}

/** The SQL text of a piece of plpgsql's tree. */
export const textOf = (holder: unknown): string => {
  const expr = isRecord(holder) ? holder["PLpgSQL_expr"] : null;
  return isRecord(expr) ? String(expr["query"]) : "";
};

/** Whether a part of plpgsql's tree has parts of its own. */
export const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);
