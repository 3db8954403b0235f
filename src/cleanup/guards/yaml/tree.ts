import { isMap, isScalar, isSeq, parseDocument, visit, type Pair, type Scalar, type YAMLMap, type YAMLSeq } from "yaml";
import { lineEnd, lineStart } from "../text.ts";

/** A value of a YAML file, with the lines that it is on. */
export interface YamlNode {
  /** offset of the first line of the entry, and behind the last */
  start: number;
  end: number;
  /** column of the key, or of the dash */
  indent: number;
  /** the key of an entry of a mapping; null: an item of a sequence */
  key: string | null;
  /** a scalar as it means, or a collection in brackets as it is written; null: there is none */
  scalar: string | null;
  /** where the text of a scalar is */
  scalarAt: { start: number; end: number; style: "plain" | "quoted" | "literal" | "folded" | "flow" } | null;
  /** the scalars in a collection in brackets */
  flow: string[];
  children: YamlNode[];
}

type Value = Pick<YamlNode, "end" | "scalar" | "scalarAt" | "flow" | "children">;

/**
 * Read a YAML file: its block mappings, block sequences and scalars with their places. Null: it is no YAML, or it has
 * something that an edit of one place may change elsewhere, such as an anchor, an alias, a tag or a second document.
 */
export function parseYaml(text: string): YamlNode[] | null {
  // scalars stay the strings that they are written as
  const document = parseDocument(text, { schema: "failsafe", keepSourceTokens: true });
  const { contents } = document;
  if (document.errors.length > 0 || refersElsewhere(document)) return null;
  if (contents === null || isEmpty(contents)) return [];
  return isBlock(contents) ? childrenOf(contents, text) : null;
}

function refersElsewhere(document: ReturnType<typeof parseDocument>): boolean {
  let found = false;
  const stop = (): symbol => {
    found = true;
    return visit.BREAK;
  };
  visit(document, {
    Alias: stop,
    Node: (_, node) => (("anchor" in node && node.anchor) || node.tag !== undefined ? stop() : undefined),
    Pair: (_, { key }) => (!isScalar(key) || key.value === "<<" ? stop() : undefined),
  });
  return found;
}

const isEmpty = (node: unknown): boolean => isScalar(node) && node.type === "PLAIN" && node.source === "";

const isBlock = (node: unknown): node is YAMLMap | YAMLSeq => (isMap(node) || isSeq(node)) && !node.flow;

/** The entries of a mapping, or the items of a sequence. Null: one is written in a way that is not read. */
function childrenOf(node: YAMLMap | YAMLSeq, text: string): YamlNode[] | null {
  const all = isMap(node) ? node.items.map((one) => entryOf(one, text)) : itemsOf(node, text);
  const read = all.filter((one) => one !== null);
  return read.length === all.length ? read : null;
}

function entryOf({ key, value, srcToken }: Pair, text: string): YamlNode | null {
  // `? key` in the place of `key:`
  const isExplicit = srcToken?.start.some(({ type }) => type === "explicit-key-ind") ?? true;
  if (!isScalar(key) || !key.range || isExplicit) return null;
  const [at, end] = key.range;
  return nodeAt(at, String(key.value), value, end, text);
}

function itemsOf({ items, srcToken }: YAMLSeq, text: string): (YamlNode | null)[] {
  const dashes = (srcToken?.type === "block-seq" ? srcToken.items : []).flatMap(({ start }) =>
    start.filter(({ type }) => type === "seq-item-ind").map(({ offset }) => offset),
  );
  return items.map((value, n) => {
    const at = dashes[n];
    if (at === undefined) return null;
    const node = nodeAt(at, null, value, at + 1, text);
    // `- - a`: two items on a line
    return node?.children[0]?.key === null && node.children[0].start === node.start ? null : node;
  });
}

/** The node whose key or dash is at an offset and ends at another. */
function nodeAt(at: number, key: string | null, value: unknown, end: number, text: string): YamlNode | null {
  const read = valueOfNode(value, end, text);
  const start = lineStart(text, at);
  return read && { start, indent: at - start, key, ...read };
}

/** What a value says. `from`: the end of its key or its dash. */
function valueOfNode(node: unknown, from: number, text: string): Value | null {
  const none = { end: lineEnd(text, from), scalar: null, scalarAt: null, flow: [], children: [] };
  if (node === null || isEmpty(node)) return none;
  if (isBlock(node)) {
    const children = childrenOf(node, text);
    return children && { ...none, end: children.at(-1)?.end ?? none.end, children };
  }
  if (isScalar(node)) return { ...none, ...scalarOf(node, text) };
  if (!(isMap(node) || isSeq(node)) || !node.range) return null;
  const [start, end] = node.range;
  const scalarAt = { start, end, style: "flow" } as const;
  return { ...none, end: lineEnd(text, end), scalar: text.slice(start, end), scalarAt, flow: scalarsIn(node) };
}

function scalarOf(node: Scalar, text: string): Pick<Value, "end" | "scalar" | "scalarAt"> {
  const [start, end] = node.range ?? [0, 0];
  if (node.srcToken?.type === "block-scalar") return blockScalarOf(node, node.srcToken.source, end, text);
  const isOneLine = !text.slice(start, end).includes("\n");
  const style = node.type !== "PLAIN" ? "quoted" : isOneLine ? "plain" : "folded";
  return { end: lineEnd(text, end), scalar: String(node.value), scalarAt: { start, end, style } };
}

/** A scalar behind `|` or `>`: its lines without the blank ones below, which belong to nobody. `end`: that of its source. */
function blockScalarOf(
  node: Scalar,
  source: string,
  end: number,
  text: string,
): Pick<Value, "end" | "scalar" | "scalarAt"> {
  const own = source.trimEnd();
  const start = end - source.length;
  const last = own === "" ? start : lineEnd(text, start + own.length);
  const style = node.type === "BLOCK_LITERAL" ? "literal" : "folded";
  return {
    end: last,
    scalar: String(node.value).trimEnd(),
    scalarAt: own === "" ? null : { start, end: last, style },
  };
}

const scalarsIn = (node: unknown): string[] =>
  isScalar(node)
    ? [String(node.value)]
    : isMap(node)
      ? node.items.flatMap(({ key, value }) => [...scalarsIn(key), ...scalarsIn(value)])
      : isSeq(node)
        ? node.items.flatMap(scalarsIn)
        : [];

/** The value of a key of a mapping. */
export const valueOf = (nodes: readonly YamlNode[], key: string): YamlNode | undefined =>
  nodes.find((one) => one.key === key);
