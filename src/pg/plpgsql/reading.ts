import { exprOf, listOf } from "./json.ts";
import type { Sql, Variable } from "./node.ts";
import type { Position } from "./position.ts";

/**
 * The state of reading a body: its text, its variables, and the first variable that no DECLARE or loop has declared
 * yet.
 */
export interface Reading {
  at: Position;
  variables: Variable[];
  next: number;
}

/** The SQL text at this position. */
export function sqlAt(value: unknown, at: Position): Sql {
  const expr = exprOf(value);
  if (expr) return at.copy(expr);
  at.lost = true;
  return { text: "", parse: "expression", copied: [] };
}

/** The SQL texts of `USING a, b`, where the tree has such a list. */
export function usingAt(value: unknown, at: Position): Sql[] {
  return listOf(value).map((item, index) => {
    at.expect(index === 0 ? "using" : ",");
    return sqlAt(item, at);
  });
}
