import { keyName, type Module, type Node } from "../../code/index.ts";
import { withBlankLine, lineEnd, lineStart, type Cut } from "../text.ts";

/** Members of objects and arrays that go. */
export interface Entry {
  module: Module;
  gone: ReadonlySet<Node>;
  /** what is added to each offset */
  offset: number;
}

/** Keys that say where the configuration of a linter applies, and configure nothing. */
const WHERE = new Set(["files", "ignores", "name", "excludedFiles"]);

const membersOf = (node: Node): readonly Node[] =>
  node.type === "ObjectExpression"
    ? node.properties
    : node.type === "ArrayExpression"
      ? node.elements.flatMap((one) => (one === null ? [] : [one]))
      : [];

/** The members that go, and the objects and arrays that are empty without them, outermost first. */
export function emptied({ module, gone }: Pick<Entry, "module" | "gone">): Set<Node> {
  const all = new Set(gone);
  for (let before = -1; before !== all.size;) {
    before = all.size;
    for (const node of module.nodes) {
      if (all.has(node)) continue;
      const value = node.type === "Property" ? node.value : node;
      const members = membersOf(value);
      const lost = members.filter((one) => all.has(one));
      if (lost.length === 0) continue;
      const isInList = node.type === "ObjectExpression" && module.parents.get(node)?.type === "ArrayExpression";
      const rest = members.filter((one) => !all.has(one));
      const isEmpty =
        rest.length === 0 ||
        (isInList && rest.every((one) => one.type === "Property" && WHERE.has(keyName(one.key) ?? "")));
      if (isEmpty && (node.type === "Property" || isInList)) all.add(node);
    }
  }
  return all;
}

/** The cuts that take members out of their lists, with their commas and lines. */
export function cutsOf({ module, gone, offset }: Entry): Cut[] {
  const all = emptied({ module, gone });
  const { text } = module;
  const cuts = module.nodes.flatMap((node): Cut[] => {
    const members = membersOf(node);
    if (all.has(node) || isBelow(node, all, module) || !members.some((one) => all.has(one))) return [];
    return members.flatMap((one, n): Cut[] => {
      if (!all.has(one)) return [];
      const isLastKept = members.slice(n + 1).some((other) => !all.has(other));
      const comma = /^\s*,/.exec(text.slice(one.end))?.[0].length ?? 0;
      const end = one.end + comma;
      const isAlone =
        text.slice(lineStart(text, one.start), one.start).trim() === "" &&
        text.slice(end, lineEnd(text, end)).trim() === "";
      // the comma before goes with the last one, unless a comma may follow it
      const before = members[n - 1];
      const lastKept = members.slice(0, n).findLast((other) => !all.has(other));
      const dropsComma = !isLastKept && comma === 0 && lastKept !== undefined;
      if (isAlone) {
        const lines = withBlankLine(text, lineStart(text, one.start), lineEnd(text, end));
        const at = lastKept ? lastKept.end + (/^\s*,/.exec(text.slice(lastKept.end))?.[0].length ?? 0) : 0;
        return [lines, ...(dropsComma && lastKept && at > lastKept.end ? [{ start: lastKept.end, end: at }] : [])];
      }
      if (isLastKept) return [{ start: one.start, end: members[n + 1]?.start ?? end }];
      return [{ start: before?.end ?? one.start, end: comma > 0 && before ? one.end : end }];
    });
  });
  return cuts.map((one) => ({ ...one, start: one.start + offset, end: one.end + offset }));
}

function isBelow(node: Node, all: ReadonlySet<Node>, { parents }: Module): boolean {
  for (let at = parents.get(node); at; at = parents.get(at)) if (all.has(at)) return true;
  return false;
}
