import type { Catalog, Relation } from "../../pg/catalog.ts";
import { functionKey, nameKey, type NameKey, type QualifiedName } from "../../pg/name.ts";
import { isTokenFunction, SUPABASE } from "../encode/platform.ts";
import { expressionReadsAnything, readsAnything } from "../reads-anything.ts";
import { involved } from "../replay/build.ts";

/** What the answer to a request on a relation may hang on, as one side has it. */
export interface Reads {
  /** the relation itself and every table that its policies and their functions reach, with partitions and children */
  tables: Relation[];
  /** materialized views among what they reach */
  snapshots: Relation[];
  /** SQL of policies of the relation, then of the functions, views and policies that they reach */
  texts: string[];
  /** one of the functions of the token is called */
  claims: boolean;
}

/** Tables that are given rows where a function may read any of them. */
const MOST_TABLES = 24;

export function readsOf(catalog: Catalog, relation: QualifiedName): Reads {
  const own = nameKey(relation);
  const names = new Set<NameKey>([own]);
  let parts = involved(catalog, names);
  const texts = parts.policies.flatMap(({ using, check }) => [using, check]).filter((text) => text !== null);
  const anything =
    texts.some((text) => expressionReadsAnything(catalog, text)) ||
    parts.functions.some((fn) => fn.kind === "function" && readsAnything(catalog, fn));
  if (anything) {
    for (const other of catalog.relations.filter(isOfProject).slice(0, MOST_TABLES)) names.add(nameKey(other));
    parts = involved(catalog, names);
  }
  const reached = new Set(parts.relations.map(nameKey));
  const details = catalog.dependencies?.relations ?? [];
  // rows of a child are rows of its parent
  for (const one of details) if (one.parents.some((parent) => reached.has(nameKey(parent)))) reached.add(nameKey(one));
  const relations = catalog.relations.filter((one) => reached.has(nameKey(one)));
  const isOwn = (policy: { schema: string; relation: string }): boolean =>
    nameKey({ schema: policy.schema, name: policy.relation }) === own;
  const functions = parts.functions.filter((fn) => !isTokenFunction(fn));
  const ofOperators = new Set((catalog.dependencies?.operators ?? []).map((operator) => operator.function));
  const all = [
    ...[...parts.policies.filter(isOwn), ...parts.policies.filter((policy) => !isOwn(policy))].flatMap(
      ({ using, check }) => [using, check].filter((text) => text !== null),
    ),
    ...functions.flatMap((fn) => [fn.body, fn.arguments]),
    ...catalog.functions.filter((fn) => ofOperators.has(functionKey(fn))).map((fn) => fn.body),
    ...details.flatMap((one) => (one.definition !== null && reached.has(nameKey(one)) ? [one.definition] : [])),
    ...relations.flatMap(({ columns }) => columns.flatMap(({ expression }) => expression ?? [])),
  ];
  return {
    tables: relations.filter(isTable),
    snapshots: relations.filter(({ kind }) => kind === "materialized view"),
    texts: all,
    claims: all.some((text) => TOKEN.some((name) => text.includes(name))),
  };
}

/** Calls of the functions of the token. */
const TOKEN = SUPABASE.map(({ name }) => `${nameKey(name)}(`);

const isTable = ({ kind }: Relation): boolean => kind === "table" || kind === "partitioned table";

const isOfProject = (relation: Relation): boolean => isTable(relation) && relation.schema === "public";
