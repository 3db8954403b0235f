/**
 * A node of libpg-query's JSON form of PL/pgSQL, without its kind. Numbers that are 0 and flags that are false are
 * omitted.
 */
export type Fields = Readonly<Record<string, unknown>>;

const isFields = (value: unknown): value is Fields =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** The kind and the fields of `{ PLpgSQL_stmt_if: {…} }`. */
export function nodeOf(value: unknown): { kind: string; fields: Fields } | null {
  const [entry, ...more] = isFields(value) ? Object.entries(value) : [];
  return entry && more.length === 0 && isFields(entry[1]) ? { kind: entry[0], fields: entry[1] } : null;
}

/** The fields of a node inside a field, if it is of the expected kind. */
export function fieldsOf(value: unknown, kind: string): Fields | null {
  const node = nodeOf(value);
  return node?.kind === kind ? node.fields : null;
}

export const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

/** The fields of every item of a list whose items all have this kind. */
export const listOfFields = (value: unknown, kind: string): Fields[] =>
  listOf(value)
    .map((item) => fieldsOf(item, kind))
    .filter((fields) => fields !== null);

export const numberOf = (value: unknown): number => (typeof value === "number" ? value : 0);

export const stringOf = (value: unknown): string | null => (typeof value === "string" ? value : null);

/**
 * The text of a PLpgSQL_expr and the way it is parsed: RawParseMode (parser.h) 0 is a statement, every other mode an
 * expression.
 */
export function exprOf(value: unknown): { text: string; parse: "statement" | "expression" } | null {
  const fields = fieldsOf(value, "PLpgSQL_expr");
  const text = stringOf(fields?.["query"]);
  return text === null ? null : { text, parse: numberOf(fields?.["parseMode"]) === 0 ? "statement" : "expression" };
}

/** Every PLpgSQL_expr anywhere inside a value. */
export function exprsIn(value: unknown): { text: string; parse: "statement" | "expression" }[] {
  const own = exprOf(value);
  if (own) return [own];
  if (Array.isArray(value)) return value.flatMap(exprsIn);
  return isFields(value) ? Object.values(value).flatMap(exprsIn) : [];
}
