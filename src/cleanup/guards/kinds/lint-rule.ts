import { lineAt, nodesIn, parseModule, type Module, type Node } from "../../code/index.ts";
import { verdictOf } from "../check.ts";
import { unchanged, type GuardContext, type Outcome } from "../context.ts";
import { checksOfModule } from "../js/checks.ts";
import { retiredIn } from "../names.ts";
import { firstLine, lineStart } from "../text.ts";
import { cleanProgram } from "./js-file.ts";

/** True if a text looks like a lint rule. */
export const isLintRule = (text: string): boolean => /\bcreate\s*[(:]/.test(text) && /\.report\s*\(/.test(text);

/** A lint rule, a module that reports. It goes as a whole if it demands the old pattern. */
export function cleanLintRule(path: string, text: string, context: GuardContext): Outcome {
  const module = parseModule({ path, text });
  if (module === null) return cleanProgram(path, text, context);
  const result = unchanged(text);
  const named = module.nodes.filter(
    (node) => isText(node) && retiredIn(sourceOf(node, module), context.names) !== null,
  );
  const [first] = named;
  if (!first) return result;
  const code = named.filter((node) => !isInMessages(node, module));
  const at = (code[0] ?? first).start;
  const line = lineAt(text, at);
  const what = firstLine(text.slice(lineStart(text, at)));
  const checks = checksOfModule(module, context);
  const isRefusing = checks.some((one) => verdictOf(one) === "forbids") || code.some((node) => isRefused(node, module));
  if (isRefusing) return { ...result, forbids: [{ line, endLine: text.split("\n").length, what }] };
  const demanded = (node: Node): boolean =>
    isRemembered(node, module) ||
    checks.some(
      (one) => verdictOf(one) === "demands" && one.at <= node.start && node.end <= one.at + reach(one.at, module),
    );
  const creates = module.nodes.filter(
    (node) => node.type === "Property" && sourceOf(node.key, module) === "create",
  ).length;
  const words = named.filter((node) => isInMessages(node, module)).map((node) => sourceOf(node, module));
  const isSure = code.length > 0 && code.every(demanded) && creates === 1 && !words.some((one) => NEGATED.test(one));
  if (!isSure) return { ...result, left: [{ line, what, reason: creates > 1 ? "does-more" : "not-certain" }] };
  const name = path.replace(/^.*\//, "").replace(/\.\w+$/, "");
  return {
    ...result,
    after: null,
    removed: [{ line, what, evidence: "demands" }],
    rules: name === "index" ? [] : [name],
  };
}

const NEGATED = /\b(?:not|never|no\s+longer|avoid|disallow|forbid\w*|unexpected|remove|instead\s+of)\b/i;

const isText = (node: Node): boolean =>
  node.type === "Literal" || node.type === "TemplateElement" || node.type === "Identifier";

const sourceOf = (node: Node, { text }: Module): string => text.slice(node.start, node.end).replaceAll("\\", "");

/** The length of the test that begins at an offset. */
const reach = (at: number, { nodes }: Module): number =>
  Math.max(
    0,
    ...nodes
      .filter(({ type, start }) => start === at && (type === "CallExpression" || type === "BinaryExpression"))
      .map(({ start, end }) => end - start),
  );

const isReport = (node: Node): boolean =>
  node.type === "CallExpression" &&
  node.callee.type === "MemberExpression" &&
  node.callee.property.type === "Identifier" &&
  node.callee.property.name === "report";

const reports = (node: Node): boolean => [...nodesIn(node)].some(isReport);

function isInMessages(node: Node, module: Module): boolean {
  for (let at: Node | undefined = node; at; at = module.parents.get(at))
    if (at.type === "Property" && /^(?:messages?|docs|description)$/.test(sourceOf(at.key, module))) return true;
  return false;
}

/** The comparison and the `if` that a name is in. */
function testAround(
  node: Node,
  { parents }: Module,
): { comparison: Node; test: Extract<Node, { type: "IfStatement" }> } | null {
  const comparison = parents.get(node);
  if (comparison?.type !== "BinaryExpression") return null;
  for (let below: Node = comparison, at = parents.get(comparison); at; below = at, at = parents.get(at)) {
    if (at.type === "IfStatement") return at.test === below ? { comparison, test: at } : null;
    if (at.type !== "LogicalExpression") return null;
  }
  return null;
}

/** `if (name === "…") state.seen = true`: the rule remembers that it was found. */
function isRemembered(node: Node, module: Module): boolean {
  const found = testAround(node, module);
  if (found?.comparison.type !== "BinaryExpression" || !/^===?$/.test(found.comparison.operator)) return false;
  const { consequent } = found.test;
  const isReturn =
    consequent.type === "ReturnStatement" ||
    (consequent.type === "BlockStatement" && consequent.body.at(-1)?.type === "ReturnStatement");
  const assigns = [...nodesIn(consequent)].some(
    ({ type }) => type === "AssignmentExpression" || type === "UpdateExpression",
  );
  return !reports(consequent) && (isReturn || assigns);
}

/** True if the rule reports where the name is found: by a selector, or behind `if (name !== "…") return`. */
function isRefused(node: Node, module: Module): boolean {
  const { parents } = module;
  const parent = parents.get(node);
  if (parent?.type === "Property" && parent.key === node)
    return reports(parent.value) && !/:not\(/.test(sourceOf(node, module));
  const found = testAround(node, module);
  if (found?.comparison.type !== "BinaryExpression" || !/^!==?$/.test(found.comparison.operator)) return false;
  const block = parents.get(found.test);
  const isEarly = found.test.alternate === null && !reports(found.test.consequent);
  return isEarly && block !== undefined && reports(block);
}
