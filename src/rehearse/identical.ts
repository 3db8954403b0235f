import type { Catalog } from "../pg/catalog.ts";
import { functionKey, nameKey, relationKey } from "../pg/name.ts";

/**
 * The differences between two catalogs, readable: `policy public.staff / staff_select: using: "…" → "…"`. The server's
 * version is not compared.
 */
export function sameCatalog(a: Catalog, b: Catalog): { same: boolean; differences: string[] } {
  const differences = [
    ...compare("policy", a.policies, b.policies, (p) => `${relationKey(p)} / ${p.name}`),
    ...compare("relation", a.relations, b.relations, nameKey),
    ...compare("function", a.functions, b.functions, functionKey),
    ...compare("trigger", a.triggers, b.triggers, (t) => `${relationKey(t)} / ${t.name}`),
    ...compare("role", a.roles, b.roles, (r) => r.name),
  ];
  return { same: differences.length === 0, differences };
}

function compare<Item extends object>(
  kind: string,
  left: readonly Item[],
  right: readonly Item[],
  nameOf: (item: Item) => string,
): string[] {
  const before = new Map(left.map((item) => [nameOf(item), item]));
  const after = new Map(right.map((item) => [nameOf(item), item]));
  return [...new Set([...before.keys(), ...after.keys()])].flatMap((name) => {
    const [one, other] = [before.get(name), after.get(name)];
    if (!one) return [`${kind} ${name} is new`];
    if (!other) return [`${kind} ${name} is gone`];
    return Object.entries(one).flatMap(([field, value]: [string, unknown]) => {
      const [from, to] = [JSON.stringify(value), JSON.stringify((other as Record<string, unknown>)[field])];
      return from === to ? [] : [`${kind} ${name}: ${field}: ${from} → ${to}`];
    });
  });
}
