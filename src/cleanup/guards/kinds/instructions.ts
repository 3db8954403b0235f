import { lineAt } from "../../code/index.ts";
import { unchanged, type GuardContext, type LeftReason, type Outcome } from "../context.ts";
import { mixedIn, retiredIn, speaksOf } from "../names.ts";
import { classOf, patternOf } from "../pattern.ts";
import { fileInText } from "../references.ts";
import { cutFrom, firstLine, withBlankLine, type Cut } from "../text.ts";

/** A part of a page that stands alone. */
interface Block {
  kind: "heading" | "item" | "paragraph" | "fence" | "row";
  start: number;
  end: number;
  /** of a heading, its depth; of an item, its indentation */
  level: number;
}

/** Words with which a page tells a reader not to do something. */
const REFUSES = /\b(?:never|not|don['’]t|no|avoid|without|forbidden|must\s+not|nobody|stop|remove|delete)\b/i;
/** Words with which a page tells of something that is over, or in doubt. */
const TELLS =
  /\b(?:was|were|used\s+to|until|former\w*|history|removed|replaced|no\s+longer|legacy|deprecated|instead|retired)\b/i;

/** Instructions for assistants: what tells them to write the old pattern. */
export function cleanInstructions(text: string, context: GuardContext): Outcome {
  const result = unchanged(text);
  const blocks = blocksOf(text);
  const gone = new Set<Block>();
  blocks.forEach((block, n) => {
    const own = text.slice(block.start, block.end);
    const file = fileInText(own, context);
    if (!speaksOf(own, context.names) && file === null) return;
    const line = lineAt(text, block.start);
    const endLine = lineAt(text, block.end - 1);
    const what = firstLine(own);
    const left = (reason: LeftReason): void => void result.left.push({ line, endLine, what, reason });
    if (block.kind === "heading") return;
    const verdict = readingOf(block.kind === "fence" ? `${introOf(text, blocks, n)}\n\n${own}` : own, context);
    if (verdict === "none" && file === null) return;
    if (verdict === "none") return left("names-what-goes");
    if (verdict === "refuses") return void result.forbids.push({ line, endLine, what });
    if (verdict === "mixed") return left("mixed-function");
    if (verdict === "doubt") return left("not-certain");
    // an item is one instruction; the lines of a paragraph may be several
    if (block.kind === "paragraph" && saysMore(own, context)) return left("does-more");
    gone.add(block);
    result.removed.push({ line, what, evidence: "instructs" });
    // the line that leads to an example
    const above = blocks[n - 1];
    if (block.kind === "fence" && above && above.kind !== "heading" && /:\s*$/.test(text.slice(above.start, above.end)))
      gone.add(above);
    // the example of an instruction that goes, and the items below it
    for (let next = n + 1; next < blocks.length; next += 1) {
      const other = blocks[next];
      const isPart =
        other &&
        ((other.kind === "fence" && next === n + 1 && /:\s*$/.test(own)) ||
          (block.kind === "item" && (other.kind === "item" || other.kind === "fence") && other.level > block.level));
      if (!isPart) break;
      gone.add(other);
    }
  });
  const sectionOf = (n: number): Block[] => {
    const head = blocks[n] as Block;
    const end = blocks.findIndex((one, m) => m > n && one.kind === "heading" && one.level <= head.level);
    return blocks.slice(n + 1, end === -1 ? undefined : end);
  };
  for (let n = blocks.length - 1; n >= 0; n -= 1) {
    const block = blocks[n] as Block;
    const section = block.kind === "heading" ? sectionOf(n) : [];
    if (section.length > 0 && section.every((one) => gone.has(one))) gone.add(block);
  }
  for (const block of blocks)
    if (
      block.kind === "heading" &&
      !gone.has(block) &&
      retiredIn(text.slice(block.start, block.end), context.names) !== null
    )
      result.left.push({
        line: lineAt(text, block.start),
        what: firstLine(text.slice(block.start, block.end)),
        reason: "not-certain",
      });
  if (gone.size === 0) return result;
  const kept = blocks.filter((one) => !gone.has(one));
  if (kept.every(({ kind, level }) => kind === "heading" && level === 1)) return { ...result, after: null };
  const cuts: Cut[] = blocks.filter((one) => gone.has(one)).map(({ start, end }) => withBlankLine(text, start, end));
  return { ...result, after: cutFrom(text, cuts) };
}

/** The line above a block of code. */
function introOf(text: string, blocks: readonly Block[], n: number): string {
  const before = blocks[n - 1];
  return before && before.kind !== "fence" ? text.slice(before.start, before.end) : "";
}

/** How a block speaks of the old pattern. */
function readingOf(text: string, { names, forms }: GuardContext): "demands" | "refuses" | "doubt" | "mixed" | "none" {
  if (mixedIn(text, names) !== null) return "mixed";
  const about = sentencesOf(text).filter((one) => isAbout(one, { names, forms }));
  if (about.length === 0) return "none";
  const outside = about.map((one) => one.replaceAll(/`[^`]*`|```[^]*?```/g, "` `"));
  if (outside.every((one) => REFUSES.test(one)))
    return outside.some((one) => /\b(?:before|without|unless|until)\b/i.test(one)) ? "doubt" : "refuses";
  if (outside.some((one) => REFUSES.test(one) || TELLS.test(one))) return "doubt";
  return "demands";
}

const sentencesOf = (text: string): string[] => text.split(/(?<=[.!?;:])\s+(?=[A-Z`*])|\n{2,}/);

const isAbout = (sentence: string, context: Pick<GuardContext, "names" | "forms">): boolean =>
  retiredIn(sentence, context.names) !== null || isOldForm(sentence, context);

/** A sentence that goes on with what the one before it is about. */
const GOES_ON = /^\W*(?:it|its|they|this|that|these|those|then|otherwise|else|if|for|so|and)\b/i;

/** True if a block has a sentence that is about something else: that one must not go with the others. */
const saysMore = (text: string, context: GuardContext): boolean =>
  sentencesOf(text).some((one) => !isAbout(one, context) && !GOES_ON.test(one) && /[.!?]\s*$/.test(one));

/** `current_setting('app.…')` for any variable: a form that only the old policies have. */
function isOldForm(text: string, { names, forms }: Pick<GuardContext, "names" | "forms">): boolean {
  const found = /current_setting\s*\(\s*'(app\.)?(?:…|\.\.\.|<\w+>|\*)?/i.exec(text);
  if (!found) return false;
  return (
    classOf(patternOf(`current_setting('${found[1] ?? ""}`, "fixed"), names, forms) === "retired" &&
    !/current_setting\s*\(\s*'[\w.]+'/i.test(text)
  );
}

function blocksOf(text: string): Block[] {
  const blocks: Block[] = [];
  let at = 0;
  const front = /^---\r?\n[^]*?\n---\r?\n/.exec(text);
  if (front) at = front[0].length;
  let open: Block | null = null;
  let fence: { mark: string; block: Block } | null = null;
  while (at < text.length) {
    const found = text.indexOf("\n", at);
    const end = found === -1 ? text.length : found + 1;
    const line = text.slice(at, end);
    const indent = /^[ \t]*/.exec(line)?.[0].length ?? 0;
    const mark = /^[ \t]*(```+|~~~+)/.exec(line)?.[1];
    const make = (kind: Block["kind"], level: number): Block => {
      const block: Block = { kind, start: at, end, level };
      blocks.push(block);
      return block;
    };
    if (fence) {
      fence.block.end = end;
      if (mark?.startsWith(fence.mark)) fence = null;
    } else if (mark) {
      fence = { mark, block: make("fence", indent) };
      open = null;
    } else if (line.trim() === "") open = null;
    else if (/^#{1,6}\s/.test(line)) {
      make("heading", /^#+/.exec(line)?.[0].length ?? 1);
      open = null;
    } else if (/^[ \t]*(?:[-*+]|\d+[.)])\s/.test(line)) open = make("item", indent);
    else if (/^[ \t]*\|/.test(line)) {
      make("row", indent);
      open = null;
    } else if (open) open.end = end;
    else open = make("paragraph", indent);
    at = end;
  }
  return blocks;
}
