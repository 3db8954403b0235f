import { constantText, keyName, lineAt, parseModule, type Module, type Node } from "../../code/index.ts";
import { unchanged, type GuardContext, type Outcome } from "../context.ts";
import { mixedIn, retiredIn } from "../names.ts";
import { fileNamed } from "../references.ts";
import { cleanShell } from "../shell/clean.ts";
import { cutFrom, firstLine, type Cut } from "../text.ts";
import { cutsOf, type Entry } from "../js/entries.ts";

/** Keys of package.json whose texts are commands. */
const COMMANDS = /^(?:scripts|lint-staged|husky|hooks|simple-git-hooks|pre-commit|pre-push|ghooks)$/;

/** package.json, the configuration of lint-staged, and that of a linter, in JSON. */
export function cleanJson(path: string, text: string, context: GuardContext): Outcome {
  const result = unchanged(text);
  const module = parseModule({ path: `${path}.js`, text: `(${text}\n)` });
  const named = retiredIn(text, context.names) ?? mixedIn(text, context.names);
  if (module === null) {
    if (named !== null) result.left.push({ line: lineAt(text, text.indexOf(named)), what: named, reason: "not-read" });
    return result;
  }
  const gone = new Set<Node>();
  const edits: Cut[] = [];
  const at = (node: Node): number => node.start - 1;
  const remove = (node: Node, evidence: Outcome["removed"][number]["evidence"], pattern?: string): void => {
    gone.add(node);
    result.removed.push({
      line: lineAt(text, at(node)),
      what: firstLine(module.text.slice(node.start, node.end)),
      evidence,
      ...(pattern === undefined ? {} : { pattern }),
    });
  };
  const isWholeFileOfCommands = /lint-?staged/i.test(path);
  for (const node of module.nodes) {
    const value = node.type === "Literal" && typeof node.value === "string" ? node.value : null;
    const parent = module.parents.get(node);
    if (value === null || !parent || (parent.type === "Property" && parent.key === node)) {
      if (node.type === "Property" && isRuleKey(node, module, context)) remove(node, "runs-what-goes");
      continue;
    }
    const keys = keysOf(node, module);
    if (keys[0] === "jsPlugins" || (keys[0] === "plugins" && parent.type === "ArrayExpression")) {
      if (fileNamed(value, context) !== null && parent.type === "ArrayExpression") remove(node, "runs-what-goes");
      continue;
    }
    if (!COMMANDS.test(keys[0] ?? "") && !isWholeFileOfCommands) continue;
    const unit: Node = parent.type === "Property" ? parent : node;
    const script = keys[0] === "scripts" ? (keys[1] ?? "") : "";
    const main = script.replace(/^(?:pre|post)/, "");
    if (main !== script && context.scripts.has(main)) {
      remove(unit, "runs-what-goes");
      result.scripts.push(script);
      continue;
    }
    if (parent.type === "ArrayExpression" && context.scripts.has(value)) {
      remove(unit, "runs-what-goes");
      continue;
    }
    const cleaned = cleanShell(value, context);
    const line = lineAt(text, at(node));
    const what = firstLine(module.text.slice(unit.start, unit.end));
    result.checks.push(...cleaned.checks.map((one) => ({ ...one, at: at(node) })));
    if (cleaned.after === null) {
      remove(unit, cleaned.removed[0]?.evidence ?? "demands", cleaned.removed[0]?.pattern);
      if (script !== "") result.scripts.push(script);
      continue;
    }
    for (const one of cleaned.left) result.left.push({ line, what, reason: one.reason });
    for (const _ of cleaned.forbids) result.forbids.push({ line, endLine: line, what });
    if (cleaned.after === value) continue;
    for (const one of cleaned.removed) result.removed.push({ line, what: one.what, evidence: one.evidence });
    edits.push({ start: at(node), end: node.end - 1, text: JSON.stringify(cleaned.after) });
  }
  if (gone.size === 0 && edits.length === 0) return result;
  const entry: Entry = { module, gone, offset: -1 };
  const after = cutFrom(text, [...cutsOf(entry), ...edits]);
  const isRead = parseModule({ path: `${path}.js`, text: `(${after}\n)` }) !== null;
  return isRead
    ? { ...result, after }
    : {
        ...unchanged(text),
        left: result.removed.map(({ line, what }) => ({ line, what, reason: "not-read" as const })),
      };
}

/** The keys that lead to a node, from the outermost. */
function keysOf(node: Node, { parents }: Module): string[] {
  const keys: string[] = [];
  for (let at: Node | undefined = node; at; at = parents.get(at)) {
    if (at.type === "Property") keys.unshift(keyName(at.key) ?? "");
  }
  return keys;
}

/** A key of `rules` that is a lint rule which goes. */
export function isRuleKey(node: Node, module: Module, { rules }: Pick<GuardContext, "rules">): boolean {
  if (node.type !== "Property") return false;
  const key = keyName(node.key) ?? constantText(node.key) ?? "";
  const name = key.slice(key.lastIndexOf("/") + 1);
  return rules.has(name) && keysOf(node, module).at(-2) === "rules";
}
