import { lineAt } from "../../code/index.ts";
import type { Check } from "../check.ts";
import type { Evidence, GuardContext, LeftReason, Outcome } from "../context.ts";
import { firstLine, type Cut } from "../text.ts";
import type { YamlKind } from "./kind.ts";
import type { YamlNode } from "./tree.ts";

/** A YAML file, and what was found in it so far. */
export interface Scene {
  readonly text: string;
  readonly tree: readonly YamlNode[];
  readonly kind: YamlKind;
  readonly context: GuardContext;
  readonly result: Outcome;
  /** nodes that go with all that is below them */
  readonly gone: Set<YamlNode>;
  /** scalars that lose a part */
  readonly edits: Map<YamlNode, Cut>;
}

/** The name of a step, or its id. */
export const titleOf = ({ key, children }: YamlNode): string | null =>
  children.find((one) => one.key === "name" || one.key === "id")?.scalar ?? key;

/** Leave a node to a person, once a line. */
export function leave(
  { text, result }: Scene,
  node: YamlNode,
  what: string,
  reason: LeftReason,
  at = node.start,
): void {
  const line = lineAt(text, at);
  if (result.left.some((one) => one.line === line)) return;
  result.left.push({ line, endLine: lineAt(text, node.end - 1), what: firstLine(what), reason });
}

export function remove(
  { text, gone, result }: Scene,
  node: YamlNode,
  what: string,
  evidence: Evidence,
  pattern?: string,
): void {
  gone.add(node);
  result.removed.push({
    line: lineAt(text, node.start),
    what: firstLine(what),
    evidence,
    ...(pattern === undefined ? {} : { pattern }),
  });
}

/** A node refuses the old pattern: it stays. */
export function keepRefusal({ text, result }: Scene, node: YamlNode, what: string): void {
  result.forbids.push({ line: lineAt(text, node.start), endLine: lineAt(text, node.end - 1), what });
}

export function addChecks({ result }: Scene, checks: readonly Check[], place: (at: number) => number): void {
  result.checks.push(...checks.map((one) => ({ ...one, at: place(one.at) })));
}
