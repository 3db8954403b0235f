import { nodesIn, type Module, type Node } from "../code/index.ts";
import type { TestCase } from "./find-cases.ts";

/** A body in which one part takes the variable's path, and another part expects something without it. */
export interface Halves {
  /** the statements of the variable's path, with what uses their results */
  variable: readonly Node[];
  /** the other part does the same, by another function: the variable's part may go */
  isTwin: boolean;
}

/** The two halves of a body; null: it has only one. */
export function halvesOf({ module, call, touching }: TestCase): Halves | null {
  const body = call.callback?.body;
  if (body?.type !== "BlockStatement") return null;
  const isTouching = (statement: Node): boolean =>
    touching.some(({ start, end }) => start >= statement.start && end <= statement.end);
  const variable = body.body.filter(isTouching);
  const others = body.body.filter((one) => !isTouching(one));
  if (!variable.some(expects) || !others.some(expects)) return null;
  const shared = others.filter((one) => one.type === "VariableDeclaration" && isUsedBy(one, variable, module));
  const claims = others.filter((one) => !shared.includes(one));
  const names = new Map<string, string>();
  const isTwin =
    variable.length === claims.length &&
    variable.every((one, n) => {
      const twin = claims[n];
      return twin !== undefined && sameShape(one, twin, module, names);
    }) &&
    new Set(names.values()).size === names.size;
  return { variable, isTwin };
}

const expects = (statement: Node): boolean =>
  [...nodesIn(statement)].some(
    (node) => node.type === "Identifier" && (node.name === "expect" || node.name === "assert"),
  );

/** True if some statements use a name that a statement declares. */
function isUsedBy(declaration: Node, statements: readonly Node[], module: Module): boolean {
  const declared = new Set(
    [...nodesIn(declaration)].flatMap((node) => {
      const binding = module.bindingOf.get(node);
      return binding?.declarations.includes(node) ? [binding] : [];
    }),
  );
  return statements.some((one) =>
    [...nodesIn(one)].some((node) => {
      const binding = module.bindingOf.get(node);
      return binding !== undefined && declared.has(binding);
    }),
  );
}

const PLACES: ReadonlySet<string> = new Set(["start", "end", "range", "loc", "parent"]);

/** True if two parts are the same but for names, each of which stands for one other. */
function sameShape(a: unknown, b: unknown, module: Module, names: Map<string, string>): boolean {
  if (Array.isArray(a))
    return Array.isArray(b) && a.length === b.length && a.every((one, n) => sameShape(one, b[n], module, names));
  if (typeof a !== "object" || a === null || typeof b !== "object" || b === null) return a === b;
  const [left, right] = [a as Record<string, unknown>, b as Record<string, unknown>];
  if (left["type"] === "Identifier" && right["type"] === "Identifier") {
    const [from, to] = [String(left["name"]), String(right["name"])];
    // the name of a property has no declaration
    if (!module.bindingOf.has(a as Node) || !module.bindingOf.has(b as Node)) return from === to;
    const known = names.get(from);
    names.set(from, known ?? to);
    return known === undefined || known === to;
  }
  const keys = Object.keys(left).filter((key) => !PLACES.has(key));
  return (
    keys.length === Object.keys(right).filter((key) => !PLACES.has(key)).length &&
    keys.every((key) => sameShape(left[key], right[key], module, names))
  );
}
