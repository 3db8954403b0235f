import { valueSql, type Row } from "../../fixtures/index.ts";
import type { Column } from "../../pg/catalog.ts";
import { quoteIdent, quoteLiteral } from "../../pg/identifier.ts";
import type { Attempt, Form, PlainForm } from "../matrix/index.ts";
import { ATTACKER, VICTIM, type Actor } from "../personas/index.ts";
import type { Target } from "../environment/index.ts";
import { literal, rowCondition } from "../environment/index.ts";

export const plain = (of: PlainForm): { form: Form } => ({ form: { kind: "plain", of } });

/** A plain statement on a row that says `value` in `column`. */
export const withValue = (of: PlainForm, column: string, value: string): { form: Form } => ({
  form: { kind: "with value", of, column, value },
});

/** What attempts on a table have in common. */
export const on = (target: Target, more: Pick<Attempt, "command" | "attack" | "sql"> & Partial<Attempt>): Attempt => ({
  relation: target.name,
  through: { kind: target.kind, name: target.name },
  answer: "changes",
  probe: { kind: "relation", name: target.name },
  judge: { kind: "foreign" },
  form: { kind: "other" },
  // of a role that may not read the key, rows are recognized by other columns
  ...(target.may === null ? {} : { known: { own: target.ownKeys, foreign: target.foreignKeys } }),
  ...more,
});

/**
 * All columns of a row `t` that the role may read; `t.*` where it may read none, so that the statement is refused. Of a
 * table without columns, whose `t.*` is no list for RETURNING, the row itself.
 */
export const readable = ({ may, columns }: Target): string =>
  may === null || may.read.size === 0
    ? columns.length > 0
      ? "t.*"
      : "t"
    : [...may.read]
        .toSorted()
        .map((name) => `t.${quoteIdent(name)}`)
        .join(", ");

/** A RETURNING clause, likewise. */
export const returning = (target: Target): string => ` returning ${readable(target)}`;

/** The probe for a write of an own row: all relations if the table has a trigger. */
export const everywhere = (target: Target): Attempt["probe"] =>
  target.triggers ? { kind: "all" } : { kind: "relation", name: target.name };

/** The actor's own row if the table has one of its user; otherwise any row of its tenant. */
export function ownRow(target: Target, actor: Actor): Row | null {
  const user = actor.member?.user;
  const mine = target.ownRows.find(
    (row) => user !== undefined && target.filled.users.some((name) => row[name] === user),
  );
  return mine ?? target.ownRows[0] ?? null;
}

/** The last one: the first has the same texts as the first own row. */
export const foreignRow = (target: Target): Row | null => target.foreignRows.at(-1) ?? null;

/** A row that does not exist yet and that PostgreSQL would accept; null if none is known. */
export function spareRow(target: Target, tenant: "own" | "foreign"): Row | null {
  return target.filled.spare[tenant === "own" ? ATTACKER : VICTIM] ?? null;
}

/** The same row with the actor as its user, and with the actor's other personal values. */
export function inTheNameOf(actor: Actor, target: Target, row: Row): Row {
  const { member } = actor;
  if (member === null) return row;
  const users = target.filled.users.filter((name) => row[name] !== null).map((name) => [name, member.user] as const);
  const keys = Object.entries(target.filled.context).flatMap(([name, setting]) => {
    const own = member.values[setting];
    const isOwnKey = target.primaryKey.length === 1 && target.primaryKey[0] === name;
    return own === undefined ||
      isOwnKey ||
      row[name] === null ||
      row[name] === undefined ||
      !target.personal.has(setting)
      ? []
      : [[name, own] as const];
  });
  return { ...row, ...Object.fromEntries([...users, ...keys]) };
}

/** The tenant column; null if rows are owned in another way. */
export function tenantColumn(target: Target, tenantSetting: string | null): string | null {
  if (tenantSetting === null) return null;
  const name = Object.entries(target.filled.context).find(([, setting]) => setting === tenantSetting)?.[0];
  return name !== undefined && target.columns.some((column) => column.name === name) ? name : null;
}

/**
 * INSERT of a whole row; columns without a value are left out, so that their defaults apply, except those in `asNull`.
 */
export function insertInto(target: Target, row: Row, tail = "", asNull: readonly string[] = []): string {
  const columns = target.columns.filter(
    ({ name }) =>
      ((row[name] !== null && row[name] !== undefined) || asNull.includes(name)) && isNamed(target, "insert", name),
  );
  // a table may have no column
  if (columns.length === 0) return `insert into ${target.sql} as t default values${tail}`;
  const names = columns.map(({ name }) => quoteIdent(name)).join(", ");
  const overriding = columns.some(({ generated }) => generated === "identity") ? " overriding system value" : "";
  return `insert into ${target.sql} as t (${names})${overriding} ${rowSource(target, columns, row)}${tail}`;
}

