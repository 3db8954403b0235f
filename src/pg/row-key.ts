import { quoteIdent } from "./identifier.ts";

/**
 * The key of a row: the texts of its key columns, null for NULL, as a JSON array. Unlike joined text, it is the same
 * for two rows only if all of their key columns are equal, whatever characters they contain.
 */
export type RowKey = string & { readonly brand: "RowKey" };

export const rowKey = (values: readonly (string | null)[]): RowKey => JSON.stringify(values) as RowKey;

/** SQL for the key of a row of `alias`, as jsonb. */
export const rowKeySql = (columns: readonly string[], alias: string): string =>
  `jsonb_build_array(${columns.map((column) => `${alias}.${quoteIdent(column)}::text`).join(", ")})`;

/**
 * SQL for the key of a row of `alias` without key columns: a digest of the whole row. It is written `alias.*`, because
 * a column may have the same name as the alias.
 */
export const wholeRowKeySql = (alias: string): string => `jsonb_build_array(md5((${alias}.*)::text))`;

/**
 * A query that returns one text: a JSON array with the keys (SQL, see `rowKeySql`) of all rows of a FROM list, in the
 * same order in every database.
 */
export const rowKeysSql = (key: string, from: string): string =>
  `select coalesce(jsonb_agg(k order by k::text collate "C"), '[]')::text from (select ${key} as k from ${from}) x`;

/** The keys that `rowKeysSql` returned. */
export const readRowKeys = (text: string): RowKey[] => (JSON.parse(text) as (string | null)[][]).map(rowKey);

/** Keys in the text form that `rowKeysSql` returns: PostgreSQL puts a space after a comma. */
export const printRowKeys = (keys: readonly RowKey[]): string => {
  const list = (values: readonly string[]): string => `[${values.join(", ")}]`;
  return list(keys.map((key) => list((JSON.parse(key) as (string | null)[]).map((value) => JSON.stringify(value)))));
};
