import type { PgFunction } from "../../pg/catalog.ts";
import { as, type Expr } from "../../pg/expr/node.ts";
import { parseExpr, parseStatements } from "../../pg/expr/parse.ts";
import { bareTarget } from "../../pg/expr/shape.ts";
import { some } from "../../pg/expr/walk.ts";
import { readPlpgsql, type Program } from "./plpgsql.ts";

/** A body that is understood. */
export type Body = { kind: "sql"; select: Expr } | { kind: "plpgsql"; program: Program };

const bodies = new WeakMap<PgFunction, Body | null>();

/** The body of a function, whatever volatility it is declared with. Null where it is not read. */
export function bodyOf(fn: PgFunction): Body | null {
  const known = bodies.get(fn);
  if (known !== undefined) return known;
  let body: Body | null = null;
  try {
    body = fn.kind === "function" ? readBody(fn) : null;
  } catch {
    // a body that the grammar does not read stays opaque
  }
  bodies.set(fn, body);
  return body;
}

export const returnsSet = (fn: PgFunction): boolean => /^\s*SETOF\b|^\s*TABLE\(/i.test(fn.result);

function readBody(fn: PgFunction): Body | null {
  if (fn.language === "plpgsql") {
    const program = readPlpgsql(fn.definition);
    return program && { kind: "plpgsql", program };
  }
  if (fn.language !== "sql") return null;
  const returned = fn.sqlStandardBody ? /^\s*RETURN\s+([^]+)$/i.exec(fn.body) : null;
  if (returned) return { kind: "sql", select: parseExpr(`(${returned[1]})`) };
  const statements = statementsOf(fn);
  const select = statements.length === 1 ? as("SelectStmt", statements[0]?.stmt) : null;
  if (!select) return null;
  const link: Expr = { SubLink: { subLinkType: "EXPR_SUBLINK", subselect: { SelectStmt: select } } };
  if (returnsSet(fn)) return { kind: "sql", select: link };
  // a query with FROM gives its first row, as the scalar sub-query would if it found one
  return { kind: "sql", select: bareTarget(select) ?? link };
}

/** The statements of a body in SQL that is no RETURN. Throws where the grammar does not read them. */
function statementsOf(fn: PgFunction): ReturnType<typeof parseStatements> {
  const atomic = fn.sqlStandardBody ? /^\s*BEGIN ATOMIC\s([^]*)END\s*$/i.exec(fn.body) : null;
  return parseStatements(atomic?.[1] ?? fn.body);
}

/** A body in SQL that is one expression, or may be: the grammar does not read it. */
export function mayBeExpression(fn: PgFunction): boolean {
  const body = bodyOf(fn);
  if (body) return body.kind === "sql" && !some(body.select, (node) => as("SubLink", node) !== null);
  try {
    const [first, ...others] = statementsOf(fn);
    return others.length === 0 && as("SelectStmt", first?.stmt) !== null;
  } catch {
    return true;
  }
}
