import type { Catalog, Column, Relation } from "../pg/catalog.ts";
import { arrayText } from "../pg/array-text.ts";
import { as } from "../pg/expr/node.ts";
import { nameParts } from "../pg/expr/shape.ts";
import { walk } from "../pg/expr/walk.ts";
import { quoteIdent, quoteLiteral } from "../pg/identifier.ts";
import { sameName } from "../pg/name.ts";
import type { CannotTell } from "./result.ts";

const SYSTEM_COLUMNS = new Set(["ctid", "tableoid", "xmin", "xmax", "cmin", "cmax"]);

/** The columns of a relation that the trees of its policies read, or the reason why a record cannot stand for a row. */
export function columnsRead(relation: Relation, trees: readonly unknown[]): Column[] | CannotTell {
  const names = new Set<string>();
  let because: CannotTell | null = null;
  walk(trees, (node) => {
    const found = as("ColumnRef", node);
    if (!found) return;
    const parts = nameParts(found.fields);
    const [first = "", last = ""] = [parts[0], parts.at(-1)];
    const isOwn = (name: string): boolean => relation.columns.some((column) => column.name === name);
    if (parts.length > 1 && first !== relation.name) return;
    if (last === "*") because ??= parts.length > 1 ? { kind: "whole row" } : null;
    else if (isOwn(last)) names.add(last);
    else if (SYSTEM_COLUMNS.has(last)) because ??= { kind: "system column", column: last };
    else if (parts.length === 1 && last === relation.name) because ??= { kind: "whole row" };
  });
  return because ?? relation.columns.filter(({ name }) => names.has(name));
}

/** The columns of a relation in a sub-query whose names the trees hold, under whatever alias; all where one has a `*`. */
export function columnsNamed(relation: Relation, trees: readonly unknown[]): Column[] {
  const names = new Set<string>();
  let all = false;
  walk(trees, (node) => {
    const found = as("ColumnRef", node);
    const last = found ? nameParts(found.fields).at(-1) : undefined;
    if (last === "*") all = true;
    if (last !== undefined) names.add(last);
    for (const used of as("JoinExpr", node)?.usingClause ?? []) names.add(as("String", used)?.sval ?? "");
  });
  return all ? relation.columns : relation.columns.filter(({ name }) => names.has(name));
}

/** Distinct values of some columns of a relation, as text, each with the number of rows that have them. */
export interface Groups {
  columns: readonly Column[];
  counts: readonly string[];
  /** a list for each group, in the order of the columns */
  values: readonly (readonly (string | null)[])[];
}

/** Types whose values are equal exactly where they are the same; a value of any other is compared as text. */
const IDENTITY = /^(uuid|smallint|integer|bigint|boolean|date|oid)$/;

/** The query for groups. `from`: the relation, or a sample of it. */
export function groupQuery(columns: readonly Column[], from: string, most: number): string {
  const texts = columns.map(({ name }) => `${quoteIdent(name)}::text`);
  const keys = columns.map(({ name, type }) => (IDENTITY.test(type) ? quoteIdent(name) : `${quoteIdent(name)}::text`));
  const values = columns.length === 0 ? "'{}'::text[]" : `array[${texts.join(", ")}]`;
  const group = columns.length === 0 ? "" : ` group by ${keys.join(", ")}`;
  return `select count(*)::text as n, ${values} as v from ${from}${group} limit ${most + 1}`;
}

/** A sub-query whose rows are the groups, with the names and types of the relation's columns; `rlsmith_n` is the count. */
export function recordSource(catalog: Catalog, relation: Relation, { columns, counts, values }: Groups): string {
  const lists = [
    `${quoteLiteral(arrayText(counts))}::bigint[]`,
    ...columns.map(
      ({ type }, n) =>
        `${quoteLiteral(arrayText(values.map((row) => row[n] ?? null)))}::${IDENTITY.test(type) ? type : "text"}[]`,
    ),
  ];
  const names = ["rlsmith_n", ...columns.map((_, n) => `c${n}`)];
  const typed = columns.map(
    (column, n) =>
      `${IDENTITY.test(column.type) ? `g.c${n}` : `(g.c${n})::${column.type}${collationOf(catalog, relation, column)}`} as ${quoteIdent(column.name)}`,
  );
  return `select ${["g.rlsmith_n", ...typed].join(", ")} from unnest(${lists.join(", ")}) as g(${names.join(", ")})`;
}

function collationOf({ dependencies }: Catalog, relation: Relation, column: Column): string {
  const own = dependencies?.columns.find((one) => sameName(one, relation) && one.column === column.name)?.collation;
  // regcollation prints a name as SQL
  return typeof own === "string" ? ` collate ${own}` : "";
}
