import type { Expr } from "../../pg/expr/node.ts";
import { as } from "../../pg/expr/node.ts";
import { parseExpr } from "../../pg/expr/parse.ts";
import { conjuncts } from "../../pg/expr/shape.ts";
import type { Sql, Statement, StatementOf } from "../../pg/plpgsql/node.ts";
import { nestedIn, sqlOf } from "../../pg/plpgsql/visit.ts";

/** A condition for a statement to run; null if it cannot be read. */
export type Condition = Expr | null;
export type Visit = (sql: string, conditions: Condition[]) => void;

/** The conditions that hold after a part of a body; "ended" if the part always returns. */
type Behind = Condition[] | "ended";

/**
 * Visit every SQL statement of a body with the conditions under which it runs. The queries of loops and of RETURN QUERY
 * are visited too, because they may write.
 */
export function statementsOf(statements: readonly Statement[], conditions: Condition[], visit: Visit): Behind {
  const added: Condition[] = [];
  for (const statement of statements) {
    const behind = statementOf(statement, [...conditions, ...added], visit);
    if (behind === "ended") return "ended";
    added.push(...behind);
  }
  return added;
}

function statementOf(statement: Statement, conditions: Condition[], visit: Visit): Behind {
  if (statement.kind === "return") return "ended";
  if (statement.kind === "if") return branches(statement, conditions, visit);
  for (const { role, sql } of sqlOf(statement))
    if (role === "query" || role === "unknown" || statement.kind === "sql") visit(sql.text, conditions);
  if (statement.kind !== "block")
    // CASE and loops are not analysed: their bodies may or may not run.
    return inParts([], nestedIn(statement), conditions, visit);
  const handlers = nestedIn(statement).filter(({ part }) => part === "handler");
  return inParts(statement.body, handlers, conditions, visit);
}

/**
 * `certain` statements run. The others may or may not run, and if they may return, the conditions after them cannot be
 * determined.
 */
function inParts(
  certain: readonly Statement[],
  others: readonly { body: readonly Statement[] }[],
  conditions: Condition[],
  visit: Visit,
): Behind {
  const behind = statementsOf(certain, conditions, visit);
  let returns = false;
  for (const { body } of others) {
    const after = statementsOf(body, [...conditions, null], visit);
    returns ||= after === "ended" || after.length > 0;
  }
  return behind === "ended" || !returns ? behind : [...behind, null];
}

function branches(statement: StatementOf<"if">, conditions: Condition[], visit: Visit): Behind {
  const tests = statement.branches.map(({ when, body }) => ({ test: conditionOf(when), body }));
  const ways: { under: Condition[]; behind: Behind }[] = [];
  let others: Condition[] = [];
  for (const { test, body } of tests) {
    const under = [...others, ...(test === null ? [null] : conjuncts(test))];
    ways.push({ under, behind: statementsOf(body, [...conditions, ...under], visit) });
    others = [...others, ...negate(test)];
  }
  ways.push({ under: others, behind: statementsOf(statement.otherwise, [...conditions, ...others], visit) });

  const open = ways.filter(({ behind }) => behind !== "ended");
  if (open.length === 0) return "ended";
  const plain = open.every(({ behind }) => behind.length === 0);
  if (plain && open.length === ways.length) return [];
  const [only] = open;
  if (only && only.behind !== "ended" && open.length === 1) return [...only.under, ...only.behind];
  // The first branches return, and all others continue.
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

/** The conditions of ELSE, which is taken if the condition is false or null. */
export function negate(test: Condition): Condition[] {
  if (test === null) return [null];
  const bool = as("BoolExpr", test);
  if (bool?.boolop === "OR_EXPR") return (bool.args ?? []).flatMap(negate);
  const [inner] = bool?.boolop === "NOT_EXPR" ? (bool.args ?? []) : [];
  if (inner) return [{ BooleanTest: { arg: inner, booltesttype: "IS_NOT_FALSE" } }];
  const compared = as("A_Expr", test);
  // IS DISTINCT FROM is never null.
  if (compared?.kind === "AEXPR_DISTINCT") return [{ A_Expr: { ...compared, kind: "AEXPR_NOT_DISTINCT" } }];
  if (compared?.kind === "AEXPR_NOT_DISTINCT") return [{ A_Expr: { ...compared, kind: "AEXPR_DISTINCT" } }];
  return [{ BooleanTest: { arg: test, booltesttype: "IS_NOT_TRUE" } }];
}

function conditionOf(when: Sql): Condition {
  try {
    return parseExpr(when.text);
  } catch {
    // PL/pgSQL accepts `count(*) > 0 FROM t`, which is not an expression.
    return null;
  }
}
