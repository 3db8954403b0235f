import type { Catalog, PgFunction } from "../pg/catalog.ts";
import { nameParts } from "../pg/expr/shape.ts";
import { as } from "../pg/expr/node.ts";
import { parseExpr, parseStatements } from "../pg/expr/parse.ts";
import { rangeVar } from "../pg/expr/relations.ts";
import { walk } from "../pg/expr/walk.ts";
import { groupBy } from "../pg/group-by.ts";
import { functionKey, nameKey, relationKey, type NameKey, type QualifiedName } from "../pg/name.ts";
import { expressionReadsAnything, readsAnything } from "./reads-anything.ts";

/** A relation, all overloads of a function, or a user-defined type. */
export interface CatalogObject {
  kind: "relation" | "function" | "type";
  name: NameKey;
}

/** For maps; nothing is read out of it. */
export type ObjectKey = string & { readonly brand: "ObjectKey" };

export const objectKey = ({ kind, name }: CatalogObject): ObjectKey => `${kind} ${name}` as ObjectKey;

const keyOfRelation = (name: NameKey): ObjectKey => objectKey({ kind: "relation", name });
const keyOfFunction = (name: NameKey): ObjectKey => objectKey({ kind: "function", name });
const keyOfType = (name: NameKey): ObjectKey => objectKey({ kind: "type", name });

/** All that a catalog holds: what dynamic SQL, or a function that is in no catalog, may read. */
const ANYTHING = "anything" as ObjectKey;
/** Casts, operators and collations: what any expression may be resolved to without naming it. */
export const RESOLUTION = "resolution" as ObjectKey;

/** What means the same on both sides. */
export interface Unchanged {
  (object: CatalogObject): boolean;
  /** a user-defined type: whatever roles there are */
  type(name: NameKey): boolean;
  /** an expression that names nothing that changed is still resolved as before */
  resolution: boolean;
  anything: boolean;
}

/**
 * Which relations and functions mean the same on both sides: their own definitions are the same, and so is,
 * transitively, every relation and function that their policies or bodies name. Anything that cannot be read counts as
 * changed when its own text does; what may read anything counts as changed when anything did.
 */
export function findUnchanged(before: Catalog, after: Catalog): Unchanged {
  const [one, two] = [describe(before), describe(after)];
  const changed = new Set<ObjectKey>();
  const users = new Map<ObjectKey, ObjectKey[]>();
  for (const name of new Set([...one.keys(), ...two.keys()])) {
    const [a, b] = [one.get(name), two.get(name)];
    if (!a || !b || a.text !== b.text) changed.add(name).add(ANYTHING);
    for (const used of new Set([...(a?.uses ?? []), ...(b?.uses ?? [])])) {
      const list = users.get(used);
      if (list) list.push(name);
      else users.set(used, [name]);
    }
  }
  if (before !== after && !(before.dependencies && after.dependencies))
    for (const name of undefinedIn(before)) changed.add(name).add(ANYTHING);
  for (const name of changed) for (const user of users.get(name) ?? []) changed.add(user);
  // roles decide whom policies bind: a change there touches everything
  const same =
    !changed.has(RESOLUTION) &&
    JSON.stringify(before.roles) === JSON.stringify(after.roles) &&
    JSON.stringify(before.types) === JSON.stringify(after.types);
  return Object.assign(
    (object: CatalogObject): boolean => {
      const key = objectKey(object);
      return same && !changed.has(key) && one.has(key);
    },
    {
      type: (name: NameKey): boolean => one.has(keyOfType(name)) && !changed.has(keyOfType(name)),
      resolution: !changed.has(RESOLUTION),
      anything: same && !changed.has(ANYTHING),
    },
  );
}

