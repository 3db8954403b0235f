import { constantText, keyName, lineAt, parseModule, type Module, type Node } from "../../code/index.ts";
import { cutsOf } from "../js/entries.ts";
import { unchanged, type GuardContext, type Outcome } from "../context.ts";
import { cutFrom, firstLine, lineEnd, lineStart, withBlankLine, type Cut } from "../text.ts";
import { isRuleKey } from "./json-file.ts";
import { posix } from "node:path";

/** The file that goes which an import of a module means. */
function goneImport(from: string, specifier: string, files: ReadonlySet<string>): string | null {
  if (!specifier.startsWith(".")) return null;
  const path = posix.join(posix.dirname(from), specifier);
  const stem = path.replace(/\.\w+$/, "");
  return (
    [...files].find(
      (file) =>
        file === path ||
        file.replace(/\.\w+$/, "") === path ||
        (file.replace(/\.\w+$/, "") === stem && /\.\w+$/.test(path)),
    ) ?? null
  );
}

/** The configuration of a linter in JavaScript, or an index of its rules: what registers a rule that goes. */
export function cleanLintConfig(path: string, text: string, context: GuardContext): Outcome {
  const result = unchanged(text);
  const module = parseModule({ path, text });
  if (module === null) {
    const [file] = [...context.files].filter((one) => text.includes(one));
    if (file) result.left.push({ line: lineAt(text, text.indexOf(file)), what: file, reason: "not-read" });
    return result;
  }
  const gone = new Set<Node>();
  const lines: Cut[] = [];
  const rules: string[] = [];
  const remove = (node: Node): void => {
    gone.add(node);
    result.removed.push({
      line: lineAt(text, node.start),
      what: firstLine(text.slice(node.start, node.end)),
      evidence: "runs-what-goes",
    });
  };
  for (const { statement, id } of importsOf(module, path, context.files)) {
    const binding = id && module.bindingOf.get(id);
    const uses = module.nodes.filter((node) => binding && node !== id && module.bindingOf.get(node) === binding);
    const places = uses.map((use) => registrationOf(use, module));
    if (uses.length === 0 || places.includes(null)) {
      result.left.push({
        line: lineAt(text, statement.start),
        what: firstLine(text.slice(statement.start, statement.end)),
        reason: "names-what-goes",
      });
      continue;
    }
    for (const place of places) {
      if (!place) continue;
      remove(place);
      if (place.type === "Property") rules.push(keyName(place.key) ?? constantText(place.key) ?? "");
    }
    lines.push(withBlankLine(text, lineStart(text, statement.start), lineEnd(text, statement.end - 1)));
  }
  const known = new Set([...context.rules, ...rules]);
  for (const node of module.nodes) if (!gone.has(node) && isRuleKey(node, module, { rules: known })) remove(node);
  result.rules = rules.filter((one) => one !== "");
  if (gone.size === 0) return result;
  const after = cutFrom(text, [...cutsOf({ module, gone, offset: 0 }), ...lines]);
  return parseModule({ path, text: after }) === null
    ? {
        ...unchanged(text),
        left: result.removed.map(({ line, what }) => ({ line, what, reason: "names-what-goes" as const })),
      }
    : { ...result, after };
}

/** Imports and requires of files that go. */
function importsOf(module: Module, path: string, files: ReadonlySet<string>): { statement: Node; id: Node | null }[] {
  return module.program.body.flatMap((statement): { statement: Node; id: Node | null }[] => {
    if (statement.type === "ImportDeclaration")
      return goneImport(path, statement.source.value, files) === null
        ? []
        : [{ statement, id: statement.specifiers.length === 1 ? (statement.specifiers[0]?.local ?? null) : null }];
    if (statement.type !== "VariableDeclaration" || statement.declarations.length !== 1) return [];
    const [declared] = statement.declarations;
    const call = declared?.init;
    if (call?.type !== "CallExpression" || call.callee.type !== "Identifier" || call.callee.name !== "require")
      return [];
    const specifier = constantText(call.arguments[0] ?? null);
    return specifier === null || goneImport(path, specifier, files) === null
      ? []
      : [{ statement, id: declared?.id ?? null }];
  });
}

/** The member of an object or array that a rule is registered by; null: it is used in another way. */
function registrationOf(use: Node, { parents }: Module): Node | null {
  const parent = parents.get(use);
  if (parent?.type === "Property" && (parent.value === use || parent.shorthand)) return parent;
  return parent?.type === "ArrayExpression" ? use : null;
}

/** Take the rules that go out of comments that disable them. */
export function cleanDirectives(
  text: string,
  { rules }: Pick<GuardContext, "rules">,
): { after: string; lines: number[] } {
  const cuts: Cut[] = [];
  const lines: number[] = [];
  const isGone = (one: string): boolean => rules.has(one.trim().slice(one.trim().lastIndexOf("/") + 1));
  const pattern =
    /(\/\/|\/\*|\{\/\*)[ \t]*((?:eslint|oxlint)-(?:disable|enable)(?:-next-line|-line)?)[ \t]+([^\n]*?)(?=[ \t]*(?:\*\/\}?|$))(?:[ \t]*\*\/\}?)?/gm;
  for (const found of text.matchAll(pattern)) {
    const [whole, , directive = "", said = ""] = found;
    const [list = "", reason] = said.split(/\s+--\s/);
    const named = list.split(",");
    if (!named.some(isGone)) continue;
    lines.push(lineAt(text, found.index));
    const rest = named.filter((one) => !isGone(one)).map((one) => one.trim());
    const end = found.index + whole.length;
    if (rest.length > 0) {
      const at = found.index + whole.indexOf(said, whole.indexOf(directive) + directive.length);
      cuts.push({
        start: at,
        end: at + said.length,
        text: rest.join(", ") + (reason === undefined ? "" : ` -- ${reason}`),
      });
      continue;
    }
    const start = lineStart(text, found.index);
    const isAlone = text.slice(start, found.index).trim() === "" && text.slice(end, lineEnd(text, end)).trim() === "";
    const gap = /[ \t]*$/.exec(text.slice(0, found.index))?.[0].length ?? 0;
    cuts.push(isAlone ? { start, end: lineEnd(text, end) } : { start: found.index - gap, end });
  }
  return { after: cutFrom(text, cuts), lines };
}
