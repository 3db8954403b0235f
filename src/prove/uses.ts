import type { Catalog } from "../pg/catalog.ts";
import { nameParts } from "../pg/expr/shape.ts";
import { as } from "../pg/expr/node.ts";
import { parseExpr, parseStatements } from "../pg/expr/parse.ts";
import { walk } from "../pg/expr/walk.ts";
import { groupBy } from "../pg/group-by.ts";
import { nameKey, relationKey, type NameKey } from "../pg/name.ts";

/** A relation, or all overloads of a function. */
export interface CatalogObject {
  kind: "relation" | "function";
  name: NameKey;
}

/** For maps; nothing is read out of it. */
export type ObjectKey = string & { readonly brand: "ObjectKey" };

export const objectKey = ({ kind, name }: CatalogObject): ObjectKey => `${kind} ${name}` as ObjectKey;

const keyOfRelation = (name: NameKey): ObjectKey => objectKey({ kind: "relation", name });
const keyOfFunction = (name: NameKey): ObjectKey => objectKey({ kind: "function", name });

/**
 * Which relations and functions mean the same on both sides: their own definitions are the same, and so is,
 * transitively, every relation and function that their policies or bodies name. Anything that cannot be read counts as
 * changed when its own text does; a view's text is not in the catalog, so one that runs with its reader's rights always
 * counts as changed.
 */
export function findUnchanged(before: Catalog, after: Catalog): (object: CatalogObject) => boolean {
  const [one, two] = [describe(before), describe(after)];
  const changed = new Set<ObjectKey>();
  const users = new Map<ObjectKey, ObjectKey[]>();
  for (const name of new Set([...one.keys(), ...two.keys()])) {
    const [a, b] = [one.get(name), two.get(name)];
    if (!a || !b || a.text !== b.text) changed.add(name);
    for (const used of new Set([...(a?.uses ?? []), ...(b?.uses ?? [])])) {
      const list = users.get(used);
      if (list) list.push(name);
      else users.set(used, [name]);
    }
  }
  for (const name of changed) for (const user of users.get(name) ?? []) changed.add(user);
  // roles decide whom policies bind: a change there touches everything
  const same =
    JSON.stringify(before.roles) === JSON.stringify(after.roles) &&
    JSON.stringify(before.types) === JSON.stringify(after.types);
  return (object) => {
    const key = objectKey(object);
    return same && !changed.has(key) && one.has(key);
  };
}

/** A relation or function: all that it is of itself, and the relations and functions that it names. */
export interface Described {
  text: string;
  uses: ReadonlySet<ObjectKey>;
}

/** Every relation and function of a catalog, by name. */
export function describe(catalog: Catalog): Map<ObjectKey, Described> {
  const described = new Map<ObjectKey, Described>();
  const functionsByShortName = groupBy(catalog.functions, (fn) => fn.name);
  const relationsByShortName = groupBy(catalog.relations, (relation) => relation.name);
  const policies = groupBy(catalog.policies, relationKey);
  const cache = new Map<string, ReadonlySet<ObjectKey>>();

  const namedIn = (text: string, parse: (text: string) => unknown): ReadonlySet<ObjectKey> => {
    const known = cache.get(text);
    if (known) return known;
    const uses = new Set<ObjectKey>();
    try {
      walk(parse(text), (node) => {
        const range = as("RangeVar", node);
        if (range?.relname !== undefined)
          for (const relation of relationsByShortName.get(range.relname) ?? [])
            if (range.schemaname === undefined || range.schemaname === relation.schema)
              uses.add(keyOfRelation(nameKey(relation)));
        const made = as("FuncCall", node);
        const parts = nameParts(made?.funcname);
        for (const fn of functionsByShortName.get(parts.at(-1) ?? "") ?? [])
          if (parts.length < 2 || parts.at(-2) === fn.schema) uses.add(keyOfFunction(nameKey(fn)));
      });
    } catch {
      // not SQL that the grammar reads alone (plpgsql): every name that stands in it counts
      const words = new Set(text.match(/[A-Za-z_][\w$]*/g) ?? []);
      for (const word of words) {
        for (const relation of relationsByShortName.get(word) ?? []) uses.add(keyOfRelation(nameKey(relation)));
        for (const fn of functionsByShortName.get(word) ?? []) uses.add(keyOfFunction(nameKey(fn)));
      }
    }
    cache.set(text, uses);
    return uses;
  };

  for (const relation of catalog.relations) {
    const own = policies.get(nameKey(relation)) ?? [];
    const uses = new Set<ObjectKey>();
    for (const policy of own)
      for (const text of [policy.using, policy.check])
        if (text !== null) for (const used of namedIn(text, parseExpr)) uses.add(used);
    const viewOfReader = relation.kind === "view" && relation.securityInvoker !== false;
    described.set(keyOfRelation(nameKey(relation)), {
      text: JSON.stringify([
        { ...relation, comment: null },
        own.map(({ comment: _, ...policy }) => policy),
        ...(viewOfReader ? [catalog.policies] : []),
      ]),
      uses,
    });
  }
  for (const [name, overloads] of groupBy(catalog.functions, nameKey))
    described.set(keyOfFunction(name), {
      text: JSON.stringify(overloads.map(({ comment: _, ...fn }) => fn)),
      uses: new Set(overloads.flatMap((fn) => [...namedIn(fn.body, parseStatements)])),
    });
  return described;
}