/** The row of an INSERT, after its columns: VALUES, or JSON where a value has no literal. */
export function rowSource({ sql }: Target, columns: readonly Column[], row: Row): string {
  const values = columns.map(({ name, type }) => valueSql(row[name], type));
  if (columns.length > 0 && !values.includes(null)) return `values (${values.join(", ")})`;
  const json = JSON.stringify(Object.fromEntries(columns.map(({ name }) => [name, row[name]])));
  const names = columns.map(({ name }) => quoteIdent(name)).join(", ");
  return `select ${names} from jsonb_populate_record(null::${sql}, ${quoteLiteral(json)})`;
}

/** True unless the role may write other columns, and not this one. */
export function isNamed({ may }: Target, command: "insert" | "update", name: string): boolean {
  const columns = may?.[command];
  return columns === undefined || columns.size === 0 || columns.has(name);
}

/** `"column" = 'value'::type`. */
export function setColumn(target: Target, name: string, value: unknown): string {
  const type = target.columns.find((column) => column.name === name)?.type ?? "text";
  return `${quoteIdent(name)} = ${literal(value)}::${type}`;
}

/**
 * An assignment to a column that does not decide the owner of the row, of the value that it already has; a constant,
 * since `SET x = x` would read the column. Preferably to a column that may be equal in all rows: a unique key, or a key
 * that includes the tenant, would stop the statement before its effect shows.
 */
export function touch(target: Target, row: Row | null): string | null {
  const name = touched(target, row);
  return name === null ? null : setColumn(target, name, row?.[name]);
}

/** True if an UPDATE of several rows at once would violate a unique key or a composite foreign key. */
export function clashes(target: Target, row: Row | null): boolean {
  const name = touched(target, row);
  return name !== null && !isFree(target, name);
}

/** The column of `touch`. */
export function touched(target: Target, row: Row | null): string | null {
  const plain = target.columns.filter(
    ({ name, generated }) =>
      generated === "no" &&
      isNamed(target, "update", name) &&
      !target.primaryKey.includes(name) &&
      !(name in target.filled.context) &&
      !target.filled.users.includes(name) &&
      row?.[name] !== null &&
      row?.[name] !== undefined &&
      typeof row[name] !== "object",
  );
  return (plain.find(({ name }) => isFree(target, name)) ?? plain[0])?.name ?? null;
}

const isFree = (target: Target, name: string): boolean =>
  !target.unique.has(name) && !target.references.some(({ columns }) => columns.length > 1 && columns.includes(name));

/** Set-up that deletes all rows that reference rows of a table. */
export const unreferenced = (target: Target): string[] => target.referencedBy.map((sql) => `delete from ${sql}`);

/**
 * Set-up that leaves one row of a table, which no row references, so that no unique or foreign key stops the statement.
 */
export const alone = (target: Target, row: Row): string[] => [
  ...unreferenced(target),
  `delete from ${target.sql} t where not (${rowCondition(target, row)})`,
];

/**
 * Rows of one tenant that differ in which columns are NULL, or in the words that policies compare, one of each kind: a
 * statement over all of them fails if one of them fails.
 */
export function varied(target: Target, rows: readonly Row[]): Row[] {
  const kinds = new Map<string, Row>();
  for (const row of rows) {
    const kind = JSON.stringify(
      target.columns.map(({ name }) => (name in target.filled.words ? row[name] : row[name] === null)),
    );
    if (!kinds.has(kind)) kinds.set(kind, row);
  }
  return [...kinds.values()].slice(0, 4);
}

/** Clearing takes several statements, so it is tried by those whom policies have to hold back by themselves, not by every odd token. */
export const mayClear = (target: Target, { class: cls, token }: Actor): boolean =>
  target.throwaway && (cls === "member" || cls === "anon" || token === "no claims");

/**
 * Constants that policies and CHECK constraints compare a column with, and that the row does not have: a status, a
 * kind.
 */
export function otherWords(target: Target, row: Row): [string, string][] {
  return target.columns.flatMap(({ name, generated }): [string, string][] => {
    if (generated !== "no" || target.primaryKey.includes(name) || name in target.filled.context) return [];
    const words = (target.filled.words[name] ?? []).filter((word) => word !== String(row[name]));
    return words.slice(0, 3).map((word) => [name, word]);
  });
}

/** The statement that gives rows another value before they are attacked. */
export const prepareRows = (target: Target, rows: readonly Row[], name: string, word: string): string =>
  `update ${target.sql} t set ${setColumn(target, name, word)} where ${rows.map((row) => rowCondition(target, row)).join(" or ")}`;
