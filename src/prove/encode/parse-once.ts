import { as, type Expr } from "../../pg/expr/node.ts";
import { parseExpr } from "../../pg/expr/parse.ts";
import { columnRef } from "../../pg/expr/reads.ts";
import { nameParts } from "../../pg/expr/shape.ts";
import { some, walk } from "../../pg/expr/walk.ts";
import { builtInName, calledFunction } from "./called.ts";
import { isTokenFunction } from "./platform.ts";

export interface Parsed {
  tree: Expr;
  hasSubLink: boolean;
  /** reads relations: what it means depends on their policies */
  hasFrom: boolean;
  /**
   * may give something else to another role: it reads relations, names the role, or calls a function whose body might
   */
  asksRole: boolean;
  /** the columns that it names, and parameters; a qualified name by its last part */
  columns: readonly string[];
}

/** Functions of pg_catalog that give every role the same. */
const ROLELESS = new Set(["current_setting", "now", "lower", "upper"]);

/** The function may give something else to another role. Those of the token read settings alone. */
function mayAskRole(parts: readonly string[]): boolean {
  const called = calledFunction(parts);
  const builtIn = builtInName(called);
  if (builtIn !== null) return !ROLELESS.has(builtIn);
  return called.schema === null || !isTokenFunction({ schema: called.schema, name: called.name });
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
    asksRole: some(
      tree,
      (node) =>
        as("RangeVar", node) !== null ||
        as("SQLValueFunction", node) !== null ||
        (as("FuncCall", node) !== null && mayAskRole(nameParts(as("FuncCall", node)?.funcname))),
    ),
    columns: [...columns].toSorted(),
  };
  if (parsed.size >= MOST) parsed.clear();
  parsed.set(text, made);
  return made;
}
