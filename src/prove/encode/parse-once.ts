import { as, type Expr } from "../../pg/expr/node.ts";
import { parseExpr } from "../../pg/expr/parse.ts";
import { columnRef } from "../../pg/expr/reads.ts";
import { some, walk } from "../../pg/expr/walk.ts";

export interface Parsed {
  tree: Expr;
  hasSubLink: boolean;
  /** reads relations: what it means depends on their policies */
  hasFrom: boolean;
  /** the columns that it names, and parameters; a qualified name by its last part */
  columns: readonly string[];
}

const MOST = 20_000;
const parsed = new Map<string, Parsed>();

/** Parse an expression; each text once, since policies repeat themselves. Throws the grammar's syntax error. */
export function parseOnce(text: string): Parsed {
  const known = parsed.get(text);
  if (known) return known;
  const tree = parseExpr(text);
  const columns = new Set<string>();
  walk(tree, (node) => {
    const name = columnRef(node)?.at(-1);
    if (name !== undefined) columns.add(name);
  });
  const made = {
    tree,
    hasSubLink: some(tree, (node) => as("SubLink", node) !== null),
    hasFrom: some(tree, (node) => as("RangeVar", node) !== null),
    columns: [...columns].toSorted(),
  };
  if (parsed.size >= MOST) parsed.clear();
  parsed.set(text, made);
  return made;
}
