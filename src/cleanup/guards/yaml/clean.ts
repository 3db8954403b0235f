import { demandedBy } from "../check.ts";
import type { Evidence, GuardContext, LeftReason, Outcome } from "../context.ts";
import { unchanged } from "../context.ts";
import { mixedIn, retiredIn } from "../names.ts";
import { cleanShell, type CleanShell } from "../shell/clean.ts";
import { parseShell } from "../shell/parse.ts";
import { lineAt } from "../../code/index.ts";
import { cutFrom, firstLine, lineStart, withBlankLine, type Cut } from "../text.ts";
import { parseYaml, type YamlNode } from "./tree.ts";

/** A place of a YAML file that holds commands. */
export interface CommandPlace {
  node: YamlNode;
  /** what goes with them: a step, a hook, a command, an item */
  unit: YamlNode;
  /** the verdict where the commands are no shell: a pattern, for one */
  judged?: { fate: "cut" | "keep"; checks: CleanShell["checks"] } | undefined;
}

/** A kind of YAML file. */
export interface YamlKind {
  places(tree: readonly YamlNode[], context: GuardContext): CommandPlace[];
  /** nodes that go because of what went below them */
  cascade(tree: readonly YamlNode[], isGone: (node: YamlNode) => boolean): YamlNode[];
  /** why a node may not go although nothing is left of it; null: it may */
  keeps(node: YamlNode, tree: readonly YamlNode[], text: string): boolean;
}

/** Take what guards the old pattern out of a YAML file; everything else stays byte for byte. */
export function cleanYaml(text: string, kind: YamlKind, context: GuardContext): Outcome {
  const tree = parseYaml(text);
  const result = unchanged(text);
  const named = retiredIn(text, context.names) ?? mixedIn(text, context.names);
  if (tree === null) {
    const [file] = [...context.files].filter((one) => text.includes(one));
    const what = named ?? file;
    if (what !== undefined) result.left.push({ line: lineAt(text, text.indexOf(what)), what, reason: "not-read" });
    return result;
  }
  const gone = new Set<YamlNode>();
  const edits: Cut[] = [];
  const edited = new Set<YamlNode>();
  const left = (node: YamlNode, what: string, reason: LeftReason, at = node.start): void => {
    const line = lineAt(text, at);
    if (!result.left.some((one) => one.line === line))
      result.left.push({ line, endLine: lineAt(text, node.end - 1), what: firstLine(what), reason });
  };
  const remove = (node: YamlNode, what: string, evidence: Evidence, pattern?: string): void => {
    gone.add(node);
    result.removed.push({
      line: lineAt(text, node.start),
      what: firstLine(what),
      evidence,
      ...(pattern === undefined ? {} : { pattern }),
    });
  };
  for (const { node, unit, judged } of kind.places(tree, context)) {
    if (node.scalar === null) continue;
    const title = titleOf(unit) ?? node.scalar;
    if (judged) {
      result.checks.push(...judged.checks.map((one) => ({ ...one, at: node.start })));
      if (judged.fate === "cut")
        remove(unit, title, judged.checks.length > 0 ? "demands" : "runs-what-goes", judged.checks.map(demandedBy)[0]);
      else result.forbids.push({ line: lineAt(text, unit.start), endLine: lineAt(text, unit.end - 1), what: title });
      continue;
    }
    const isLiteral = node.scalarAt?.style === "literal";
    const at = node.scalarAt?.start ?? node.start;
    const script = isLiteral ? text.slice(at, node.scalarAt?.end) : node.scalar;
    const cleaned = cleanShell(script, context);
    const place = (offset: number): number => (isLiteral ? at + offset : node.start);
    result.checks.push(...cleaned.checks.map((one) => ({ ...one, at: place(one.at) })));
    if (cleaned.after === null) {
      if (kind.keeps(unit, tree, text)) left(unit, title, "names-what-goes");
      else remove(unit, title, cleaned.removed[0]?.evidence ?? "demands", cleaned.removed[0]?.pattern);
      continue;
    }
    if (cleaned.forbids.length > 0)
      result.forbids.push({ line: lineAt(text, unit.start), endLine: lineAt(text, unit.end - 1), what: title });
    for (const one of cleaned.left) left(unit, one.what, one.reason, place(one.at));
    if (cleaned.after === script) continue;
    if (!isLiteral && node.scalarAt?.style !== "plain") {
      left(unit, title, "does-more");
      continue;
    }
    for (const one of cleaned.removed)
      result.removed.push({ line: lineAt(text, place(one.at)), what: one.what, evidence: one.evidence });
    edits.push({ start: at, end: node.scalarAt?.end ?? at, text: cleaned.after });
    edited.add(node);
  }
  for (const node of itemsNaming(tree, context)) {
    if (gone.has(node)) continue;
    remove(node, node.scalar ?? "", "runs-what-goes");
  }
  for (let before = -1; before !== gone.size;) {
    before = gone.size;
    for (const node of kind.cascade(tree, (one) => gone.has(one))) {
      if (gone.has(node)) continue;
      if (kind.keeps(node, tree, text)) left(node, node.key ?? "", "does-more");
      else {
        gone.add(node);
        result.removed.push({
          line: lineAt(text, node.start),
          what: node.key ?? titleOf(node) ?? "",
          evidence: "empty",
        });
      }
    }
  }
  if (gone.size === 0 && edits.length === 0) return result;
  if (tree.every((one) => gone.has(one))) return { ...result, after: null };
  const cuts = [...outermost(tree, gone).map((node) => cutOf(text, node)), ...edits];
  const after = cutFrom(text, cuts);
  const again = parseYaml(after);
  // the rest must mean what it meant
  if (again === null || !isSame(without(tree, gone), again, edited))
    return {
      ...unchanged(text),
      checks: result.checks,
      left: result.removed.map(({ line, what }) => ({ line, what, reason: "not-read" as const })),
    };
  return { ...result, after };
}

