import { isGone, type Scene } from "../draft.ts";
import { mentionIn, sqlTextsIn, type SqlText } from "../find/driver.ts";
import { HOLE } from "../find/driver.ts";
import type { Sent } from "../find/drivers/index.ts";
import { namesRetired } from "../retired.ts";
import type { SettingItem } from "../sql/items.ts";
import type { Edit } from "../syntax/cut.ts";
import { cutAll, cutItems } from "../syntax/cut.ts";
import type { Module } from "../syntax/module.ts";
import { childrenOf, memberName, type Node } from "../syntax/node.ts";
import { cutStatements } from "../syntax/statement.ts";

/** The setting that carries the claims on a direct connection. */
export const CLAIMS_SETTING = "request.jwt.claims";

/** The statements that set a retired variable, without those that went. */
export function settingTexts(scene: Scene): SqlText[] {
  const isDone = (text: SqlText): boolean => {
    const items = retiredItems(text, scene);
    return items.length > 0 && items.every((one) => isItemGone(one, text, scene));
  };
  return [...scene.project.modules.values()].flatMap((module) =>
    !namesRetired(module.text, scene.retired)
      ? []
      : sqlTextsIn(module).filter(
          (one) => mentionIn(one.view, scene.retired) === "sets" && !isGone(scene, module, one.node) && !isDone(one),
        ),
  );
}

/** True if an edit takes an item of a statement away. */
export const isItemGone = (item: SettingItem, { module, start }: SqlText, { draft }: Scene): boolean =>
  (draft.edits.get(module.path) ?? []).some((one) => start + item.start >= one.start && start + item.end <= one.end);

/** The text of a receiver: statements with the same one run on the same connection. */
export const receiverOf = ({ module, query }: SqlText): string | null =>
  query && module.text.slice(query.receiver.start, query.receiver.end);

/** The items of a statement that set a retired variable. */
export const retiredItems = (text: SqlText, { retired }: Scene): SettingItem[] =>
  (text.settings?.items ?? []).filter(({ setting }) => setting !== null && retired.settings.has(setting));

/** The code of the value that an item sets: a value beside the SQL, or a text. Null: it cannot be said. */
export function valueOf(item: SettingItem, text: SqlText): { code: string; node: Node | null } | null {
  const node = valueNode(item, text);
  if (node) return { code: text.module.text.slice(node.start, node.end), node };
  const literal = /^'((?:[^']|'')*)'$/.exec(item.value)?.[1];
  if (literal === undefined || item.value.includes(HOLE)) return null;
  return { code: JSON.stringify(literal.replaceAll("''", "'")), node: null };
}

const CAST = String.raw`(?:\s*::\s*\w+)?`;
const ONE_MARK: Readonly<Record<Sent["marks"], RegExp>> = {
  numbered: new RegExp(String.raw`^\$\d+${CAST}$`),
  question: new RegExp(String.raw`^\?${CAST}$`),
  holes: new RegExp(`^${HOLE}+${CAST}$`),
};

function valueNode(item: SettingItem, text: SqlText): Node | null {
  const { query, view, node, start } = text;
  if (!query) return null;
  const [only, ...more] = valuesIn(item, text);
  if (only && ONE_MARK[query.marks].test(item.value)) return more.length === 0 ? only : null;
  // written into the SQL: `'${value}'`
  if (!new RegExp(`^'?${HOLE}+'?$`).test(item.value) || node.type !== "TemplateLiteral") return null;
  const at = view.indexOf(HOLE, item.start) + start;
  return node.expressions.find((one) => one.start > at && one.start < start + item.end) ?? null;
}

/** The values beside the SQL that an item stands for. */
function valuesIn({ start, end }: SettingItem, text: SqlText): Node[] {
  const { query, view } = text;
  const values = query?.values ?? [];
  const own = view.slice(start, end);
  switch (query?.marks) {
    case "numbered":
      return numbersIn(own).flatMap((number) => values[number - 1] ?? []);
    case "question": {
      const before = view.slice(0, start).split("?").length - 1;
      return values.slice(before, before + own.split("?").length - 1);
    }
    case "holes":
      return values.filter((one) => one.start >= text.start + start && one.end <= text.start + end);
    default:
      return [];
  }
}

/** Remove items of a statement, or all of it; the parameters that are left are numbered anew. Null: it cannot be done. */
export function cutSettings(text: SqlText, items: readonly SettingItem[], scene: Scene): Edit[] | null {
  const { module, settings, query } = text;
  if (!settings || !query) return null;
  if (items.length === settings.items.length) {
    const statement = statementOf(text);
    const cut = statement && cutStatements(scene, module, statement, statement);
    return cut ? [cut.edit] : null;
  }
  return cutPart(text, items);
}

