import type { FunctionFacts } from "../../classify/index.ts";
import type { Catalog } from "../../pg/catalog.ts";
import { wholeName } from "../../pg/name-in-text.ts";
import { nameKey, relationKey, type NameKey } from "../../pg/name.ts";
import type { Targets } from "./target.ts";

/**
 * For each table, the other tables whose rows decide which of its rows a request reaches: those that its policies name,
 * themselves or in functions, and those that the policies of these name. Names are found by text: one too many costs
 * time only.
 */
export function tablesReadByPolicies(
  catalog: Pick<Catalog, "policies" | "functions">,
  facts: readonly FunctionFacts[],
  targets: Targets,
): ReadonlyMap<NameKey, ReadonlySet<NameKey>> {
  const tables = [...targets.values()].map(({ name, relation }) => ({ name, word: wholeName(relation) }));
  const functions = catalog.functions
    .filter(({ result }) => result !== "trigger")
    .map((fn) => ({ name: nameKey(fn), word: wholeName(fn.name), body: fn.body }));
  const found = facts.map((fact) => [nameKey(fact), fact.tables.map(nameKey)] as const);
  const inFunction = new Map(found);

  const named = (text: string, seen: Set<NameKey>): NameKey[] => [
    ...tables.filter(({ word }) => word.test(text)).map(({ name }) => name),
    ...functions.flatMap(({ name, word, body }) => {
      if (seen.has(name) || !word.test(text)) return [];
      seen.add(name);
      return [...(inFunction.get(name) ?? []), ...named(body, seen)];
    }),
  ];
  const direct = new Map<NameKey, Set<NameKey>>();
  for (const policy of catalog.policies) {
    const relation = relationKey(policy);
    const reads = direct.get(relation) ?? new Set();
    direct.set(relation, reads);
    for (const name of named(`${policy.using ?? ""} ${policy.check ?? ""}`, new Set())) reads.add(name);
  }
  const closure = (relation: NameKey): Set<NameKey> => {
    const all = new Set<NameKey>();
    const open = [relation];
    for (let next = open.pop(); next !== undefined; next = open.pop())
      for (const name of direct.get(next) ?? [])
        if (!all.has(name)) {
          all.add(name);
          open.push(name);
        }
    all.delete(relation);
    return all;
  };
  return new Map([...direct.keys()].map((relation) => [relation, closure(relation)]));
}
