import { lineAt } from "../../code/index.ts";
import type { GuardContext, Outcome } from "../context.ts";
import { unchanged } from "../context.ts";
import { mixedIn, retiredIn } from "../names.ts";
import { textAfter } from "./after.ts";
import { cleanPlace } from "./commands.ts";
import type { YamlKind } from "./kind.ts";
import { leave, remove, titleOf, type Scene } from "./scene.ts";
import { parseYaml, type YamlNode } from "./tree.ts";

/** Take what guards the old pattern out of a YAML file; everything else stays byte for byte. */
export function cleanYaml(text: string, kind: YamlKind, context: GuardContext): Outcome {
  const tree = parseYaml(text);
  if (tree === null) return unread(text, context);
  const result = unchanged(text);
  const scene: Scene = { text, tree, kind, context, result, gone: new Set(), edits: new Map() };
  for (const place of kind.places(tree, context)) cleanPlace(scene, place);
  for (const node of itemsNaming(tree, context))
    if (!scene.gone.has(node)) remove(scene, node, node.scalar ?? "", "runs-what-goes");
  removeEmptied(scene);
  if (scene.gone.size === 0 && scene.edits.size === 0) return result;
  if (tree.every((one) => scene.gone.has(one))) return { ...result, after: null };
  const after = textAfter(scene);
  if (after !== null) return { ...result, after };
  const left = result.removed.map(({ line, what }) => ({ line, what, reason: "not-read" as const }));
  return { ...unchanged(text), checks: result.checks, left };
}

/** A file that is not read is left to a person, where it names something that goes. */
function unread(text: string, context: GuardContext): Outcome {
  const named = retiredIn(text, context.names) ?? mixedIn(text, context.names);
  const what = named ?? [...context.files].find((one) => text.includes(one));
  if (what === undefined) return unchanged(text);
  const line = lineAt(text, Math.max(0, text.toLowerCase().indexOf(what.toLowerCase())));
  return { ...unchanged(text), left: [{ line, what, reason: "not-read" }] };
}

/** Items of a sequence that are the path of a file that goes, and have others beside them. */
function itemsNaming(nodes: readonly YamlNode[], context: GuardContext): YamlNode[] {
  const own = nodes.filter(({ key, scalar }) => key === null && scalar !== null && context.files.has(scalar));
  return [
    ...(own.length < nodes.length ? own : []),
    ...nodes.flatMap(({ children }) => itemsNaming(children, context)),
  ];
}

/** Take out what nothing is left of, and then what nothing is left of because of that. */
function removeEmptied(scene: Scene): void {
  const { kind, tree, text, gone } = scene;
  for (let before = -1; before !== gone.size;) {
    before = gone.size;
    for (const node of kind.cascade(tree, (one) => gone.has(one))) {
      if (gone.has(node)) continue;
      if (kind.keeps(node, tree, text)) leave(scene, node, node.key ?? "", "does-more");
      else remove(scene, node, node.key ?? titleOf(node) ?? "", "empty");
    }
  }
}
