import type { PgFunction } from "../../pg/catalog.ts";
import { quoteIdent } from "../../pg/identifier.ts";
import { quoteName, quoteOperator, type QualifiedName } from "../../pg/name.ts";
import { rowsSql } from "../matrix/index.ts";
import { callOf, type Parameter } from "./arguments.ts";
import { outputsOf } from "./signature.ts";

/** How a statement runs a function: it names it, or something that calls it. */
export type Caller =
  | { kind: "call" }
  /** `direct`: its number of direct arguments, before WITHIN GROUP; null: it has no WITHIN GROUP */
  | { kind: "aggregate"; direct: number | null; moving: boolean }
  | { kind: "operator"; name: QualifiedName; prefix: boolean }
  /** to a type, or to a domain with a CHECK; `type` as format_type prints it */
  | { kind: "cast"; type: string };

/** Arguments of a call. */
export type Given = readonly { parameter: Parameter; sql: string }[];

/** The words for an attack, with the object that calls the function. */
export function attackBy(by: Caller, attack: string): string {
  switch (by.kind) {
    case "call":
      return attack;
    case "aggregate":
      return by.moving ? `${attack}, over a moving frame` : attack;
    case "operator":
      return `${attack}, by the operator ${by.name.name}`;
    case "cast":
      return `${attack}, by a cast to ${by.type}`;
  }
}

/** The statement that runs a function with these arguments. Of a cursor that it returns, the rows are the answer. */
export function statementOf({ fn, by }: { fn: PgFunction; by: Caller }, given: Given): string {
  const values = given.map(({ sql }) => sql);
  switch (by.kind) {
    case "call":
      return fn.kind === "procedure"
        ? `call ${quoteName(fn)}(${argumentsOfCall(fn, given)})`
        : rowsSql(called(fn, given));
    case "aggregate":
      return rowsSql(`select ${aggregated(fn, by, given)} as answer from generate_series(1, 2) n`);
    case "operator": {
      const operator = quoteOperator(by.name);
      return rowsSql(`select ${by.prefix ? "" : `(${values[0]}) `}${operator} (${values.at(-1)}) as answer`);
    }
    case "cast":
      return rowsSql(`select cast(${values[0]} as ${by.type}) as answer`);
  }
}

/** True if CALL returns the values of OUT and INOUT arguments. */
export const returnsValues = (fn: PgFunction): boolean => outputsOf(fn).length > 0;

/** PostgreSQL wants a placeholder for an OUT argument of a procedure (manual, "CALL"). */
function argumentsOfCall(fn: PgFunction, given: Given): string {
  const more = outputsOf(fn).filter(({ alsoInput }) => !alsoInput);
  const named = [...given.map(({ parameter }) => parameter), ...more].every(({ name }) => name !== "");
  const placeholders = more.map(({ name, type }) => `${named ? `${quoteIdent(name)} => ` : ""}null::${type}`);
  return [callOf(given), ...placeholders].filter((part) => part !== "").join(", ");
}

/** The rows that it returns; of each cursor among them, the rows of the cursor, as XML. */
function called(fn: PgFunction, given: Given): string {
  const call = `${quoteName(fn)}(${callOf(given)})`;
  if (/^(SETOF )?refcursor$/.test(fn.result)) return `select ${fetched("c")} as answer from ${call} c limit 200`;
  // without a column definition list, FROM takes no function that returns records of any shape
  if (/^(SETOF )?record$/.test(fn.result) && outputsOf(fn).length === 0) return `select ${call} as answer limit 200`;
  const cursors = outputsOf(fn).filter(({ name, type }) => type === "refcursor" && name !== "");
  const more = cursors.map(({ name }) => `, ${fetched(`c.${quoteIdent(name)}`)}`).join("");
  return `select ${more === "" ? "*" : `c.*${more}`} from ${call}${more === "" ? "" : " c"} limit 200`;
}

const fetched = (cursor: string): string => `cursor_to_xml(${cursor}, 200, true, false, '')::text`;

function aggregated(fn: PgFunction, { direct, moving }: Extract<Caller, { kind: "aggregate" }>, given: Given): string {
  const name = quoteName(fn);
  // an aggregate takes its arguments by position
  const values = given.map(({ parameter, sql }) => `${parameter.variadic ? "variadic " : ""}${sql}`);
  if (direct !== null)
    return `${name}(${values.slice(0, direct).join(", ")}) within group (order by ${values.slice(direct).join(", ")})`;
  const over = moving ? " over (order by n rows between current row and 1 following)" : "";
  return `${name}(${values.length === 0 ? "*" : values.join(", ")})${over}`;
}
