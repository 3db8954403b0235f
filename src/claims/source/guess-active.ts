import type { Db } from "../../db/port.ts";
import type { Catalog, Column, Relation } from "../../pg/catalog.ts";
import { identForReading, quoteIdent, quoteLiteral } from "../../pg/identifier.ts";
import { namedBy, quoteName } from "../../pg/name.ts";
import { attempt } from "./answer.ts";
import { query } from "./sql.ts";
import type { Active, SyncSource } from "./source.ts";

/**
 * SQL that contains the values of a column named `status` or `state`: the expression of its CHECK or of its domain's,
 * or a stored value.
 */
export interface StatusWord {
  schema: string;
  relation: string;
  column: string;
  text: string;
}

const STATUS = /^(status|state)$/;
const OFF = "inactive|disabled|deactivated|suspended|deleted|archived|banned|blocked|removed|revoked";
const GOOD_FLAG = /^(is_)?(active|enabled)$/;
const BAD_FLAG = new RegExp(`^(is_)?(${OFF})$`);
const BAD_TIME = new RegExp(`^(${OFF})_at$`);
const ALIKE = new RegExp(`^((status|state)|(is_)?(active|enabled|${OFF})|(active|enabled|${OFF})_(at|until|since))$`);

/**
 * The condition for active rows, inferred from names and types of columns, where nothing else gives one. A row has to
 * satisfy all parts of it.
 */
export function guessActive(relation: Relation, catalog: Catalog, words: readonly StatusWord[]): Active | null {
  const said = relation.columns.flatMap((column) => {
    const sql = passes(column, relation, catalog, words);
    return sql === null ? [] : [{ sql, column: column.name }];
  });
  return said.length === 0
    ? null
    : {
        sql: said.map(({ sql }) => sql).join(" and "),
        columns: said.map(({ column }) => column),
        from: "column name",
      };
}

function passes(column: Column, relation: Relation, catalog: Catalog, words: readonly StatusWord[]): string | null {
  const { name, type } = column;
  const shown = identForReading(name);
  if (type === "boolean") return GOOD_FLAG.test(name) ? shown : BAD_FLAG.test(name) ? `not ${shown}` : null;
  if (type.startsWith("timestamp")) return BAD_TIME.test(name) ? `${shown} is null` : null;
  if (!STATUS.test(name)) return null;
  const own = namedBy(type, catalog.types);
  const label = own?.kind === "enum" ? own.labels.find((one) => /^active$/i.test(one)) : undefined;
  if (label !== undefined) return `${shown} = ${quoteLiteral(label)}`;
  if (!isText(type, catalog)) return null;
  const texts = words.filter(
    (word) => word.schema === relation.schema && word.relation === relation.name && word.column === name,
  );
  const word = /'(active)'/i.exec([column.expression ?? "", ...texts.map(({ text }) => text)].join(" "))?.[1];
  return word === undefined ? null : `${shown} = ${quoteLiteral(word)}`;
}

function isText(type: string, catalog: Catalog): boolean {
  const own = namedBy(type, catalog.types);
  if (own?.kind === "domain") return isText(own.base, catalog);
  return /^(text|character varying|character|(.*\.)?citext)(\(.*\))?$/.test(type);
}

/** Columns whose names suggest a status, and that a source which was not declared does not use. */
export function ignoredStatus(source: SyncSource): string[] {
  if (source.unsure !== null || (source.active !== null && source.active.from !== "column name")) return [];
  const used = new Set([...(source.active?.columns ?? []), ...source.claims.flatMap(({ columns }) => columns)]);
  return source.relation.columns.map(({ name }) => name).filter((name) => ALIKE.test(name) && !used.has(name));
}

/** The CHECK constraints on columns that are named as a status. Inside a transaction. */
export const readStatusChecks = async (db: Db): Promise<StatusWord[]> => db.query<StatusWord>(query("status-checks"));

/**
 * The ignored columns in which rows hold `active`. A login that may not read the rows gets no answer. Inside a
 * transaction.
 */
export async function readStoredStatus(db: Db, source: SyncSource): Promise<StatusWord[]> {
  const { schema, name } = source.relation;
  const found: StatusWord[] = [];
  for (const column of ignoredStatus(source).filter((one) => STATUS.test(one))) {
    const text = `${quoteIdent(column)}::text`;
    const answer = await attempt(db, async () =>
      db.query<{ word: string }>(
        `select ${text} as word from ${quoteName(source.relation)} where lower(${text}) = 'active' limit 1`,
      ),
    );
    const word = answer.kind === "known" ? answer.value[0]?.word : undefined;
    if (word !== undefined) found.push({ schema, relation: name, column, text: quoteLiteral(word) });
  }
  return found;
}
