import { bare, constantText, nodesIn, type FunctionNode, type Module, type Node, type Project } from "../code/index.ts";
import { declarationOf } from "./declaration.ts";

/** The rows over which a case or a suite runs: the table of `.each`, or the list of a loop. */
export interface Axis {
  /** null: they are not a list that is written down */
  table: Table | null;
  /** the names that a row is given to */
  parameters: readonly Node[];
  /** false: a row is one value, for the first parameter */
  isRowTaken: boolean;
}

/** A list that is written down, in the module of the case or as a constant elsewhere. */
export interface Table {
  module: Module;
  array: Extract<Node, { type: "ArrayExpression" }>;
  rows: readonly Node[];
}

/** The table that an expression means. */
export function tableOf(node: Node | null, module: Module, project: Project): Table | null {
  const inner = node && bare(node);
  if (inner?.type === "ArrayExpression") {
    const rows = inner.elements.flatMap((one): Node[] => (one === null || one.type === "SpreadElement" ? [] : [one]));
    return rows.length === inner.elements.length ? { module, array: inner, rows } : null;
  }
  const binding = inner?.type === "Identifier" ? module.bindingOf.get(inner) : undefined;
  const meant = binding && project.meant(binding);
  const declaration = meant && declarationOf(meant, project);
  const home = meant && project.modules.get(meant.path);
  return declaration?.type === "VariableDeclarator" && home ? tableOf(declaration.init, home, project) : null;
}

/** The values of a row as texts, where they are constants; null: not a constant. */
export function rowValues(row: Node): (string | null)[] {
  const inner = bare(row);
  const value = (one: Node | null): string | null => {
    const literal = one && bare(one);
    if (literal?.type === "Literal" && (typeof literal.value === "number" || typeof literal.value === "boolean"))
      return String(literal.value);
    return constantText(literal);
  };
  return inner.type === "ArrayExpression" ? inner.elements.map((one) => value(one)) : [value(inner)];
}

/** The axis of `.each(table)(title, callback)`. */
export const axisOfEach = (
  table: Node | null,
  callback: FunctionNode | null,
  module: Module,
  project: Project,
): Axis => {
  const found = tableOf(table, module, project);
  const isRowTaken = found?.rows.every((row) => bare(row).type === "ArrayExpression") ?? false;
  return { table: found, parameters: callback?.params ?? [], isRowTaken };
};

/** The axis of `for (const name of list)`. */
export function axisOfLoop(node: Extract<Node, { type: "ForOfStatement" }>, module: Module, project: Project): Axis {
  const [declarator] = node.left.type === "VariableDeclaration" ? node.left.declarations : [];
  const id = declarator?.id;
  const isRowTaken = id?.type === "ArrayPattern";
  const parameters = isRowTaken ? id.elements.flatMap((one): Node[] => (one ? [one] : [])) : id ? [id] : [];
  return { table: tableOf(node.right, module, project), parameters, isRowTaken };
}

/** The value of a parameter in a row, if it is a constant text. */
function valueFor(axis: Axis, parameter: number, row: Node): string | null {
  const values = rowValues(row);
  return axis.isRowTaken ? (values[parameter] ?? null) : parameter === 0 ? (values[0] ?? null) : null;
}

/**
 * False if a node is not evaluated for a row: it stands in a branch whose condition compares a parameter with another
 * constant. True where that cannot be said.
 */
export function isReached(node: Node, within: Node, module: Module, axis: Axis, row: Node): boolean {
  for (let at = node; at !== within;) {
    const parent = module.parents.get(at);
    if (!parent) return true;
    if (parent.type === "IfStatement" || parent.type === "ConditionalExpression") {
      const holds = conditionHolds(parent.test, module, axis, row);
      if (holds === false && at === parent.consequent) return false;
      if (holds === true && at === parent.alternate) return false;
    }
    at = parent;
  }
  return true;
}

/** The value of `parameter === "text"` for a row; null: it is not known. */
export function conditionHolds(test: Node, module: Module, axis: Axis, row: Node): boolean | null {
  const inner = bare(test);
  if (inner.type !== "BinaryExpression" || !["===", "==", "!==", "!="].includes(inner.operator)) return null;
  for (const [name, literal] of [
    [inner.left, inner.right],
    [inner.right, inner.left],
  ] as const) {
    const text = constantText(literal);
    const binding = name.type === "Identifier" ? module.bindingOf.get(name) : undefined;
    const place = axis.parameters.findIndex((one) => binding !== undefined && module.bindingOf.get(one) === binding);
    if (text === null || place === -1) continue;
    const value = valueFor(axis, place, row);
    return value === null ? null : (value === text) === inner.operator.startsWith("=");
  }
  return null;
}

/** The names of the parameters that the conditions of a part compare. */
export const comparesParameter = (part: Node, module: Module, axis: Axis, row: Node): boolean =>
  [...nodesIn(part)].some(
    (node) =>
      (node.type === "IfStatement" || node.type === "ConditionalExpression") &&
      conditionHolds(node.test, module, axis, row) !== null,
  );
