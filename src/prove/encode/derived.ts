import { as, type Expr } from "../../pg/expr/node.ts";
import { nameParts } from "../../pg/expr/shape.ts";
import type { Bound, Frame, Select } from "./frame.ts";

/** Names of a list, as in `AS q(a, b)`. */
export const namesOf = (list: Expr[] | undefined): string[] => nameParts(list);

/**
 * The columns of a sub-query in FROM, each the expression of its select list. `names`: those that an alias gives, from
 * the first. Null where a column has a name that PostgreSQL would make up (FigureColname of parse_target.c).
 */
export function columnsOf(
  { targetList = [] }: Select,
  frame: Frame,
  names: readonly string[],
): ReadonlyMap<string, Bound> | null {
  const columns: [string | undefined, Bound][] = [];
  for (const item of targetList) {
    const target = as("ResTarget", item);
    if (!target?.val) return null;
    const parts = nameParts(as("ColumnRef", target.val)?.fields);
    if (parts.at(-1) === "*") {
      const all = starColumns(parts, frame);
      if (all === null) return null;
      columns.push(...all);
    } else columns.push([target.name ?? parts.at(-1), { expr: target.val, frame }]);
  }
  if (names.length > columns.length) return null;
  const named = new Map<string, Bound>();
  for (const [n, [given, bound]] of columns.entries()) {
    const name = names[n] ?? given;
    // two of one name: a reference to it is refused by PostgreSQL, one to the other columns is not
    if (name === undefined || named.has(name)) return null;
    named.set(name, bound);
  }
  return named;
}

/** What `*` and `t.*` stand for. */
function starColumns(parts: readonly string[], frame: Frame): [string, Bound][] | null {
  const [sources = []] = frame.scopes;
  const of = parts.length === 1 ? sources : sources.filter(({ alias }) => alias === parts.at(-2));
  if (of.length === 0 || parts.length > 2) return null;
  return of.flatMap((source) => {
    const names = source.kind === "relation" ? source.relation.columns.map(({ name }) => name) : source.columns.keys();
    return [...names].map((name): [string, Bound] => [name, { expr: columnOf(source.alias, name), frame }]);
  });
}

const columnOf = (table: string, column: string): Expr => ({
  ColumnRef: { fields: [{ String: { sval: table } }, { String: { sval: column } }] },
});