/** Remove some items of a statement. */
export function cutPart(text: SqlText, items: readonly SettingItem[]): Edit[] | null {
  const { module, settings, query } = text;
  if (!settings || !query || query.values === null) return null;
  const left = settings.items.filter((one) => !items.includes(one));
  const isUsed = (value: Node): boolean => left.some((one) => valuesIn(one, text).includes(value));
  const gone = new Set(items.flatMap((one) => valuesIn(one, text)).filter((value) => !isUsed(value)));
  const place = (one: SettingItem): Node =>
    ({ start: text.start + one.start, end: text.start + one.end }) as unknown as Node;
  const nodes = settings.items.map(place);
  const isCut = new Set(settings.items.flatMap((one, n) => (items.includes(one) ? [n] : [])));
  const cuts = cutItems(module.path, nodes, (one) => isCut.has(nodes.indexOf(one)));
  // the values are in the text
  if (query.marks === "holes") return cuts;
  const goes = (one: Node): boolean => gone.has(one);
  const list = query.spread ? [text.node, ...query.values] : query.values;
  return [
    ...cuts,
    ...(gone.size === list.length
      ? cutAll(module.path, module.text, list)
      : gone.size > 0
        ? cutItems(module.path, list, goes)
        : []),
    ...(query.marks === "numbered" ? renumbered(text, left, gone) : []),
  ];
}

const renumbered = (text: SqlText, left: readonly SettingItem[], gone: ReadonlySet<Node>): Edit[] =>
  left.flatMap((one): Edit[] =>
    [...text.view.slice(one.start, one.end).matchAll(/\$(\d+)/g)].flatMap((found): Edit[] => {
      const before = Number(found[1]);
      const after = before - (text.query?.values ?? []).slice(0, before - 1).filter((value) => gone.has(value)).length;
      const start = text.start + one.start + found.index;
      const { path } = text.module;
      return before === after ? [] : [{ path, start, end: start + found[0].length, text: `$${after}` }];
    }),
  );

const numbersIn = (value: string): number[] => [...value.matchAll(/\$(\d+)/g)].map(([, number]) => Number(number));

/** The statement that sends a text and does nothing else; null: there is none. */
export function statementOf({ module, query }: SqlText): Node | null {
  if (!query) return null;
  const parent = module.parents.get(query.call);
  const outer = parent?.type === "AwaitExpression" ? module.parents.get(parent) : parent;
  return outer?.type === "ExpressionStatement" ? outer : null;
}

/** The texts that the same connection is sent in the same function. */
export const sameConnection = (text: SqlText): SqlText[] =>
  sqlTextsIn(text.module).filter((one) => one.around === text.around && receiverOf(one) === receiverOf(text));

/** True if one of them sets the claims. */
export const setsClaims = (text: SqlText): boolean =>
  sameConnection(text).some((one) => one.settings?.items.some(({ setting }) => setting === CLAIMS_SETTING));

/** The role that the transaction has taken before; `""`: its name is made at run time. Null: it has taken none. */
export function roleBefore(text: SqlText): string | null {
  for (const { node, view, settings } of sameConnection(text)) {
    if (node.start >= text.node.start) continue;
    const named = /^\s*set\s+local\s+role\s+(?:to\s+)?"?([^\s";]+)/i.exec(view)?.[1];
    if (named !== undefined) return named.includes(HOLE) ? "" : named.replaceAll("'", "");
    const item = settings?.items.find(({ setting, isLocal }) => setting === "role" && isLocal);
    if (item) return /^'(\w+)'$/.exec(item.value)?.[1] ?? "";
  }
  return null;
}

/** True if statements stand in one block, and nothing but settings between them: all or none of them is run. */
export function isOneSequence(nodes: readonly Node[], module: Module): boolean {
  const statements = nodes.map((node) => {
    let at: Node | undefined = node;
    while (at && at.type !== "ExpressionStatement") at = module.parents.get(at);
    return at;
  });
  const [first] = statements;
  const block = first && module.parents.get(first);
  if (!block || !statements.every((one) => one && module.parents.get(one) === block)) return false;
  const all = childrenOf(block);
  const places = statements.map((one) => (one ? all.indexOf(one) : -1));
  const between = all.slice(Math.min(...places), Math.max(...places) + 1);
  const alone = sqlTextsIn(module)
    .filter(({ settings, view }) => settings !== null || /^\s*set\s/i.test(view))
    .map(statementOf);
  return between.every((one) => alone.includes(one));
}

/** The object of `JSON.stringify(x)`. */
export function stringified(node: Node): Node | null {
  if (node.type !== "CallExpression" || node.callee.type !== "MemberExpression") return null;
  const { object } = node.callee;
  if (object.type !== "Identifier" || object.name !== "JSON" || memberName(node.callee) !== "stringify") return null;
  return node.arguments[0] ?? null;
}
