import { isTestFile, record, type Change, type Scene } from "../draft.ts";
import { fragmentOf } from "../find/drivers/index.ts";
import type { SqlText } from "../find/driver.ts";
import { isPool } from "../find/pool.ts";
import type { Edit } from "../syntax/cut.ts";
import { nodesIn, type Node } from "../syntax/node.ts";
import {
  cutPart,
  cutSettings,
  isOneSequence,
  receiverOf,
  retiredItems,
  setsClaims,
  settingTexts,
  statementOf,
} from "./driver.ts";
import { hasOwnSql, helperFor, type HelperUse } from "./helper-call.ts";

/** The statements in whose place the claims can be set: those of one transaction each, outside of tests and pools. */
export function helperTexts(scene: Scene): SqlText[][] {
  const groups = new Map<string, SqlText[]>();
  for (const text of settingTexts(scene)) {
    if (!text.around || !text.query || isTestFile(text.module.path) || setsClaims(text)) continue;
    if (isPool(text, scene.project)) continue;
    const key = JSON.stringify([text.module.path, text.around.start, text.query.driver, receiverOf(text)]);
    groups.set(key, [...(groups.get(key) ?? []), text]);
  }
  return [...groups.values()];
}

/** A call of the helper in the place of statements. */
export interface HelperEdits {
  edits: Edit[];
  helper: HelperUse;
}

/**
 * Put one call of the helper in the place of what the statements of a transaction set. `claims`: the code of the
 * claims. Null: they do not follow each other, the module cannot have the helper, or nobody awaits the first one.
 */
export function helperEdits(texts: readonly SqlText[], claims: string, scene: Scene): HelperEdits | null {
  const [first, ...others] = texts;
  if (!first?.query) return null;
  const { module, query } = first;
  const nodes = texts.map(({ node }) => node);
  if (!isOneSequence(nodes, module)) return null;
  const tag = fragmentOf(first.node, module)?.tag ?? null;
  const helper = hasOwnSql(query.driver, tag, module) ? helperFor(query.driver, module, scene) : null;
  const own = helper && callEdits(first, `await ${helper.name}(${receiverOf(first) ?? ""}, ${claims})`, scene);
  const cuts = others.map((text) => cutSettings(text, retiredItems(text, scene), scene));
  if (!helper || !own || cuts.includes(null)) return null;
  return { edits: [...own, ...cuts.flatMap((one) => one ?? [])], helper };
}

/** Record the edits with the import of the helper, and the helper where it is new. False: a file must not be edited. */
export function recordHelper(scene: Scene, change: Change, put: HelperEdits, more: readonly Edit[]): boolean {
  if (!record(scene, change, [...put.edits, ...more, ...put.helper.imports])) return false;
  for (const [path, text] of put.helper.files) scene.draft.created.set(path, text);
  if (put.helper.imported) scene.draft.added.add(put.helper.imported);
  return true;
}

/** The names stay in use. */
export function keepNames(nodes: readonly Node[], { module }: SqlText, { draft }: Scene): void {
  for (const one of nodes.flatMap((node) => [...nodesIn(node)])) {
    const binding = module.bindingOf.get(one);
    if (binding) draft.added.add(binding);
  }
}

/** Put a call in the place of a statement, or before it where something of it stays. */
function callEdits(text: SqlText, call: string, scene: Scene): Edit[] | null {
  const statement = statementOf(text);
  const items = retiredItems(text, scene);
  const { path, text: source } = text.module;
  // what nobody awaits may not be sent, and the function around it need not be async
  const isAwaited = text.query && text.module.parents.get(text.query.call)?.type === "AwaitExpression";
  if (!statement || !text.settings || !isAwaited) return null;
  const end = source.slice(statement.start, statement.end).endsWith(";") ? ";" : "";
  if (items.length === text.settings.items.length)
    return [{ path, start: statement.start, end: statement.end, text: call + end }];
  const rest = cutPart(text, items);
  const indent = /[ \t]*$/.exec(source.slice(0, statement.start))?.[0] ?? "";
  const line = source.includes("\r\n") ? "\r\n" : "\n";
  return (
    rest && [{ path, start: statement.start, end: statement.start, text: `${call}${end}${line}${indent}` }, ...rest]
  );
}
