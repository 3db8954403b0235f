import type { Relation } from "../../pg/catalog.ts";
import type { Component } from "../component.ts";
import { CLAIMS_SETTING } from "../encode/cast.ts";
import type { Row, Term } from "../logic/formula.ts";
import { SORT } from "../logic/sort.ts";
import {
  JSON_READABLE,
  columnIsNull,
  columnIsTrue,
  jsonItems,
  jsonText,
  type JsonFact,
  type JsonPath,
} from "../logic/symbol.ts";
import type { Side } from "../side.ts";
import type { RowValues, Situation, SituationRow } from "../situation.ts";
import type { Model } from "../solve/model.ts";
import type { Witness } from "../verdict.ts";
import { filler } from "./filler.ts";
import { repaired } from "./repair/repair.ts";
import { newValuation, type Valuation } from "./valuation.ts";
import type { ValuationInput } from "./assignment.ts";

export interface DecodeInput extends ValuationInput {
  side: Side;
  role: string;
  relation: Relation;
  component: Component;
  /** the row in question, and for UPDATE CHECK the row as it was */
  row: Row;
  oldRow: Row | null;
}

/**
 * A model as a state that a Postgres can be put in: settings, claims and rows, with the simplest values that make the
 * model's facts true. A column that the model leaves open becomes NULL, or where that is not allowed a plain value.
 */
export function decode(input: DecodeInput): Pick<Witness, "situation" | "columns"> {
  const base = newValuation(input);
  const first = decodeWith(input, base);
  const values = repaired(input, base);
  return values === base ? first : decodeWith(input, values);
}

function decodeWith(input: DecodeInput, values: Valuation): Pick<Witness, "situation" | "columns"> {
  const { model, relation, component, row, oldRow } = input;
  const settings: Record<string, string> = {};
  for (const predicate of model.predicates)
    if (predicate.symbol.kind === "set" && model.holds(predicate) === true) {
      const name = predicate.symbol.setting;
      const term = input.logic.setting(name);
      settings[name] = name === CLAIMS_SETTING ? claimsText(input, term, values) : values.print(term);
    }
  const counter = { next: 1 };
  const target = rowValues(input, relation, row, values, counter);
  const rows: SituationRow[] = [];
  const columns: Witness["columns"] = {
    row: Object.keys(mentioned(input, relation, row, values, { next: 1 })),
    rows: [],
  };
  const isThere = component !== "INSERT" && component !== "UPDATE CHECK";
  const same = (found: Relation, values: RowValues): RowValues | undefined =>
    [
      ...(isThere && found === relation ? [target] : []),
      ...rows
        .filter((one) => one.relation.schema === found.schema && one.relation.name === found.name)
        .map((one) => one.values),
    ].find((one) =>
      found.uniqueKeys.some((key) => key.every((name) => values[name] !== null && values[name] === one[name])),
    );
  for (const other of model.rows) {
    if (other === row || other === oldRow) continue;
    const found = other.table === null ? undefined : input.side.relationByKey(other.table);
    if (!found) continue;
    const about = mentioned(input, found, other, values, counter);
    const made = rowValues(input, found, other, values, counter);
    // two witnesses with one key are one row; a NULL that only one of them has is less likely to matter
    const one = same(found, made);
    if (one) {
      for (const [name, value] of Object.entries(about)) one[name] = value ?? one[name] ?? null;
      continue;
    }
    rows.push({ relation: { schema: found.schema, name: found.name }, values: made });
    columns.rows.push(Object.keys(about));
  }
  const situation: Situation = {
    role: input.role,
    relation: { schema: relation.schema, name: relation.name },
    component,
    settings,
    row: target,
    oldRow: oldRow ? { ...target, ...mentioned(input, relation, oldRow, values, counter) } : null,
    rows,
  };
  return { situation, columns };
}

/** The token as JSON text: members that the model has, with JSON null where one is there but gives no text. */
function claimsText(input: DecodeInput, document: Term, values: Valuation): string {
  const { logic, model } = input;
  if (model.holds(logic.equal(document, logic.constant(SORT.text, ""))) === true) return "";
  return JSON.stringify(jsonOf(input, document, values));
}

