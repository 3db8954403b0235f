import type { NameKey } from "../pg/name.ts";
import type { UnknownReason } from "./verdict.ts";

/** Constructs of SQL that are not modelled, with the words for each. */
const CONSTRUCTS = {
  call: "this call is not modelled",
  overload: "which overload is called is not settled",
  "case type": "CASE over this type is not modelled",
  "nullif type": "NULLIF of this type is not modelled",
  choice: "this choice between values is not modelled",
  name: "a name that is not a column of the relations here",
  parameter: "a parameter without a value",
  "kind of expression": "this kind of expression is not modelled",
  "numeric constant": "numeric constants are not modelled",
  "kind of operator": "this operator is not modelled",
  "distinct type": "IS DISTINCT FROM of this type is not modelled",
  "between type": "BETWEEN of this type is not modelled",
  "in type": "IN of this type is not modelled",
  "like type": "LIKE of this type is not modelled",
  "json path": "this path into a JSON document is not modelled",
  "json spelling": "json gives numbers as they were written, jsonb does not",
  "sub-query": "this sub-query is not modelled",
  "look-up": "this look-up is not modelled",
  "several rows": "a scalar sub-query that may find several rows is not modelled",
  "array query": "ARRAY of this query is not modelled",
  "set operation": "set operations are not modelled",
  with: "WITH is not modelled",
  "group by": "GROUP BY is not modelled",
  offset: "OFFSET and DISTINCT ON are not modelled",
  limit: "LIMIT is not modelled",
  aggregate: "aggregates are not modelled",
  "set-returning function": "set-returning functions are not modelled",
  depth: "sub-queries this deep are not modelled",
  "outer join": "outer joins are not modelled",
  "natural join": "NATURAL and USING joins are not modelled",
  "from item": "functions and sub-queries in FROM are not modelled",
  "changed column": "the column is computed in another way, or its type has another definition, on the other side",
  operator: "which operator is meant is not settled",
  collation: "COLLATE is not modelled",
  inheritance: "reading a relation with INHERITS, a partition alone, or ONLY a relation is not modelled",
  "changed rows": "where the rows of this relation come from differs between the two sides",
  "column privileges": "reading a relation with privileges on single columns is not modelled",
  "schema privileges": "a name in a schema that the role may not use is not modelled",
  target: "a select list or ORDER BY that may change how many rows there are is not modelled",
  "exception block": "which errors this EXCEPTION block catches is not settled",
  clause: "a clause of this sub-query is not modelled",
  "comparison with itself":
    "a policy may compare a value that names no column with itself: PostgreSQL plans no such statement (XX000)",
  "column alias": "column aliases in FROM are not modelled",
} as const;

/** Why an expression is not understood. */
export type Unmodelled =
  | { kind: "construct"; construct: keyof typeof CONSTRUCTS }
  | { kind: "type"; type: string }
  | { kind: "cast"; type: string; fromAny: boolean }
  | { kind: "operator"; operator: string }
  | { kind: "operand types"; operator: string }
  | { kind: "array comparison"; operator: string; quantifier: "ANY" | "ALL" }
  | { kind: "order"; sort: string }
  /** current_time and the like */
  | { kind: "value function"; name: string }
  | { kind: "function"; name: string }
  /** congruence alone is known of it */
  | { kind: "uninterpreted"; name: string }
  | { kind: "volatile"; name: string }
  | { kind: "body"; name: NameKey }
  | { kind: "strictness"; name: NameKey }
  | { kind: "settings"; name: NameKey }
  | { kind: "variables"; name: NameKey }
  /** a function that returns something else than it declares */
  | { kind: "result"; name: NameKey; type: string }
  | { kind: "no relation"; name: string }
  | { kind: "view"; name: string };

export const construct = (name: keyof typeof CONSTRUCTS): Unmodelled => ({ kind: "construct", construct: name });

/** In words: lower case, no final period. */
export function tellUnmodelled(why: Unmodelled): string {
  switch (why.kind) {
    case "construct":
      return CONSTRUCTS[why.construct];
    case "type":
      return `the type ${why.type} is not modelled`;
    case "cast":
      return why.fromAny
        ? `a cast to ${why.type} is not modelled`
        : `a cast to ${why.type} from this type is not modelled`;
    case "operator":
      return `the operator ${why.operator} is not modelled`;
    case "operand types":
      return `${why.operator} between these types is not modelled`;
    case "array comparison":
      return `${why.operator} ${why.quantifier} of this array is not modelled`;
    case "order":
      return `the order of ${why.sort} values is not modelled`;
    case "value function":
      return `${why.name} is not modelled`;
    case "function":
      return `the function ${why.name}() is not modelled`;
    case "uninterpreted":
      return `the value of ${why.name} is not modelled, only that equal arguments give equal values`;
    case "volatile":
      return `${why.name}() may give another value each time it is called`;
    case "body":
      return `the body of ${why.name}() is not one expression or query in SQL`;
    case "strictness":
      return `the value of ${why.name}() where its body is not evaluated is not modelled`;
    case "settings":
      return `${why.name}() changes settings while it runs`;
    case "variables":
      return `the effect of ${why.name}() on its variables is not modelled`;
    case "result":
      return `the conversion of what ${why.name}() returns to ${why.type} is not modelled`;
    case "no relation":
      return `the relation ${why.name} is not in the catalog`;
    case "view":
      return `the rows of the view ${why.name} are not in the catalog`;
  }
}

/** `expression`: the sub-expression as SQL; `at`: the function that it stands in. */
export const reasonOf = (
  why: Unmodelled,
  { expression, at }: Pick<UnknownReason, "expression" | "at">,
): UnknownReason => ({
  kind: why.kind === "volatile" ? "volatile" : "unsupported",
  message: tellUnmodelled(why),
  expression,
  at,
});
