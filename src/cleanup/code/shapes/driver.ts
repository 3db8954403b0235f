import { isGone, type Scene } from "../draft.ts";
import { mentionIn, sqlTextsIn, type SqlText } from "../find/driver.ts";
import { HOLE } from "../find/driver.ts";
import { namesRetired } from "../retired.ts";
import type { SettingItem } from "../sql/items.ts";
import type { Edit } from "../syntax/cut.ts";
import { cutAll, cutItems } from "../syntax/cut.ts";
import { memberName, type Node } from "../syntax/node.ts";
import { cutStatements } from "../syntax/statement.ts";

/** The setting that carries the claims on a direct connection. */
export const CLAIMS_SETTING = "request.jwt.claims";

/** The statements by `client.query` that set a retired variable, without those of tests and those that went. */
export function settingTexts(scene: Scene): SqlText[] {
  return [...scene.project.modules.values()].flatMap((module) =>
    !namesRetired(module.text, scene.retired)
      ? []
      : sqlTextsIn(module).filter(
          (one) => mentionIn(one.view, scene.retired) === "sets" && !isGone(scene, module, one.node),
        ),
  );
}

/** The text of a receiver: statements with the same one run on the same connection. */
export const receiverOf = ({ module, query }: SqlText): string | null =>
  query && module.text.slice(query.receiver.start, query.receiver.end);

/** The items of a statement that set a retired variable. */
export const retiredItems = (text: SqlText, { retired }: Scene): SettingItem[] =>
  (text.settings?.items ?? []).filter(({ setting }) => setting !== null && retired.settings.has(setting));

/** The code of the value that an item sets: the argument of `$1`, or a text. Null: it cannot be said. */
export function valueOf(item: SettingItem, text: SqlText): { code: string; node: Node | null } | null {
  const number = /^\$(\d+)(?:\s*::\s*\w+)?$/.exec(item.value)?.[1];
  if (number !== undefined) {
    const node = text.query?.values?.[Number(number) - 1];
    return node ? { code: text.module.text.slice(node.start, node.end), node } : null;
  }
  const literal = /^'((?:[^']|'')*)'$/.exec(item.value)?.[1];
  if (literal === undefined || item.value.includes(HOLE)) return null;
  return { code: JSON.stringify(literal.replaceAll("''", "'")), node: null };
}

/** Remove items of a statement, or all of it; the parameters that are left are numbered anew. Null: it cannot be done. */
export function cutSettings(text: SqlText, items: readonly SettingItem[], scene: Scene): Edit[] | null {
  const { module, settings, query } = text;
  if (!settings || !query) return null;
  if (items.length === settings.items.length) {
    const statement = statementOf(query.call, text);
    const cut = statement && cutStatements(scene, module, statement, statement);
    return cut ? [cut.edit] : null;
  }
  if (query.values === null) return null;
  const left = settings.items.filter((one) => !items.includes(one));
  const used = new Set(left.flatMap(({ value }) => numbersIn(value)));
  const isUnused = (_node: Node, n: number): boolean =>
    !used.has(n + 1) && items.some(({ value }) => numbersIn(value).includes(n + 1));
  const gone = new Set(query.values.filter(isUnused));
  const place = (one: SettingItem): Node =>
    ({ start: text.start + one.start, end: text.start + one.end }) as unknown as Node;
  const nodes = settings.items.map(place);
  const isCut = new Set(settings.items.flatMap((one, n) => (items.includes(one) ? [n] : [])));
  const renumbered = left.flatMap((one): Edit[] =>
    [...text.view.slice(one.start, one.end).matchAll(/\$(\d+)/g)].flatMap((found): Edit[] => {
      const before = Number(found[1]);
      const after = before - (query.values ?? []).slice(0, before - 1).filter((value) => gone.has(value)).length;
      const start = text.start + one.start + found.index;
      return before === after ? [] : [{ path: module.path, start, end: start + found[0].length, text: `$${after}` }];
    }),
  );
  return [
    ...cutItems(module.path, nodes, (one) => isCut.has(nodes.indexOf(one))),
    ...(gone.size === query.values.length
      ? cutAll(module.path, module.text, query.values)
      : cutItems(module.path, query.values, (one) => gone.has(one))),
    ...renumbered,
  ];
}

const numbersIn = (value: string): number[] => [...value.matchAll(/\$(\d+)/g)].map(([, number]) => Number(number));

function statementOf(call: Node, { module }: SqlText): Node | null {
  const parent = module.parents.get(call);
  const outer = parent?.type === "AwaitExpression" ? module.parents.get(parent) : parent;
  return outer?.type === "ExpressionStatement" ? outer : null;
}

/** The object of `JSON.stringify(x)`. */
export function stringified(node: Node): Node | null {
  if (node.type !== "CallExpression" || node.callee.type !== "MemberExpression") return null;
  const { object } = node.callee;
  if (object.type !== "Identifier" || object.name !== "JSON" || memberName(node.callee) !== "stringify") return null;
  return node.arguments[0] ?? null;
}
