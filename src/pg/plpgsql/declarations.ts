import { exprOf, fieldsOf, listOf, nodeOf, numberOf, stringOf, type Fields } from "./json.ts";
import type { Sql, Variable } from "./node.ts";
import { nameOf, type Position } from "./position.ts";

const notPlaced = (value: unknown): Sql | null => {
  const expr = exprOf(value);
  return expr && { ...expr, copied: [] };
};

/** PL/pgSQL's datums, in the order of their numbers. */
export const readVariables = (fn: Fields): Variable[] => listOf(fn["datums"]).map(readVariable);

function readVariable(value: unknown): Variable {
  const { kind, fields } = nodeOf(value) ?? { kind: "", fields: {} };
  const name = stringOf(fields["refname"]) ?? "";
  if (kind === "PLpgSQL_var")
    return {
      kind: "scalar",
      name,
      type: stringOf(fieldsOf(fields["datatype"], "PLpgSQL_type")?.["typname"]) ?? "",
      declared: false,
      initial: notPlaced(fields["default_val"]),
      query: notPlaced(fields["cursor_explicit_expr"]),
    };
  if (kind === "PLpgSQL_rec") return { kind: "record", name, declared: false, initial: null };
  if (kind === "PLpgSQL_row") return { kind: "row", fields: rowFields(fields) };
  if (kind === "PLpgSQL_recfield")
    return { kind: "field", record: numberOf(fields["recparentno"]), name: stringOf(fields["fieldname"]) ?? "" };
  return { kind: "unknown", node: kind };
}

/** The variables of a row: the list after INTO, or the arguments of a cursor. */
export const rowFields = (row: Fields): { name: string; variable: number }[] =>
  listOf(row["fields"]).flatMap((item) => {
    const field = typeof item === "object" && item !== null ? { ...item } : null;
    const name = field && "name" in field ? stringOf(field.name) : null;
    return name === null ? [] : [{ name, variable: field && "varno" in field ? numberOf(field.varno) : 0 }];
  });

/**
 * Follow a DECLARE section and give the variables that it declares the places of their SQL. The tree lacks the default
 * of a record, which is read from the text. Returns the number after the last variable.
 */
export function placeDeclarations(at: Position, variables: Variable[], from: number): number {
  let next = from;
  while (!at.lost && at.word() !== "begin") {
    if (at.accept("declare")) continue;
    const name = nameOf(at.token);
    at.take();
    if (at.accept("alias")) {
      at.skipTo(";");
    } else {
      const cursor = ["cursor", "scroll"].includes(at.word()) || at.word(1) === "scroll";
      const number = variables.findIndex(
        (variable, index) =>
          index >= next &&
          (variable.kind === "scalar" || (variable.kind === "record" && !cursor)) &&
          variable.name === name &&
          (!cursor || (variable.kind === "scalar" && variable.query !== null)),
      );
      const variable = variables[number];
      if (variable?.kind !== "scalar" && variable?.kind !== "record") {
        at.lost = true;
        break;
      }
      variables[number] = cursor ? placeQuery(at, variable) : placeInitial(at, variable);
      next = number + 1;
    }
    at.expect(";");
  }
  return next;
}

type Declared = Extract<Variable, { kind: "scalar" | "record" }>;

function placeQuery(at: Position, variable: Declared): Declared {
  at.skipTo("for", "is");
  at.take();
  if (variable.kind !== "scalar" || !variable.query) return variable;
  return { ...variable, declared: true, query: at.copy(variable.query) };
}

function placeInitial(at: Position, variable: Declared): Declared {
  at.skipTo(":=", "=", "default", ";");
  if (at.word() === ";") return { ...variable, declared: true };
  at.take();
  if (variable.kind === "scalar" && variable.initial)
    return { ...variable, declared: true, initial: at.copy(variable.initial) };
  const start = at.token;
  at.skipTo(";");
  const place = at.placeFrom(start);
  if (!place) return variable;
  const text = at.body.slice(place.start, place.end);
  const copied = [{ at: 0, from: place.start, length: text.length }];
  return { ...variable, declared: true, initial: { text, parse: "expression", copied } };
}
