import type { Retired } from "../retired.ts";
import { readSettings, type SettingText } from "../sql/items.ts";
import type { Module } from "../syntax/module.ts";
import type { Node } from "../syntax/node.ts";
import { functionAround } from "../syntax/scope.ts";
import { sentBy, type Sent } from "./drivers/index.ts";

/** A text of SQL in the code, and the call that sends it. */
export interface SqlText {
  module: Module;
  /** the literal or the template */
  node: Node;
  /** the text with each `${…}` as signs of the same length, so that offsets stay */
  view: string;
  /** the offset of the view in the file */
  start: number;
  settings: SettingText | null;
  /** the call of a driver that sends it; null: sent in another way */
  query: Sent | null;
  /** the function around it */
  around: Node | null;
}

/** A sign that stands for an expression in a template. */
export const HOLE = "\u0001";

/** The texts of a module that may be SQL. */
export function sqlTextsIn(module: Module): SqlText[] {
  const known = TEXTS.get(module);
  if (known) return known;
  const found = findTexts(module);
  TEXTS.set(module, found);
  return found;
}

/** A module never changes, and several shapes ask for its texts. */
const TEXTS = new WeakMap<Module, SqlText[]>();

function findTexts(module: Module): SqlText[] {
  return module.nodes.flatMap((node): SqlText[] => {
    const isText = node.type === "TemplateLiteral" || (node.type === "Literal" && typeof node.value === "string");
    if (!isText || module.parents.get(node)?.type === "TSLiteralType") return [];
    const raw = module.text.slice(node.start + 1, node.end - 1);
    const holes = node.type === "TemplateLiteral" ? node.expressions : [];
    let view = raw;
    for (const one of holes) {
      const [from, to] = holeAround(one, module, node);
      view = view.slice(0, from) + HOLE.repeat(to - from) + view.slice(to);
    }
    return [
      {
        module,
        node,
        view,
        start: node.start + 1,
        settings: raw.includes("\\") ? null : readSettings(view),
        query: sentBy(node, module),
        around: functionAround(node, module.parents),
      },
    ];
  });
}

/** The place of `${…}` around an expression, in the text of the template. */
function holeAround(expression: Node, module: Module, template: Node): [number, number] {
  const from = module.text.lastIndexOf("${", expression.start) - template.start - 1;
  const to = module.text.indexOf("}", expression.end) + 1 - template.start - 1;
  return [from, to];
}

/** How a text speaks of what is retired. */
export type Mention = "sets" | "calls-setter" | "names" | null;

/** What a text says about retired names. */
export function mentionIn(view: string, retired: Retired): Mention {
  const text = view.toLowerCase();
  const named = [...retired.settings.keys()].filter((one) => text.includes(one));
  const isSet = named.some((one) => {
    const name = one.replaceAll(".", String.raw`\.`);
    return new RegExp(
      String.raw`set_config\s*\(\s*'${name}'|\bset\s+(?:local\s+|session\s+)?"?${name}"?\s*(?:=|to\b)`,
      "i",
    ).test(view);
  });
  if (isSet) return "sets";
  const functions = [...retired.functions, ...retired.mixed].filter((one) => text.includes(one.toLowerCase()));
  if (functions.some((one) => new RegExp(String.raw`\b${one}\s*\(`, "i").test(view))) return "calls-setter";
  return named.length > 0 || functions.length > 0 ? "names" : null;
}
