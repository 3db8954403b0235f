import type { Scene } from "../draft.ts";
import type { SqlText } from "../find/driver.ts";
import { nodesIn } from "../syntax/node.ts";
import { isPure } from "../syntax/pure.ts";
import { retiredItems, valueOf } from "./driver.ts";

/** A claim that an object of the code gets. */
export interface Claim {
  /** its keys, from the outermost */
  path: readonly string[];
  code: string;
}

/** The claims that stand for what statements set; null: a value cannot be moved, or a variable is set twice. */
export function claimsOfItems(texts: readonly SqlText[], scene: Scene): Claim[] | null {
  const items = texts.flatMap((text) => retiredItems(text, scene).map((item) => ({ text, item })));
  const claims = items.flatMap(({ text, item }): Claim[] => {
    const path = scene.retired.settings.get(item.setting ?? "");
    const value = valueOf(item, text);
    return path && value && (value.node === null || isPure(value.node)) ? [{ path, code: value.code }] : [];
  });
  const names = new Set(items.map(({ item }) => item.setting));
  const areLocal = texts.every(({ settings }) => settings?.items.every(({ isLocal }) => isLocal) ?? false);
  return claims.length > 0 && claims.length === items.length && names.size === items.length && areLocal ? claims : null;
}

/** The names in the values that statements set stay in use: they have moved. */
export function keepValues(texts: readonly SqlText[], scene: Scene): void {
  for (const text of texts)
    for (const item of retiredItems(text, scene)) {
      const node = valueOf(item, text)?.node;
      for (const one of node ? nodesIn(node) : []) {
        const binding = text.module.bindingOf.get(one);
        if (binding) scene.draft.added.add(binding);
      }
    }
}

/** `app_metadata: { tenant_id: a, role: b }` */
export function objectText(claims: readonly Claim[]): string {
  const heads = [...new Set(claims.map(({ path }) => path[0] ?? ""))];
  return heads
    .map((head) => {
      const below = claims.filter(({ path }) => path[0] === head);
      const [only] = below;
      if (only && only.path.length === 1) return `${quoted(head)}: ${only.code}`;
      return `${quoted(head)}: { ${objectText(below.map(({ path, code }) => ({ path: path.slice(1), code })))} }`;
    })
    .join(", ");
}

const quoted = (key: string): string => (/^[A-Za-z_$][\w$]*$/.test(key) ? key : JSON.stringify(key));

/** The width that a file keeps to: that of its longest line, and at least 80. */
export const widthOf = (text: string): number => Math.max(80, ...text.split("\n").map(({ length }) => length));
