import type { Relation } from "../../pg/catalog.ts";
import type { QualifiedName } from "../../pg/name.ts";
import { quoteIdent, quoteLiteral, quoteQualified } from "../../pg/identifier.ts";
import type { RowValues, Situation } from "../situation.ts";

export type SituationRelation = QualifiedName;

/** A situation as the driver runs it. */
export interface Prepared {
  role: string;
  settings: Record<string, string>;
  /** INSERTs of the other rows */
  rows: string[];
  /** INSERT of the row in question, which tells its place; null where it is not there before */
  target: string | null;
  /** whether the assumptions hold */
  assumption: string;
  /** what the role does; for SELECT it tells whether it found the row */
  statement: string;
  /** the statement answers with a row */
  reads: boolean;
  /** whether the row in question is gone from its place: the statement reached it */
  gone: string | null;
}

/** The statements of one situation. They are blind (no WHERE, no RETURNING), so that no SELECT policy comes in. */
export function prepare(situation: Situation, relation: Relation, conditions: readonly string[]): Prepared {
  const { component, row, oldRow, role, settings } = situation;
  const name = quoteQualified(relation.schema, relation.name);
  const isThere = component !== "INSERT";
  const before = component === "UPDATE CHECK" ? (oldRow ?? row) : row;
  const common = {
    role,
    settings,
    rows: situation.rows.map((other) => insert(other.relation, other.values)),
    target: isThere ? `${insert(relation, before)} returning ctid::text` : null,
    assumption: assumption(relation, row, conditions),
    reads: component === "SELECT",
  };
  const gone = `select (not exists (select from ${name} where ctid = @place::tid))::text`;
  switch (component) {
    case "SELECT":
      return { ...common, statement: `select exists (select from ${name} where ctid = @place::tid)::text`, gone: null };
    case "DELETE":
      return { ...common, statement: `delete from ${name}`, gone };
    case "UPDATE USING":
      return { ...common, statement: `update ${name} set ${assignments(relation, row).slice(0, 1).join()}`, gone };
    case "UPDATE CHECK":
      return { ...common, statement: `update ${name} set ${assignments(relation, row).join(", ")}`, gone };
    case "INSERT":
      return { ...common, statement: insert(relation, row), gone: null };
  }
}

function insert(relation: QualifiedName, values: RowValues): string {
  const columns = Object.keys(values);
  const name = quoteQualified(relation.schema, relation.name);
  if (columns.length === 0) return `insert into ${name} default values`;
  return `insert into ${name} (${columns.map(quoteIdent).join(", ")}) values (${columns.map((column) => literal(values[column])).join(", ")})`;
}

const literal = (value: string | null | undefined): string =>
  value === null || value === undefined ? "null" : quoteLiteral(value);

/** `column = value`, columns of no unique key first: a blind UPDATE may reach several rows. */
function assignments(relation: Relation, row: RowValues): string[] {
  const keys = new Set(relation.uniqueKeys.flat());
  return relation.columns
    .toSorted((a, b) => Number(keys.has(a.name)) - Number(keys.has(b.name)))
    .map(({ name }) => `${quoteIdent(name)} = ${literal(row[name])}`);
}

/** A query that tells if every condition is true; the row in question has its relation's name. */
function assumption(relation: Relation, row: RowValues, conditions: readonly string[]): string {
  if (conditions.length === 0) return "select true";
  const columns = relation.columns.map(({ name, type }) => `${literal(row[name])}::${type} as ${quoteIdent(name)}`);
  const all = conditions.map((condition) => `((${condition}) is true)`).join(" and ");
  return columns.length === 0
    ? `select ${all}`
    : `select ${all} from (select ${columns.join(", ")}) as ${quoteIdent(relation.name)}`;
}
