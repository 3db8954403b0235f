import { lineAt, nodesIn, parseModule, type Module, type Node } from "../../code/index.ts";
import { unchanged, type GuardContext, type Outcome } from "../context.ts";
import { fileInText } from "../references.ts";
import { firstLine } from "../text.ts";

/** A test of a guard. It goes as a whole if all of its cases run something that goes. */
export function cleanGuardTest(path: string, text: string, context: GuardContext): Outcome {
  const result = unchanged(text);
  const stems = [...context.files].map((file) => file.slice(file.lastIndexOf("/") + 1).replace(/\.\w+$/, ""));
  if (!stems.some((one) => text.includes(one))) return result;
  const module = parseModule({ path, text });
  const named = module ? namesGone(module, path, context) : [];
  const [first] = named;
  if (!module || !first) {
    const found = module ? null : fileInText(text, context);
    if (found) result.left.push({ line: lineAt(text, found.at), what: found.file, reason: "not-read" });
    return result;
  }
  const line = lineAt(text, first.start);
  const what = firstLine(text.slice(first.start, first.end));
  // an import that leads nowhere fails the whole file
  const cases = casesIn(module);
  const touches = cases.filter((one) => reaches(one, named, module));
  if (cases.length > 0 && touches.length === cases.length)
    return { ...result, after: null, removed: [{ line, what, evidence: "tests-what-goes" }] };
  return { ...result, left: [{ line, endLine: lineAt(text, text.length), what, reason: "names-what-goes" }] };
}

/** Texts that are the path of a file that goes, and imports of one. */
function namesGone({ nodes, text }: Module, path: string, context: GuardContext): Node[] {
  const folder = path.split("/").slice(0, -1);
  return nodes.filter((node) => {
    if (node.type !== "Literal" && node.type !== "TemplateElement") return false;
    const value = text.slice(node.start, node.end).replaceAll(/^["'`]|["'`]$/g, "");
    if (fileInText(value, context) !== null) return true;
    if (!/^\.\.?\//.test(value)) return false;
    const parts = [...folder];
    for (const part of value.split("/"))
      if (part === "..") parts.pop();
      else if (part !== ".") parts.push(part);
    const target = parts.join("/");
    return [...context.files].some(
      (file) => file === target || file.replace(/\.\w+$/, "") === target.replace(/\.\w+$/, ""),
    );
  });
}

/** `test(…)`, `it.each(…)(…)`, and `RuleTester.run(…)`. */
const casesIn = ({ nodes, text, parents }: Module): Node[] =>
  nodes.filter(
    (node) =>
      node.type === "CallExpression" &&
      !isCalled(node, parents) &&
      /^(?:test|it)(?:\.\w+(?:\([^]*\))?)?$|^\w*[tT]ester\.run$/.test(text.slice(node.callee.start, node.callee.end)),
  );

/** `it.each(…)`, whose result is called. */
const isCalled = (node: Node, parents: Module["parents"]): boolean => {
  const parent = parents.get(node);
  return parent?.type === "CallExpression" && parent.callee === node;
};

/** True if a case holds one of the nodes, or uses a name whose declaration leads to one. */
function reaches(node: Node, named: readonly Node[], module: Module, seen = new Set<unknown>()): boolean {
  if (named.some((one) => one.start >= node.start && one.end <= node.end)) return true;
  return [...nodesIn(node)].some((one) => {
    const binding = one.type === "Identifier" ? module.bindingOf.get(one) : undefined;
    if (!binding || seen.has(binding)) return false;
    seen.add(binding);
    return binding.declarations.some((id) => {
      const declared = declaredBy(id, module);
      return (
        declared !== null &&
        !(declared.start <= node.start && declared.end >= node.end) &&
        reaches(declared, named, module, seen)
      );
    });
  });
}

function declaredBy(id: Node, { parents }: Module): Node | null {
  for (let at = parents.get(id); at; at = parents.get(at))
    if (at.type === "VariableDeclarator" || at.type === "FunctionDeclaration" || at.type === "ImportDeclaration")
      return at;
  return null;
}