/** What has a definition that catalogs of earlier versions do not hold. */
const undefinedIn = ({ relations, functions }: Catalog): ObjectKey[] => [
  ...relations
    .filter(({ kind }) => kind === "view" || kind === "materialized view" || kind === "foreign table")
    .map((relation) => keyOfRelation(nameKey(relation))),
  ...functions.filter(({ kind }) => kind === "aggregate").map((fn) => keyOfFunction(nameKey(fn))),
];

/** A relation or function: all that it is of itself, and the relations and functions that it names. */
export interface Described {
  text: string;
  uses: ReadonlySet<ObjectKey>;
}

// one comparison asks for it several times, and each time every body is parsed
const ofCatalog = new WeakMap<Catalog, ReadonlyMap<ObjectKey, Described>>();

/** Every relation and function of a catalog, by name. */
export function describe(catalog: Catalog): ReadonlyMap<ObjectKey, Described> {
  const described = ofCatalog.get(catalog) ?? describeAll(catalog);
  ofCatalog.set(catalog, described);
  return described;
}

function describeAll(catalog: Catalog): Map<ObjectKey, Described> {
  const described = new Map<ObjectKey, Described>();
  const functionsByShortName = groupBy(catalog.functions, (fn) => fn.name);
  const relationsByShortName = groupBy(catalog.relations, (relation) => relation.name);
  const typesByShortName = groupBy([...catalog.types, ...(catalog.dependencies?.types ?? [])], (type) => type.name);
  const policies = groupBy(catalog.policies, relationKey);
  const details = detailsOf(catalog);
  const cache = new Map<string, ReadonlySet<ObjectKey>>();

  const typesNamedIn = (text: string): ObjectKey[] =>
    wordsOf(text).flatMap((word) => (typesByShortName.get(word) ?? []).map((type) => keyOfType(nameKey(type))));

  const namedIn = (text: string, parse: (text: string) => unknown): ReadonlySet<ObjectKey> => {
    const known = cache.get(text);
    if (known) return known;
    const uses = new Set<ObjectKey>();
    try {
      walk(parse(text), (node) => {
        const range = rangeVar(node);
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
      for (const word of wordsOf(text)) {
        for (const relation of relationsByShortName.get(word) ?? []) uses.add(keyOfRelation(nameKey(relation)));
        for (const fn of functionsByShortName.get(word) ?? []) uses.add(keyOfFunction(nameKey(fn)));
      }
    }
    for (const type of typesNamedIn(text)) uses.add(type);
    cache.set(text, uses);
    return uses;
  };

  for (const relation of catalog.relations) {
    const own = policies.get(nameKey(relation)) ?? [];
    const uses = new Set<ObjectKey>();
    for (const policy of own)
      for (const text of [policy.using, policy.check])
        if (text !== null) {
          for (const used of namedIn(text, parseExpr)) uses.add(used);
          if (expressionReadsAnything(catalog, text)) uses.add(ANYTHING);
        }
    const { definition, ...placed } = details.relation(nameKey(relation));
    if (definition !== null && definition !== undefined) {
      for (const used of namedIn(definition, parseStatements)) uses.add(used);
      if (expressionReadsAnything(catalog, definition)) uses.add(ANYTHING);
    }
    for (const read of relation.reads ?? []) uses.add(keyOfRelation(nameKey(read)));
    for (const parent of placed.parents) uses.add(keyOfRelation(nameKey(parent)));
    for (const { type, expression } of relation.columns) {
      for (const used of typesNamedIn(type)) uses.add(used);
      if (expression !== null) for (const used of namedIn(expression, parseExpr)) uses.add(used);
    }
    const viewOfReader = relation.kind === "view" && relation.securityInvoker !== false;
    described.set(keyOfRelation(nameKey(relation)), {
      text: JSON.stringify([
        { ...relation, comment: null },
        definition,
        placed,
        own.map(({ comment: _, ...policy }) => policy),
        ...(viewOfReader ? [catalog.policies] : []),
      ]),
      uses,
    });
  }
  const schemas = new Map((catalog.schemas ?? []).map((schema) => [schema.name, schema]));
  for (const [name, overloads] of groupBy(catalog.functions, nameKey)) {
    const uses = new Set(
      overloads.flatMap((fn) => [
        ...(fn.kind === "aggregate" ? [] : namedIn(fn.body, parseStatements)),
        // defaults of arguments are expressions, and arguments and results have types
        ...namedIn(`${fn.arguments} ${fn.result}`, notSql),
        ...namedIn(details.aggregate(fn) ?? "", notSql),
        ...(fn.kind !== "aggregate" && readsAnything(catalog, fn) ? [ANYTHING] : []),
      ]),
    );
    described.set(keyOfFunction(name), {
      text: JSON.stringify([
        overloads.map(({ comment: _, ...fn }) => fn),
        overloads.map((fn) => details.aggregate(fn)),
        // names of a body are looked up when it runs, in schemas that its role may use
        overloads.every((fn) => fn.sqlStandardBody) ? null : [...schemas.values()],
      ]),
      uses,
    });
  }
  // catalogs of earlier versions tell of enums and domains alone
  for (const type of catalog.dependencies?.types ?? catalog.types) {
    const definition = "definition" in type ? type.definition : JSON.stringify(type);
    const uses = namedIn(definition, notSql);
    described.set(keyOfType(nameKey(type)), { text: definition, uses: new Set(uses) });
  }
  described.set(ANYTHING, {
    text: JSON.stringify([catalog.schemas, catalog.roles, catalog.dependencies?.textSearch ?? []]),
    uses: new Set(),
  });
  const { operators = [], casts = [], collations = [] } = catalog.dependencies ?? {};
  const supporting = [...operators, ...casts].flatMap(({ function: fn }) => (fn === null ? [] : [fn]));
  described.set(RESOLUTION, {
    text: JSON.stringify([operators, casts, collations]),
    uses: new Set(supporting.flatMap((fn) => [...namedIn(fn, notSql)])),
  });
  return described;
}

/** For text that is no statement: all names in it count. */
const notSql = (): never => {
  throw new SyntaxError("not a statement");
};

/** Every word, as it is written and as PostgreSQL folds it, and every quoted name. */
const wordsOf = (text: string): string[] => [
  ...new Set(
    [...text.matchAll(/"((?:[^"]|"")+)"|[\p{L}_][\p{L}\p{N}_$]*/gu)].flatMap(([word, quoted]) =>
      quoted === undefined
        ? [word, word.toLowerCase()]
        : [quoted.replaceAll('""', '"'), ...(quoted.match(/[\w$]+/g) ?? [])],
    ),
  ),
];

