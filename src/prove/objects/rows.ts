import type { Catalog, Relation } from "../../pg/catalog.ts";
import { nameKey, type NameKey } from "../../pg/name.ts";
import { isPlatformSchema } from "../../pg/platform-schemas.ts";
import { statementWrites, type WrittenRows } from "../../pg/statement-writes.ts";
import { askedColumns, isAskedElsewhere } from "./asked.ts";
import type { ObjectChange, OutsideCatalog } from "./change.ts";
import { walk } from "./paths.ts";
import { worldsOf, type World } from "./world.ts";

/** A statement of a project's files. */
export interface FileStatement {
  text: string;
  file: string;
  line: number;
}

/**
 * Statements of one side alone that write rows on which access depends, or that do what no catalog shows: a row in a
 * table of members opens as much as a policy. The catalogs are those of the two sides, and rows are in none of them.
 */
export function compareRows(
  catalogs: { before: Catalog; after: Catalog },
  before: readonly FileStatement[],
  after: readonly FileStatement[],
): ObjectChange[] {
  const worlds = worldsOf(catalogs.before, catalogs.after);
  return [
    ...without(before, after).flatMap((one) => told(worlds.before, worlds.after, "before", one)),
    ...without(after, before).flatMap((one) => told(worlds.after, worlds.before, "after", one)),
  ];
}

/** Those that the others lack, as often as they lack them; spaces and letter case decide nothing here. */
function without(all: readonly FileStatement[], others: readonly FileStatement[]): FileStatement[] {
  const counts = new Map<string, number>();
  for (const { text } of others) counts.set(plain(text), (counts.get(plain(text)) ?? 0) + 1);
  return all.filter(({ text }) => {
    const left = counts.get(plain(text)) ?? 0;
    counts.set(plain(text), left - 1);
    return left <= 0;
  });
}

const plain = (text: string): string => text.replaceAll(/\s+/g, " ").trim();

/** `world`: of the side that has the statement. */
function told(world: World, other: World, side: "before" | "after", statement: FileStatement): ObjectChange[] {
  const writes = statementWrites(statement.text);
  const shown = { side, statement: firstLine(statement.text) };
  const outside = (what: OutsideCatalog): ObjectChange[] => [
    change(statement, { kind: "does something else", ...shown, what }),
  ];
  if (writes.password) return outside("password");
  if (writes.program) return outside("program");
  if (writes.dynamic) return outside("dynamic SQL");
  const calls = writes.calls.map((name) => effectOfCall(world, name));
  if (calls.includes("unknown")) return outside("function of the platform");
  const called = calls.flatMap((one) => (typeof one === "string" ? [] : one));
  const rows = writes.rows.flatMap((row) => decidingRows(world, other, row));
  const relations = [...new Set([...called, ...rows.flatMap((one) => one.relations)])];
  if (relations.length === 0) return [];
  const copies = rows.length > 0 && called.length === 0 && rows.every((one) => one.copies);
  return [change(statement, { kind: "writes rows", ...shown, relations, copies })];
}

const change = ({ file, line }: FileStatement, why: ObjectChange["why"]): ObjectChange => ({
  effect: "cannot be told",
  kind: "statement",
  name: `${file}:${line}`,
  roles: [],
  why,
});

const firstLine = (text: string): string =>
  (text.split("\n").find((line) => line.trim() !== "" && !line.trim().startsWith("--")) ?? "").trim().slice(0, 120);

/** Relations of rows on which access depends, where the statement writes some of them. */
function decidingRows(world: World, other: World, row: WrittenRows): { relations: NameKey[]; copies: boolean }[] {
  const relations = relationsOf(world, row);
  return relations.flatMap((relation) => {
    const key = nameKey(relation);
    if (isPlatformSchema(world.catalog, relation.schema)) {
      const isPrivateBucket =
        relation.schema === "storage" &&
        row.command === "INSERT" &&
        row.columns !== null &&
        (!row.columns.includes("public") || row.constants.get("public") === false);
      return isPrivateBucket ? [] : [{ relations: [key], copies: false }];
    }
    const asked = askedColumns(world, key);
    const isAsked = row.columns === null || row.command === "INSERT" || row.columns.some((column) => asked.has(column));
    if (isAsked && isAskedElsewhere(world, key)) return [{ relations: [key], copies: false }];
    if (isAsked && asked.size > 0 && row.command !== "INSERT" && row.command !== "DELETE" && row.command !== "TRUNCATE")
      return [{ relations: [key], copies: false }];
    return copiesGuarded(world, other, relation, row);
  });
}

/** Rows of a relation with row security come to where others may reach them. */
function copiesGuarded(
  world: World,
  other: World,
  relation: Relation,
  row: WrittenRows,
): { relations: NameKey[]; copies: boolean }[] {
  // by what rows are chosen that are removed shows nothing
  if (row.command === "DELETE") return [];
  const sources = row.reads
    .flatMap((name) => world.side.relation(name) ?? other.side.relation(name) ?? [])
    .filter((source) => source.rowSecurity && nameKey(source) !== nameKey(relation));
  return sources.length === 0 ? [] : [{ relations: [...sources.map(nameKey), nameKey(relation)], copies: true }];
}

const relationsOf = ({ side }: World, { schema, name }: WrittenRows): readonly Relation[] => {
  if (schema === null) return side.relationsNamed(name);
  const found = side.relation({ schema, name });
  return found ? [found] : [];
};

/** The relations that a function writes; `nothing` for one that only reads; `unknown` for one that no catalog shows. */
function effectOfCall(world: World, name: readonly string[]): NameKey[] | "nothing" | "unknown" {
  const [last = "", schema = null] = name.toReversed();
  if (schema !== null && DOES_SOMETHING.has(schema)) return "unknown";
  const found = schema === null ? world.side.functionsNamed(last) : world.side.functions({ schema, name: last });
  const paths = found.map((fn) => walk(world, { kind: "function", fn }));
  if (paths.some(({ reached }) => reached.unfollowed && WRITES.test(reached.texts.join("\n")))) return "unknown";
  const writing = paths.filter(({ reached }) => WRITES.test(reached.texts.join("\n")));
  if (writing.length > 0)
    return writing.flatMap(({ reached }) =>
      [...reached.leaves.keys()].filter((key) => isAskedElsewhere(world, key) || askedColumns(world, key).size > 0),
    );
  return "nothing";
}

const WRITES = /\b(?:insert|update|delete|merge|truncate|copy)\b/i;

/** Schemas whose functions schedule statements, send requests or messages, or keep secrets. */
const DOES_SOMETHING: ReadonlySet<string> = new Set(["cron", "net", "vault", "pgmq", "realtime", "supabase_functions"]);
