import type { Relation } from "../../pg/catalog.ts";
import { wholeName, wordsOf } from "../../pg/name-in-text.ts";
import { nameKey, type NameKey, type QualifiedName } from "../../pg/name.ts";
import { isPlatformSchema } from "../../pg/platform-schemas.ts";
import { ruleWrites, treesOf, type StatementWrites, type WrittenRows } from "../../pg/statement-writes.ts";
import { askedColumns, isAskedElsewhere } from "./asked.ts";
import type { OutsideCatalog } from "./change.ts";
import { comersTo, READS_AND_WRITES } from "./comers.ts";
import { namesOf, type History } from "./history.ts";
import { walk } from "./paths.ts";
import type { World } from "./world.ts";

/** What a statement does to rows on which access depends. */
export interface Effects {
  relations: Set<NameKey>;
  /** it only brings rows of guarded relations to others */
  copies: boolean;
  outside: OutsideCatalog | null;
}

interface Place {
  world: World;
  other: World;
  history: History;
}

/** The effects of a statement, through triggers, rules, views, functions, partitions and foreign keys. */
export function effectOf(place: Place, writes: StatementWrites): Effects {
  const found: Effects = { relations: new Set(), copies: true, outside: null };
  follow(place, writes, found, new Set());
  return found;
}

/** `seen`: what was followed already. */
function follow(place: Place, writes: StatementWrites, found: Effects, seen: Set<string>): void {
  if (writes.password) found.outside ??= "password";
  if (writes.program) found.outside ??= "program";
  if (writes.dynamic) found.outside ??= "dynamic SQL";
  for (const name of writes.calls) followCall(place, name, found, seen);
  for (const sequence of writes.sequences) followSequence(place, sequence, found);
  for (const row of writes.rows) {
    followRow(place, row, found, seen);
    copyByCalls(place, row, writes.calls, found);
  }
}

/** Functions in a statement that writes may read guarded relations: their rows go to where it writes. */
function copyByCalls(
  place: Place,
  { schema, name, command }: WrittenRows,
  calls: readonly string[][],
  found: Effects,
): void {
  if (command === "DELETE" || command === "TRUNCATE") return;
  const target = nameKey({ schema: schema ?? "public", name });
  for (const call of calls)
    for (const fn of place.world.side.functionsNamed(call.at(-1) ?? ""))
      for (const leaf of walk(place.world, { kind: "function", fn }).reached.leaves.keys())
        if (leaf !== target && place.world.side.relationByKey(leaf)?.rowSecurity === true) {
          decides(found, leaf, true);
          decides(found, target, true);
        }
}

const once = (seen: Set<string>, key: string): boolean => {
  if (seen.has(key)) return false;
  seen.add(key);
  return true;
};

function decides(found: Effects, relation: NameKey, copies = false): void {
  found.relations.add(relation);
  if (!copies) found.copies = false;
}

function followRow(place: Place, row: WrittenRows, found: Effects, seen: Set<string>): void {
  const { world, history } = place;
  if (!once(seen, JSON.stringify(["row", row.name, row.command, row.columns]))) return;
  const relations = targetsOf(place, row, new Set());
  if (relations === null) return decides(found, nameKey({ schema: row.schema ?? "public", name: row.name }));
  for (const name of namesOf(history, row.name)) {
    for (const fn of history.triggers.get(name) ?? []) followCall(place, [fn], found, seen);
    for (const rule of history.rules.get(name) ?? []) follow(place, rule, found, seen);
  }
  const columns = history.otherColumns.has(row.name) ? null : row.columns;
  for (const relation of relations) {
    decideRow(place, relation, { ...row, columns }, found);
    for (const trigger of world.catalog.triggers)
      if (trigger.schema === relation.schema && trigger.relation === relation.name)
        followCall(place, [trigger.function.schema, trigger.function.name], found, seen);
    for (const rule of world.catalog.rules ?? [])
      if (rule.schema === relation.schema && rule.relation === relation.name)
        for (const tree of treesOf(rule.definition)) follow(place, ruleWrites(tree), found, seen);
    if (!["DELETE", "UPDATE", "MERGE", "TRUNCATE"].includes(row.command)) continue;
    for (const key of world.facts.constraints)
      if (key.references && nameKey(key.references) === nameKey(relation) && isFollowed(row, key))
        followRow(
          place,
          { ...row, schema: key.schema, name: key.relation, columns: null, command: "DELETE", reads: [] },
          found,
          seen,
        );
  }
}

/** The action of a foreign key runs; TRUNCATE … CASCADE empties whatever refers to it. */
const isFollowed = (
  { command }: WrittenRows,
  { onDelete, onUpdate }: { onDelete: string | null; onUpdate: string | null },
): boolean =>
  command === "TRUNCATE" || (command === "DELETE" ? onDelete !== null : onUpdate !== null || onDelete !== null);

