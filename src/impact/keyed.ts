import { as, type Expr } from "../pg/expr/node.ts";
import { parseExpr } from "../pg/expr/parse.ts";
import { printExpr } from "../pg/expr/print.ts";
import { nameParts } from "../pg/expr/shape.ts";
import { some } from "../pg/expr/walk.ts";
import type { Evaluable } from "./after.ts";
import type { Groups } from "./columns.ts";

/**
 * Both conditions compare one column with values that read no row, as a policy on the user's own id does: then the rows
 * that a request is shown are found by these values, and need not all be looked at for each request.
 */
export interface Keyed {
  /** expressions; a row is shown where one of their values is that of the column */
  before: string[];
  after: string[];
  /** value of the column → rows */
  rows: ReadonlyMap<string, number>;
}

/**
 * What both conditions are keyed by; null: they are not of that form. `once`: the conditions with what reads no row in
 * `(select …)`. Only columns of type uuid, whose one `=` compares with a uuid, and whose text is the same for equal values.
 */
export function keyedBy(
  { columns, counts, values }: Groups,
  once: { before: string; after: string },
  { inserted }: Pick<Evaluable, "inserted">,
): Keyed | null {
  const [column, ...more] = columns;
  if (column?.type !== "uuid" || more.length > 0 || inserted.length > 0) return null;
  const [before, after] = [comparands(once.before, column.name), comparands(once.after, column.name)];
  if (before === null || after === null) return null;
  const rows = new Map<string, number>();
  for (const [n, [value = null]] of values.entries()) if (value !== null) rows.set(value, Number(counts[n]));
  return { before, after, rows };
}

/** The rows that both sides show to a request for which the expressions have these values. */
export function shownByKeys(
  { rows }: Keyed,
  before: readonly (string | null)[],
  after: readonly (string | null)[],
): { before: number; after: number; lost: number; gained: number } {
  const [old, now] = [new Set(before), new Set(after)];
  const sum = (of: ReadonlySet<string | null>, without: ReadonlySet<string | null>): number =>
    [...of].reduce((all, value) => all + (value === null || without.has(value) ? 0 : (rows.get(value) ?? 0)), 0);
  const none = new Set<string | null>();
  return { before: sum(old, none), after: sum(now, none), lost: sum(old, now), gained: sum(now, old) };
}

function comparands(text: string, column: string): string[] | null {
  return text === "false" ? [] : ofTree(parseExpr(text), column);
}

function ofTree(tree: Expr, column: string): string[] | null {
  const bool = as("BoolExpr", tree);
  if (bool?.boolop === "OR_EXPR") {
    const parts = (bool.args ?? []).map((arg) => ofTree(arg, column));
    return parts.includes(null) ? null : parts.flatMap((part) => part ?? []);
  }
  const { kind, name, lexpr, rexpr } = as("A_Expr", tree) ?? {};
  const operator = nameParts(name);
  if (kind !== "AEXPR_OP" || operator.length !== 1 || operator[0] !== "=" || !lexpr || !rexpr) return null;
  const isColumn = (node: Expr): boolean => nameParts(as("ColumnRef", node)?.fields).at(-1) === column;
  for (const [own, other] of [
    [lexpr, rexpr],
    [rexpr, lexpr],
  ] as const)
    if (isColumn(own) && isEvaluatedOnce(other)) return [printExpr(other)];
  return null;
}

/** `(select …)` that reads no row. */
const isEvaluatedOnce = (node: Expr): boolean =>
  as("SubLink", node)?.subLinkType === "EXPR_SUBLINK" &&
  !some(
    node,
    (inner) => as("ColumnRef", inner) !== null || as("RangeVar", inner) !== null || as("RangeFunction", inner) !== null,
  );
