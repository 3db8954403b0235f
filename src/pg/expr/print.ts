import { Deparser } from "pgsql-deparser";
import type { ScanToken } from "libpg-query";
import { equal } from "./equal.ts";
import { isNode, as, type Expr } from "./node.ts";
import { parseExpr, scanTokens } from "./parse.ts";
import { some } from "./walk.ts";

const written = new WeakMap<Expr, string>();

/** A node made from SQL text. The text is remembered, so that the node is printed as it was written. */
export function sql(text: string): Expr {
  const node = parseExpr(text);
  written.set(node, text);
  return node;
}

/**
 * The SQL text of an expression. Throws if the text would not parse to the same tree: such text is a gap in the printer
 * and must not be used.
 */
export function printExpr(node: Expr): string {
  const text = written.get(node) ?? Deparser.deparse(node, { pretty: false });
  if (!equal(parseExpr(text), node)) throw new Error(`the printed expression does not parse to the same tree: ${text}`);
  return text;
}

/**
 * The SQL text of a tree that was made by transforming the tree of `original`; unchanged parts keep their text exactly.
 * Falls back to printing the whole tree where the locations in the text cannot be determined.
 */
export function printChanged(original: string, before: Expr, after: Expr): string {
  if (before === after) return original;
  const text = spliceChanges(original, before, after);
  if (text !== null) {
    try {
      if (equal(parseExpr(text), after)) return text;
    } catch {
      // No longer an expression: the whole tree is printed below.
    }
  }
  return printExpr(after);
}

/** A replacement of the bytes from `start` to `end` by `text`. */
export interface Edit {
  start: number;
  end: number;
  text: string;
}

/**
 * The text of `after`: `original` with the changed nodes cut out and replaced; null where a location cannot be
 * determined. The caller checks the result by parsing it.
 */
export function spliceChanges(original: string, before: unknown, after: unknown): string | null {
  const edits = editsBetween(original, before, after);
  return edits && applyEdits(original, edits);
}

/**
 * The replacements that turn the text of `before` into a text of `after`, last first; null where a location cannot be
 * determined.
 */
export function editsBetween(original: string, before: unknown, after: unknown): Edit[] | null {
  const source = Buffer.from(original, "utf8"); // the grammar counts bytes
  const tokens = scanTokens(original);
  const edits: Edit[] = [];
  const changes = changedNodes(before, after);
  if (changes === null) return null;
  for (const [from, to] of changes) {
    const span = spanOf(from, tokens);
    if (span === null) return null;
    // A part of the old tree that takes the place of its parent keeps its text too.
    const kept = contains(before, to) ? spanOf(to, tokens) : null;
    const text = kept
      ? source.subarray(kept.start, kept.end).toString("utf8")
      : (written.get(to) ?? Deparser.deparse(to, { pretty: false }));
    edits.push({ ...span, text: isAtomic(to) || isBracketed(text) ? text : `(${text})` });
  }
  return edits.toSorted((a, b) => b.start - a.start);
}

/** The text with the replacements made, which are given last first. */
export function applyEdits(original: string, edits: readonly Edit[]): string {
  let result = Buffer.from(original, "utf8");
  for (const edit of edits)
    result = Buffer.concat([result.subarray(0, edit.start), Buffer.from(edit.text, "utf8"), result.subarray(edit.end)]);
  return result.toString("utf8");
}

/** The smallest pairs of nodes that differ; null if the trees differ outside of any node. */
function changedNodes(before: unknown, after: unknown): [Expr, Expr][] | null {
  if (before === after || equal(before, after)) return [];
  if (isNode(before) && isNode(after)) {
    if (written.has(after)) return [[before, after]];
    const kind = Object.keys(before)[0];
    const inner =
      kind !== undefined && kind === Object.keys(after)[0] && !TAKEN_WHOLE.has(kind)
        ? changedNodes(Object.values(before)[0], Object.values(after)[0])
        : null;
    return inner ?? [[before, after]];
  }
  if (Array.isArray(before) && Array.isArray(after)) {
    if (before.length !== after.length) return null;
    return collect(before.map((item, index) => changedNodes(item, after[index])));
  }
  if (typeof before !== "object" || typeof after !== "object" || before === null || after === null) return null;
  const left = before as Record<string, unknown>;
  const right = after as Record<string, unknown>;
  const keys = [...new Set([...Object.keys(left), ...Object.keys(right)])].filter((key) => !key.endsWith("location"));
  if (keys.some((key) => !(key in left) || !(key in right))) return null;
  return collect(keys.map((key) => changedNodes(left[key], right[key])));
}

