import { parseShell } from "../shell/parse.ts";
import { cutFrom, lineStart, withBlankLine, type Cut } from "../text.ts";
import type { Scene } from "./scene.ts";
import { parseYaml, type YamlNode } from "./tree.ts";

/** The text without what goes; null: the rest would not mean what it meant. */
export function textAfter({ text, tree, gone, edits }: Scene): string | null {
  const after = cutFrom(text, [...outermost(tree, gone).map((node) => cutOf(text, node)), ...edits.values()]);
  const again = parseYaml(after);
  const isEdited = (node: YamlNode): boolean => edits.has(node);
  return again !== null && isSame(tree, again, (node) => gone.has(node), isEdited) ? after : null;
}

const outermost = (nodes: readonly YamlNode[], gone: ReadonlySet<YamlNode>): YamlNode[] =>
  nodes.flatMap((one) => (gone.has(one) ? [one] : outermost(one.children, gone)));

/** The lines of a node, with the comments directly above it. */
function cutOf(text: string, { start: first, end, indent }: YamlNode): Cut {
  const isComment = new RegExp(`^ {${indent}}#`);
  let start = first;
  while (start > 0 && isComment.test(text.slice(lineStart(text, start - 1), start))) start = lineStart(text, start - 1);
  return withBlankLine(text, start, end);
}

/** True if the nodes that stay are the same as those that were found; one that was edited is a script. */
function isSame(
  nodes: readonly YamlNode[],
  found: readonly YamlNode[],
  isGone: (node: YamlNode) => boolean,
  isEdited: (node: YamlNode) => boolean,
): boolean {
  const expected = nodes.filter((one) => !isGone(one));
  return (
    expected.length === found.length &&
    expected.every((one, n) => {
      const other = found[n];
      if (!other || one.key !== other.key) return false;
      const isText = isEdited(one)
        ? other.scalar !== null && parseShell(other.scalar) !== null
        : one.scalar === other.scalar;
      return isText && isSame(one.children, other.children, isGone, isEdited);
    })
  );
}
