import { as, type Expr } from "../../pg/expr/node.ts";
import { settingRead } from "../../pg/expr/reads.ts";
import { call, callsBuiltin, stringConst } from "../../pg/expr/shape.ts";
import { some, walk } from "../../pg/expr/walk.ts";
import { wholeName } from "../../pg/name-in-text.ts";
import type { PlFunction, Sql, Statement } from "../../pg/plpgsql/node.ts";
import { treeOf, type SqlTree } from "../../pg/plpgsql/tree.ts";
import { nestedIn } from "../../pg/plpgsql/visit.ts";
import type { Retired } from "./retired.ts";
import { isRetired } from "./is-retired.ts";
import { setterCalled } from "./retired.ts";

/** The retired variables that a tree reads. */
export function readsIn(tree: unknown, retired: Retired): string[] {
  const found = new Set<string>();
  walk(tree, (node) => {
    const args = callsBuiltin(node, "current_setting");
    const setting = stringConst(args?.[0]);
    if (setting !== null && isRetired(setting, retired.rules)) found.add(setting.toLowerCase());
  });
  return [...found];
}

/** True if some read of a retired variable in the tree raises where the variable is not set. */
export const raisesUnset = (tree: unknown, retired: Retired): boolean =>
  some(tree, (node) => {
    const args = callsBuiltin(node, "current_setting");
    const setting = stringConst(args?.[0]);
    return setting !== null && isRetired(setting, retired.rules) && settingRead(node)?.missingOk === false;
  });

/** What a call in a body does to retired variables. */
export type SettingCall =
  | { kind: "set-config"; setting: string; args: Expr[] }
  | { kind: "setter"; name: string[]; args: Expr[] };

/** A call that sets retired variables; null for any other node. */
export function settingCall(node: Expr | undefined, retired: Retired): SettingCall | null {
  const args = callsBuiltin(node, "set_config");
  const setting = stringConst(args?.[0]);
  if (args && setting !== null) return isRetired(setting, retired.rules) ? { kind: "set-config", setting, args } : null;
  const made = call(node);
  if (!made) return null;
  const [name = "", schema = null] = made.name.toReversed();
  return setterCalled(retired, { schema, name }).length > 0 ? { kind: "setter", ...made } : null;
}

interface Trees {
  tree: unknown;
  sql: Sql;
}

// Every shape looks at every text of a body, and a text is parsed in about the time of ten looks at its tree.
const parsedTexts = new WeakMap<Sql, Trees | null>();

/** The trees of an SQL text of a body, with the text to which their places belong. */
export function treesOf(sql: Sql): Trees | null {
  const known = parsedTexts.get(sql);
  if (known !== undefined) return known;
  const made = parsedTrees(sql);
  parsedTexts.set(sql, made);
  return made;
}

function parsedTrees(sql: Sql): Trees | null {
  const parsed: SqlTree = treeOf(sql);
  if (parsed.kind === "syntax-error") return null;
  return { tree: parsed.kind === "expression" ? parsed.expr : parsed.statements, sql: parsed.sql };
}

/** The items of `SELECT a, b` without FROM; null for any other tree. */
export function bareItems(tree: unknown): Expr[] | null {
  const statements = Array.isArray(tree) ? (tree as { stmt?: Expr }[]) : [];
  const select = as("SelectStmt", statements[0]?.stmt);
  if (!select || statements.length > 1 || select.fromClause || select.whereClause || select.op !== "SETOP_NONE")
    return null;
  return (select.targetList ?? []).flatMap((target) => as("ResTarget", target)?.val ?? []);
}

/** A statement with the list that it is in, and the statement around that list. */
export interface Placed {
  statement: Statement;
  list: readonly Statement[];
  parent: Statement;
}

/** Every statement below the outermost block, with its surroundings, each before those inside it. */
export function placedIn(fn: PlFunction): Placed[] {
  const found: Placed[] = [];
  const visit = (parent: Statement): void => {
    for (const { body } of nestedIn(parent))
      for (const statement of body) {
        found.push({ statement, list: body, parent });
        visit(statement);
      }
  };
  visit(fn.block);
  return found;
}

/** The names of columns and variables in a tree: the first part of each reference. */
export function namesIn(tree: unknown): Set<string> {
  const names = new Set<string>();
  walk(tree, (node) => {
    const first = as("ColumnRef", node)?.fields?.[0];
    const name = as("String", first)?.sval;
    if (name !== undefined) names.add(name);
  });
  return names;
}

/** True for a tree that sets a retired variable, or that names one in another way than by reading it. */
export const setsOrNames = (tree: unknown, retired: Retired): boolean =>
  some(tree, (node) => settingCall(node, retired) !== null || namesRetired(node, retired));

/** A constant that names a retired variable in another way: a dynamic statement, an argument, SET. */
function namesRetired(node: Expr, retired: Retired): boolean {
  const set = as("VariableSetStmt", node);
  if (set?.name !== undefined && isRetired(set.name, retired.rules)) return true;
  const text = as("A_Const", node)?.sval?.sval?.toLowerCase();
  return (
    text !== undefined &&
    [...retired.rules.variables.keys(), ...retired.rules.flags.keys()].some((name) => wholeName(name).test(text))
  );
}