const contains = (tree: unknown, node: Expr): boolean => some(tree, (inner) => inner === node);

const collect = (parts: ([Expr, Expr][] | null)[]): [Expr, Expr][] | null =>
  parts.some((part) => part === null) ? null : parts.flatMap((part) => part ?? []);

// Kinds whose parts have no text of their own, or whose text does not follow from the parts.
const TAKEN_WHOLE = new Set(["A_Const", "ColumnRef", "String", "TypeName"]);

/** True if the whole text is inside one pair of brackets. */
function isBracketed(text: string): boolean {
  const tokens = scanTokens(text);
  let depth = 0;
  return tokens.every((token, index) => {
    if (token.text === "(") depth += 1;
    if (token.text === ")") depth -= 1;
    return depth > 0 || index === tokens.length - 1;
  });
}

const isAtomic = (node: Expr): boolean => as("SubLink", node) !== null || as("FuncCall", node) !== null;

/**
 * The byte range of a node in the source: from its first token to its last, extended until the brackets are balanced.
 */
function spanOf(node: Expr, tokens: ScanToken[]): { start: number; end: number } | null {
  const places: number[] = [];
  collectLocations(node, places);
  if (places.length === 0) return null;
  let first = tokens.findIndex((token) => token.start === Math.min(...places));
  let last = tokens.findIndex((token) => token.start === Math.max(...places));
  if (first < 0 || last < 0) return null;
  // The rest of a dotted name, the brackets of a call, and the words of a type follow the location of the last leaf.
  while (tokens[last + 1]?.text === "." || tokens[last]?.text === ".") last += 1;
  if (tokens[last + 1]?.text === "(" && isName(tokens[last]) && isCall(node)) last += 1;
  while (tokens[last + 1]?.text === "[" && as("TypeCast", node)) last += 2;
  if (as("CaseExpr", node)) {
    let depth = 0;
    for (let index = first; index < tokens.length; index += 1) {
      const word = tokens[index]?.text.toLowerCase();
      if (word === "case") depth += 1;
      if (word === "end" && (depth -= 1) === 0) {
        last = Math.max(last, index);
        break;
      }
    }
  }
  for (;;) {
    const [openLeft, openRight] = unbalanced(tokens, first, last);
    if (openLeft === 0 && openRight === 0) break;
    if (openLeft > 0) last += 1;
    else first -= 1;
    if (first < 0 || last >= tokens.length) return null;
  }
  const start = tokens[first];
  const end = tokens[last];
  return start && end ? { start: start.start, end: end.end } : null;
}

const isName = (token: ScanToken | undefined): boolean => token !== undefined && /^["\p{L}_]/u.test(token.text);

/** True if the last leaf of the node can be the name of a call without arguments. */
const isCall = (node: Expr): boolean => as("TypeCast", node) === null;

function unbalanced(tokens: ScanToken[], first: number, last: number): [number, number] {
  let open = 0;
  let closed = 0;
  for (const token of tokens.slice(first, last + 1)) {
    if (token.text === "(" || token.text === "[") open += 1;
    if (token.text === ")" || token.text === "]") {
      if (open > 0) open -= 1;
      else closed += 1;
    }
  }
  return [open, closed];
}

function collectLocations(value: unknown, into: number[]): void {
  if (Array.isArray(value)) for (const item of value) collectLocations(item, into);
  else if (typeof value === "object" && value !== null)
    for (const [key, item] of Object.entries(value)) {
      if (key === "location" && typeof item === "number" && item >= 0) into.push(item);
      else collectLocations(item, into);
    }
}