/** The term that ->> gives: of jsonb, or where only json is read, of that. */
function textOfMember({ logic, model }: DecodeInput, path: JsonPath, document: Term): Term {
  const binary = logic.apply(jsonText(path), [document]);
  const plain = logic.apply(jsonText(path, { plain: true }), [document]);
  return model.terms.has(plain) && !model.terms.has(binary) ? plain : binary;
}

/** The value of a text; one that is read as a document has the members that the model gives it. */
function textValue(input: DecodeInput, text: Term, values: Valuation): string {
  const { logic, model } = input;
  const isDocument =
    model.holds(logic.predicate(JSON_READABLE, null, [text])) === true &&
    [...model.predicates].some(({ symbol, args }) => symbol.kind === "json" && sameDocument(model, args[0], text));
  return isDocument ? JSON.stringify(jsonOf(input, text, values)) : values.print(text);
}

function jsonOf(input: DecodeInput, document: Term, values: Valuation): Record<string, unknown> {
  const { logic, model } = input;
  const root: Record<string, unknown> = {};
  const facts: { fact: JsonFact; path: JsonPath }[] = [];
  for (const predicate of model.predicates) {
    const { symbol } = predicate;
    if (symbol.kind === "json" && model.holds(predicate) === true && sameDocument(model, predicate.args[0], document))
      facts.push(symbol);
  }
  facts.sort((a, b) => a.path.length - b.path.length);
  for (const { fact, path } of facts) {
    if (path.length === 0) continue;
    let at = root;
    for (const key of path.slice(0, -1)) {
      const next = at[key];
      at = (at[key] = typeof next === "object" && next !== null ? next : {}) as Record<string, unknown>;
    }
    const key = path.at(-1) ?? "";
    if (fact === "object") at[key] = typeof at[key] === "object" && at[key] !== null ? at[key] : {};
    else if (fact === "has") at[key] ??= null;
    else if (fact === "some" && (typeof at[key] !== "object" || at[key] === null))
      at[key] = textValue(input, textOfMember(input, path, document), values);
    else if (fact === "array") at[key] = values.members(logic.apply(jsonItems(path), [document]));
  }
  return root;
}

const sameDocument = (model: Model, one: Term | undefined, other: Term): boolean =>
  one === other ||
  (one !== undefined && model.classOf.get(one) !== undefined && model.classOf.get(one) === model.classOf.get(other));

/** Every column of a row. */
function rowValues(
  input: DecodeInput,
  relation: Relation,
  row: Row,
  values: Valuation,
  counter: { next: number },
): RowValues {
  const given = mentioned(input, relation, row, values, counter);
  const keys = new Set(relation.uniqueKeys.flat());
  const result: RowValues = {};
  for (const column of relation.columns)
    result[column.name] =
      column.name in given
        ? (given[column.name] ?? null)
        : column.notNull || (keys.has(column.name) && relation.uniqueKeys[0]?.includes(column.name))
          ? filler(input, column, counter.next++)
          : null;
  return result;
}

/** Columns that the model says something of. */
function mentioned(
  input: DecodeInput,
  relation: Relation,
  row: Row,
  values: Valuation,
  counter: { next: number },
): RowValues {
  const { logic, model, side } = input;
  const result: RowValues = {};
  const terms = new Map<string, Term>();
  for (const term of model.terms) if (term.kind === "column" && term.row === row) terms.set(term.column, term);
  for (const column of relation.columns) {
    const isNull = model.holds(logic.predicate(columnIsNull(column.name), row, []));
    const truth = model.holds(logic.predicate(columnIsTrue(column.name), row, []));
    const type = side.types(column.type);
    const term = terms.get(column.name);
    if (isNull === true && !column.notNull) result[column.name] = null;
    else if (type.kind === "boolean" && (truth !== undefined || isNull === false))
      result[column.name] = truth ? "t" : "f";
    else if (term && type.kind === "json") result[column.name] = JSON.stringify(jsonOf(input, term, values));
    else if (term) result[column.name] = values.print(term);
    else if (isNull === false) result[column.name] = filler(input, column, counter.next++);
  }
  return result;
}
