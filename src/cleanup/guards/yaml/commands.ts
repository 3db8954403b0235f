import { lineAt } from "../../code/index.ts";
import { demandedBy } from "../check.ts";
import { cleanShell, type CleanShell } from "../shell/clean.ts";
import type { CommandPlace } from "./kind.ts";
import { addChecks, keepRefusal, leave, remove, titleOf, type Scene } from "./scene.ts";
import type { YamlNode } from "./tree.ts";

/** Judge the commands of a place, and take out what goes of them. */
export function cleanPlace(scene: Scene, { node, unit, judged }: CommandPlace): void {
  if (node.scalar === null) return;
  const title = titleOf(unit) ?? node.scalar;
  if (judged) takeVerdict(scene, { node, unit, judged }, title);
  else if (node.scalarAt?.style === "flow") cleanList(scene, node, unit, title);
  else cleanScript(scene, node, node.scalar, unit, title);
}

function takeVerdict(scene: Scene, { node, unit, judged }: CommandPlace, title: string): void {
  const checks = judged?.checks ?? [];
  addChecks(scene, checks, () => node.start);
  if (judged?.fate === "cut")
    remove(scene, unit, title, checks.length > 0 ? "demands" : "runs-what-goes", checks.map(demandedBy)[0]);
  else keepRefusal(scene, unit, title);
}

/** Commands in brackets, which go together or not at all. */
function cleanList(scene: Scene, node: YamlNode, unit: YamlNode, title: string): void {
  const all = node.flow.map((script) => ({ script, cleaned: cleanShell(script, scene.context) }));
  for (const { cleaned } of all) addChecks(scene, cleaned.checks, () => node.start);
  const [first] = all;
  if (first && all.every(({ cleaned }) => cleaned.after === null)) return removeUnit(scene, unit, title, first.cleaned);
  if (all.some(({ cleaned }) => cleaned.forbids.length > 0)) keepRefusal(scene, unit, title);
  for (const one of all.flatMap(({ cleaned }) => cleaned.left)) leave(scene, unit, one.what, one.reason);
  if (all.some(({ script, cleaned }) => cleaned.after !== script)) leave(scene, unit, title, "does-more");
}

function cleanScript(scene: Scene, node: YamlNode, scalar: string, unit: YamlNode, title: string): void {
  const { text, context, result, edits } = scene;
  const isLiteral = node.scalarAt?.style === "literal";
  const { start, end } = node.scalarAt ?? { start: node.start, end: node.start };
  const script = isLiteral ? text.slice(start, end) : scalar;
  const cleaned = cleanShell(script, context);
  const place = (offset: number): number => (isLiteral ? start + offset : node.start);
  addChecks(scene, cleaned.checks, place);
  if (cleaned.after === null) return removeUnit(scene, unit, title, cleaned);
  if (cleaned.forbids.length > 0) keepRefusal(scene, unit, title);
  for (const one of cleaned.left) leave(scene, unit, one.what, one.reason, place(one.at));
  if (cleaned.after === script) return;
  // in quotes, or folded, the text is not what it means
  if (!isLiteral && node.scalarAt?.style !== "plain") return leave(scene, unit, title, "does-more");
  for (const one of cleaned.removed)
    result.removed.push({ line: lineAt(text, place(one.at)), what: one.what, evidence: one.evidence });
  edits.set(node, { start, end, text: cleaned.after });
}

/** Take out a unit of which no command is left, unless something still needs it. */
function removeUnit(scene: Scene, unit: YamlNode, title: string, { removed: [first] }: CleanShell): void {
  if (scene.kind.keeps(unit, scene.tree, scene.text)) leave(scene, unit, title, "names-what-goes");
  else remove(scene, unit, title, first?.evidence ?? "demands", first?.pattern);
}