/** The relations that a name stood for when a statement ran, with those above and below them; null: nobody knows it. */
function targetsOf(place: Place, named: { schema: string | null; name: string }, seen: Set<string>): Relation[] | null {
  const { world, history } = place;
  const relations = new Map<NameKey, Relation>();
  const add = (relation: Relation): void => {
    if (relations.has(nameKey(relation))) return;
    relations.set(nameKey(relation), relation);
    if (relation.kind === "view")
      for (const key of walk(world, { kind: "view", relation }).reached.leaves.keys()) {
        const leaf = world.side.relationByKey(key);
        if (leaf) add(leaf);
      }
    for (const parent of world.parents(nameKey(relation))) {
      const above = world.side.relationByKey(parent);
      if (above) add(above);
    }
    for (const child of world.catalog.relations)
      if (world.parents(nameKey(child)).includes(nameKey(relation))) add(child);
  };
  let isKnown = false;
  for (const name of namesOf(history, named.name)) {
    if (!seen.has(name)) {
      seen.add(name);
      for (const base of history.views.get(name) ?? []) {
        for (const relation of targetsOf(place, base, seen) ?? []) add(relation);
        isKnown = true;
      }
    }
    isKnown ||= history.tables.has(name);
    const found = world.side.relationsNamed(name);
    const exact = found.filter(({ schema }) => named.schema === null || schema === named.schema);
    // a table may have moved to another schema
    for (const relation of exact.length > 0 ? exact : found) add(relation);
  }
  return relations.size > 0 || isKnown ? [...relations.values()] : null;
}

/** Rows of the relation decide who reaches what, or come from where others do not read them. */
function decideRow(place: Place, relation: Relation, row: WrittenRows, found: Effects): void {
  const { world } = place;
  const key = nameKey(relation);
  if (isPlatformSchema(world.catalog, relation.schema)) {
    if (!isPrivateBucket(relation, row)) decides(found, key);
    return;
  }
  if (row.command === "REFRESH") {
    const readers = comersTo(world, relation, READS_AND_WRITES, [
      "public",
      ...world.catalog.roles.map(({ name }) => name),
    ]);
    const isOld = place.other.side.relationByKey(key) !== undefined;
    if (isOld && (readers.length > 0 || isAskedElsewhere(world, key))) decides(found, key);
    return;
  }
  const asked = askedColumns(world, key);
  const isAsked = row.columns === null || row.command === "INSERT" || row.columns.some((column) => asked.has(column));
  const addsOrRemoves = ["INSERT", "COPY", "DELETE", "TRUNCATE"].includes(row.command);
  if (isAsked && (isAskedElsewhere(world, key) || (asked.size > 0 && !addsOrRemoves))) return decides(found, key);
  // by what rows are chosen that are removed shows nothing
  if (row.command === "DELETE") return;
  for (const source of guardedAmong(place, row.reads, key)) {
    decides(found, source, true);
    decides(found, key, true);
  }
}

const guardedAmong = ({ world, other }: Place, names: readonly QualifiedName[], target: NameKey): NameKey[] =>
  names
    .flatMap((name) => world.side.relation(name) ?? other.side.relation(name) ?? [])
    .filter((source) => source.rowSecurity && nameKey(source) !== target)
    .map(nameKey);

/** A bucket that is public is read without policies. */
const isPrivateBucket = (relation: Relation, { command, columns, constants }: WrittenRows): boolean =>
  relation.schema === "storage" &&
  command === "INSERT" &&
  columns !== null &&
  (!columns.includes("public") || constants.get("public") === false);

/** A sequence is a row, which policies, views and functions may read; one that is not named by a constant may be any. */
function followSequence({ world }: Place, written: string, found: Effects): void {
  const bare = (written.split(".").at(-1) ?? written).replaceAll('"', "");
  const texts = [
    ...world.catalog.policies.flatMap(({ using, check }) => [using ?? "", check ?? ""]),
    ...world.catalog.relations.map((relation) => world.definition(nameKey(relation)) ?? ""),
    ...world.catalog.functions.map(({ body }) => body).filter((body) => READS_SEQUENCE.test(body)),
  ];
  for (const sequence of world.facts.sequences)
    if ((written === "*" || sequence.name === bare) && texts.some((text) => wholeName(sequence.name).test(text)))
      decides(found, nameKey(sequence));
}

const READS_SEQUENCE = /\b(?:last_value|is_called|log_cnt)\b/i;

const WRITES = /\b(?:insert|update|delete|merge|truncate|copy|refresh)\b/i;
const DYNAMIC = /\bexecute\b/i;

/** What a function writes, as it was defined at any time: all relations that its text names. */
function followCall(place: Place, name: readonly string[], found: Effects, seen: Set<string>): void {
  const { world, history } = place;
  const [last = "", schema = null] = name.toReversed();
  if (schema !== null && DOES_SOMETHING.has(schema)) {
    found.outside ??= "function of the platform";
    return;
  }
  if (schema === "pg_catalog" || !once(seen, `call ${last}`)) return;
  const texts = [...(history.functions.get(last) ?? []), ...world.side.functionsNamed(last).map(({ body }) => body)];
  for (const text of texts) {
    const words = new Set(wordsOf(text));
    if (WRITES.test(text) && DYNAMIC.test(text)) found.outside ??= "dynamic SQL";
    if (WRITES.test(text))
      for (const relation of world.catalog.relations) {
        const key = nameKey(relation);
        if (![...namesOf(history, relation.name)].some((one) => words.has(one))) continue;
        if (isAskedElsewhere(world, key) || askedColumns(world, key).size > 0) decides(found, key);
      }
    for (const word of words)
      if (word !== last && (history.functions.has(word) || world.side.functionsNamed(word).length > 0))
        followCall(place, [word], found, seen);
  }
}

/** Schemas whose functions schedule statements, send requests or messages, or keep secrets. */
const DOES_SOMETHING: ReadonlySet<string> = new Set(["cron", "net", "vault", "pgmq", "realtime", "supabase_functions"]);