/** The dependencies of a catalog by what they are about. */
function detailsOf({ relations, dependencies }: Catalog): {
  relation(name: NameKey): { definition: string | null | undefined; parents: readonly QualifiedName[]; more: unknown };
  aggregate(fn: PgFunction): string | null;
} {
  const definitions = new Map((dependencies?.relations ?? []).map((one) => [nameKey(one), one]));
  const columns = groupBy(dependencies?.columns ?? [], nameKey);
  const aggregates = new Map((dependencies?.functions ?? []).map((one) => [functionKey(one), one.aggregate]));
  const children = new Map<NameKey, unknown[]>();
  const add = (parent: QualifiedName, child: unknown): void =>
    void children.set(nameKey(parent), [...(children.get(nameKey(parent)) ?? []), child]);
  for (const one of dependencies?.relations ?? []) for (const parent of one.parents) add(parent, one);
  if (!dependencies)
    for (const { partitionOf, schema, name } of relations) if (partitionOf) add(partitionOf, [schema, name]);
  return {
    relation: (name) => ({
      definition: definitions.get(name)?.definition,
      parents: definitions.get(name)?.parents ?? [],
      more: [columns.get(name), children.get(name)],
    }),
    aggregate: (fn) => aggregates.get(functionKey(fn)) ?? null,
  };
}