/** The name of a step, or its id. */
const titleOf = ({ key, children }: YamlNode): string | null =>
  children.find((one) => one.key === "name" || one.key === "id")?.scalar ?? key;

/** Items of a sequence that are the path of a file that goes, and have others beside them. */
function itemsNaming(nodes: readonly YamlNode[], context: GuardContext): YamlNode[] {
  const own = nodes.filter(({ key, scalar }) => key === null && scalar !== null && context.files.has(scalar));
  return [
    ...(own.length < nodes.length ? own : []),
    ...nodes.flatMap(({ children }) => itemsNaming(children, context)),
  ];
}

const outermost = (nodes: readonly YamlNode[], gone: ReadonlySet<YamlNode>): YamlNode[] =>
  nodes.flatMap((one) => (gone.has(one) ? [one] : outermost(one.children, gone)));

/** The lines of a node, with the comments directly above it. */
function cutOf(text: string, node: YamlNode): Cut {
  let start = node.start;
  for (;;) {
    const above = lineStart(text, start - 1);
    if (start === 0 || !new RegExp(`^ {${node.indent}}#`).test(text.slice(above, start))) break;
    start = above;
  }
  return withBlankLine(text, start, node.end);
}

const without = (nodes: readonly YamlNode[], gone: ReadonlySet<YamlNode>): YamlNode[] =>
  nodes.flatMap((one) =>
    gone.has(one) ? [] : [{ ...one, children: without(one.children, gone), source: one } as YamlNode],
  );

function isSame(expected: readonly YamlNode[], found: readonly YamlNode[], edited: ReadonlySet<YamlNode>): boolean {
  return (
    expected.length === found.length &&
    expected.every((one, n) => {
      const other = found[n];
      if (!other || one.key !== other.key) return false;
      const isEdited = edited.has((one as YamlNode & { source: YamlNode }).source);
      return (
        (isEdited ? other.scalar !== null && parseShell(other.scalar) !== null : one.scalar === other.scalar) &&
        isSame(one.children, other.children, edited)
      );
    })
  );
}
