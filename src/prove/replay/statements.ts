import type { Relation } from "../../pg/catalog.ts";
import type { QualifiedName } from "../../pg/name.ts";
import { quoteIdent, quoteLiteral } from "../../pg/identifier.ts";
import { quoteName } from "../../pg/name.ts";
import type { RowValues, Situation } from "../situation.ts";

export type SituationRelation = QualifiedName;

/** A situation as statements, see `Statement` of a request. */
export interface Prepared {
  role: string;
  settings: Record<string, string>;
  /** run as the login: INSERTs of the rows, and the place of the row in question into `PLACE` */
  rows: string[];
  /** whether the assumptions hold; null: there are none */
  assumption: string | null;
  /** the request of the role; for SELECT it returns whether it found the row */
  statement: string;
  /** the statement returns a text */
  reads: boolean;
  /** whether the row in question is at its place, where it is gone once the statement reached it; null: success tells */
  probe: string | null;
}

/** The setting that holds the place (ctid) of the row in question, for policies and statements. */
const PLACE = "rlsmith_replay.place";
/** The place in SQL; also before it is set: unset in a new session, later empty. */
const AT_PLACE = `ctid = nullif(current_setting('${PLACE}', true), '')::tid`;

/** The statements of one situation. They are blind (no WHERE, no RETURNING), so that no SELECT policy comes in. */
export function prepare(situation: Situation, relation: Relation, conditions: readonly string[]): Prepared {
  const { component, row, oldRow, role, settings } = situation;
  const name = quoteName(relation);
  const before = component === "UPDATE CHECK" ? (oldRow ?? row) : row;
  const common = {
    role,
    settings,
    rows: [
      ...situation.rows.map((other) => insert(other.relation, other.values)),
      component === "INSERT" ? placed("(values ('(0,0)')) made (place)") : insertPlaced(relation, before),
    ],
    assumption: conditions.length === 0 ? null : assumption(relation, row, conditions),
    reads: component === "SELECT",
  };
  const isThere = `select exists (select from ${name} where ${AT_PLACE})::text`;
  switch (component) {
    case "SELECT":
      return { ...common, statement: isThere, probe: null };
    case "DELETE":
      return { ...common, statement: `delete from ${name}`, probe: isThere };
    case "UPDATE USING":
      return {
        ...common,
        statement: `update ${name} set ${assignments(relation, row).slice(0, 1).join()}`,
        probe: isThere,
      };
    case "UPDATE CHECK":
      return { ...common, statement: `update ${name} set ${assignments(relation, row).join(", ")}`, probe: isThere };
    case "INSERT":
      return { ...common, statement: insert(relation, row), probe: null };
  }
}

const placed = (from: string): string => `select set_config('${PLACE}', place, true) from ${from}`;

const insertPlaced = (relation: QualifiedName, values: RowValues): string =>
  `with made as (${insert(relation, values)} returning ctid::text as place) ${placed("made")}`;

function insert(relation: QualifiedName, values: RowValues): string {
  const columns = Object.keys(values);
  const name = quoteName(relation);
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

/** A query of one text: whether every condition is true. The row in question has its relation's name. */
function assumption(relation: Relation, row: RowValues, conditions: readonly string[]): string {
  const columns = relation.columns.map(({ name, type }) => `${literal(row[name])}::${type} as ${quoteIdent(name)}`);
  const all = conditions.map((condition) => `((${condition}) is true)`).join(" and ");
  return columns.length === 0
    ? `select (${all})::text`
    : `select (${all})::text from (select ${columns.join(", ")}) as ${quoteIdent(relation.name)}`;
}
