import type { Expr } from "../../pg/expr/node.ts";
import { parseExpr } from "../../pg/expr/parse.ts";
import type { Branch, PlFunction, Returned, Statement, Variable } from "../../pg/plpgsql/node.ts";
import { parsePlFunction } from "../../pg/plpgsql/parse.ts";

/** A plpgsql body that only computes: variables, IF, RETURN, blocks that catch errors. */
export type Program =
  | { kind: "return"; expr: Expr }
  /** `name := expr`, of a type, and then */
  | { kind: "let"; name: string; type: string; expr: Expr; next: Program }
  | { kind: "if"; branches: { when: Expr; result: Program }[]; otherwise: Program }
  /** an error before the end of the block goes to its handler, with the variables as they are then; what follows is in both */
  | {
      kind: "try";
      body: Program;
      catches: "any error" | "some errors";
      conditions: readonly string[];
      handler: Program;
    }
  /** the end of such a block: what follows is outside of it */
  | { kind: "leave"; next: Program };

/** OTHERS is every error but QUERY_CANCELED and ASSERT_FAILURE (manual, 43.6.8), which no expression here raises. */
const EVERY = "others";

/** Read the body of a CREATE FUNCTION statement. Null for one that does anything else: queries, loops, side effects. */
export function readPlpgsql(definition: string): Program | null {
  const parsed = parsePlFunction(definition);
  if (parsed.kind !== "parsed") return null;
  const { fn } = parsed;
  if (!fn.placed || !declaresAtTop(fn)) return null;
  const body = sequence([fn.block], fn);
  // defaults come before the first statement, in the order of declaration; a variable without one is NULL
  return fn.variables.reduceRight<Program | null>((next, variable) => {
    if (variable.kind === "record" && variable.initial) return null;
    if (!next || variable.kind !== "scalar" || !variable.declared) return next;
    const expr = parseExpr(variable.initial?.text ?? "null");
    return { kind: "let", name: variable.name, type: variable.type, expr, next };
  }, body);
}

/**
 * Every variable is declared before the first BEGIN: those of an inner block get their defaults later, and may hide
 * others. Told by words, in comments too, which errs to the safe side.
 */
function declaresAtTop({ body }: PlFunction): boolean {
  const declares = [...body.matchAll(/\bdeclare\b/gi)];
  const [first] = declares;
  return first === undefined || (declares.length === 1 && first.index < body.search(/\bbegin\b/i));
}

/** The statements of a body, and what it returns; at its end that is an OUT argument, or it raises an error. */
function sequence(statements: readonly (Statement | "leave")[], fn: PlFunction): Program | null {
  const [first, ...rest] = statements;
  if (!first) return returnOf(fn.atEnd);
  if (first === "leave") {
    const next = sequence(rest, fn);
    return next && { kind: "leave", next };
  }
  switch (first.kind) {
    case "return":
      return returnOf(first.value);
    case "assign": {
      const variable: Variable | undefined = fn.variables[first.target.variable];
      const next = sequence(rest, fn);
      // a part of a variable, of a record as well, is not followed
      if (first.target.kind !== "variable" || variable?.kind !== "scalar" || !next) return null;
      return { kind: "let", name: variable.name, type: variable.type, expr: parseExpr(first.value.text), next };
    }
    case "block": {
      const [handler, ...others] = first.handlers;
      if (!handler) return sequence([...first.body, ...rest], fn);
      // which error it was is not told
      if (others.length > 0 || /\bsql(state|errm)\b/i.test(fn.body)) return null;
      const conditions = handler.conditions.map((condition) => condition.toLowerCase());
      const body = sequence([...first.body, "leave", ...rest], fn);
      const caught = sequence([...handler.body, ...rest], fn);
      const catches = conditions.includes(EVERY) ? "any error" : "some errors";
      return body && caught && { kind: "try", body, catches, conditions, handler: caught };
    }
    case "if": {
      const results = first.branches.map(({ when, body }: Branch) => ({
        when: parseExpr(when.text),
        result: sequence([...body, ...rest], fn),
      }));
      const branches = results.flatMap(({ when, result }) => (result ? [{ when, result }] : []));
      const otherwise = sequence([...first.otherwise, ...rest], fn);
      return otherwise && branches.length === results.length ? { kind: "if", branches, otherwise } : null;
    }
    default:
      return null;
  }
}

function returnOf(value: Returned): Program | null {
  if (value.kind === "expression") return { kind: "return", expr: parseExpr(value.sql.text) };
  if (value.kind === "nothing" || value.name === "") return null;
  const expr: Expr = /^\$\d+$/.test(value.name)
    ? parseExpr(value.name)
    : { ColumnRef: { fields: [{ String: { sval: value.name } }] } };
  return { kind: "return", expr };
}
