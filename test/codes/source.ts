import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parseAst } from "vitest/node";

/** A node of the ESTree of a source file. */
export interface Node {
  type: string;
  [key: string]: unknown;
}

export interface SourceFile {
  file: string;
  program: Node;
}

/** Every file of src/ without the catalogue itself, parsed. */
export function sourceFiles(): SourceFile[] {
  return readdirSync("src", { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".ts") && !file.startsWith("codes/"))
    .map((file) => ({ file, program: asNode(parseAst(readFileSync(join("src", file), "utf8"), { lang: "ts" })) }));
}

const isNode = (value: unknown): value is Node =>
  typeof value === "object" && value !== null && "type" in value && typeof value.type === "string";

function asNode(value: unknown): Node {
  if (!isNode(value)) throw new Error("not a node");
  return value;
}

/** A node and everything below it, each with the functions that it is inside of, the innermost last. */
export function* nodesOf(node: Node, functions: readonly Node[] = []): Generator<{ node: Node; functions: Node[] }> {
  yield { node, functions: [...functions] };
  const inside = /Function/.test(node.type) ? [...functions, node] : functions;
  for (const value of Object.values(node))
    for (const child of Array.isArray(value) ? value : [value]) if (isNode(child)) yield* nodesOf(child, inside);
}

const list = (value: unknown): Node[] => (Array.isArray(value) ? value.filter(isNode) : []);
const nameOf = (node: unknown): string | null =>
  isNode(node) && node.type === "Identifier" && typeof node["name"] === "string" ? node["name"] : null;

/** The arguments of every call of `name`, or of every `new name`, in a file. */
export const callsOf = (program: Node, name: string): { values: Node[]; functions: Node[] }[] =>
  [...nodesOf(program)]
    .filter(({ node }) => /^(Call|New)Expression$/.test(node.type) && nameOf(node["callee"]) === name)
    .map(({ node, functions }) => ({ values: list(node["arguments"]), functions }));

/** The literal text at both ends of a string; null where the end is computed. */
export interface Ends {
  start: string | null;
  end: string | null;
}

/**
 * Every string that an expression may be: both branches of a condition, and the arguments of all calls where it is a parameter of a function
 * that the file calls by name. What is computed has no literal ends.
 */
export function endsOf(value: Node | undefined, functions: readonly Node[], program: Node): Ends[] {
  if (value === undefined) return [{ start: null, end: null }];
  const again = (part: unknown): Ends[] => endsOf(isNode(part) ? part : undefined, functions, program);
  if (value.type === "Literal" && typeof value["value"] === "string")
    return [{ start: value["value"], end: value["value"] }];
  if (value.type === "TemplateLiteral") {
    const quasis = list(value["quasis"]).map(textOf);
    return [{ start: quasis[0] || null, end: quasis.at(-1) || null }];
  }
  if (value.type === "ConditionalExpression") return [...again(value["consequent"]), ...again(value["alternate"])];
  if (value.type === "LogicalExpression") return [...again(value["left"]), ...again(value["right"])];
  const name = nameOf(value);
  return (
    (name === null ? null : (fromConstant(name, program) ?? fromCallers(name, functions, program))) ?? [
      { start: null, end: null },
    ]
  );
}

const textOf = (quasi: Node): string => {
  const text: unknown = quasi["value"];
  return typeof text === "object" && text !== null && "cooked" in text ? String(text.cooked) : "";
};

/** A constant of the file that is initialised with a string. */
function fromConstant(name: string, program: Node): Ends[] | null {
  for (const { node } of nodesOf(program))
    if (node.type === "VariableDeclarator" && nameOf(node["id"]) === name && isNode(node["init"]))
      if (/^(Literal|TemplateLiteral)$/.test(node["init"].type)) return endsOf(node["init"], [], program);
  return null;
}

/** A parameter of a function that is assigned to a constant or declared: what its callers pass. */
function fromCallers(name: string, functions: readonly Node[], program: Node): Ends[] | null {
  for (const fn of functions.toReversed()) {
    const place = list(fn["params"]).findIndex((parameter) => nameOf(parameter) === name);
    if (place < 0) continue;
    const called = nameOf(fn["id"]) ?? nameOfConstant(fn, program);
    return called === null
      ? null
      : callsOf(program, called).flatMap((call) => endsOf(call.values[place], call.functions, program));
  }
  return null;
}

function nameOfConstant(fn: Node, program: Node): string | null {
  for (const { node } of nodesOf(program))
    if (node.type === "VariableDeclarator" && node["init"] === fn) return nameOf(node["id"]);
  return null;
}

/** Every string literal of a file. */
export const literalsOf = (program: Node): string[] =>
  [...nodesOf(program)].flatMap(({ node }) =>
    node.type === "Literal" && typeof node["value"] === "string" ? [node["value"]] : [],
  );
