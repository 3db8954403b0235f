import { equal } from "../../pg/expr/equal.ts";
import type { PlFunction, Sql, Statement, Variable } from "../../pg/plpgsql/node.ts";
import { treeOf } from "../../pg/plpgsql/tree.ts";

/** What a body is to be without, or with another tree. */
export interface Changes {
  removed: ReadonlySet<Statement>;
  rewritten: ReadonlyMap<Sql, unknown>;
  undeclared: ReadonlySet<string>;
}

const NONE: Changes = { removed: new Set(), rewritten: new Map(), undeclared: new Set() };

const PLACES: ReadonlySet<string> = new Set(["line", "place", "copied"]);
/** PL/pgSQL numbers variables in the order of their declaration. */
const NUMBERS: ReadonlySet<string> = new Set(["variable", "cursor", "record"]);

/**
 * The tree of a function as plain data, without places and numbers: what two bodies have in common if they mean the
 * same. `changes` are made on the way.
 */
export function outlineOf(fn: PlFunction, changes: Changes = NONE): unknown {
  const made = {
    variables: fn.variables.flatMap((variable) => (isLeft(variable, changes) ? [outline(variable, fn, changes)] : [])),
    block: outline(fn.block, fn, changes),
    atEnd: outline(fn.atEnd, fn, changes),
  };
  return fn.variables.some((one) => "name" in one && OF_CASE.test(one.name)) ? withoutCaseNumbers(made) : made;
}

/** PL/pgSQL keeps the value of `CASE value WHEN …` in a variable whose name has a number. */
const OF_CASE = /^__Case__Variable_\d+__$/;

function withoutCaseNumbers(value: unknown): unknown {
  if (typeof value === "string") return OF_CASE.test(value) ? "__Case__Variable__" : value;
  if (Array.isArray(value)) return value.map(withoutCaseNumbers);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, withoutCaseNumbers(item)]));
}

/** True if two outlines are the same. */
export const sameOutline = (a: unknown, b: unknown): boolean => equal(a, b);

// Rows and fields are listed where they are used; a block with handlers has variables of its own.
const isLeft = (variable: Variable, { undeclared }: Changes): boolean =>
  (variable.kind === "scalar" || variable.kind === "record") &&
  (variable.declared ? !undeclared.has(variable.name) : !OF_HANDLERS.has(variable.name));

const OF_HANDLERS: ReadonlySet<string> = new Set(["sqlstate", "sqlerrm"]);

function outline(value: unknown, fn: PlFunction, changes: Changes): unknown {
  if (Array.isArray(value))
    return value.flatMap((item: unknown) =>
      changes.removed.has(item as Statement) ? [] : [outline(item, fn, changes)],
    );
  if (typeof value !== "object" || value === null) return value;
  if (isSql(value)) return changes.rewritten.get(value) ?? parsed(value);
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, item]): [string, unknown][] => {
      if (PLACES.has(key)) return [];
      if (NUMBERS.has(key) && typeof item === "number") return [[key, named(fn.variables[item], fn)]];
      return [[key, outline(item, fn, changes)]];
    }),
  );
}

/** A variable by its name in place of its number. */
function named(variable: Variable | undefined, fn: PlFunction): string | null {
  if (!variable) return null;
  if (variable.kind === "field") {
    const record = fn.variables[variable.record];
    return `${record && "name" in record ? record.name : ""}.${variable.name}`;
  }
  return "name" in variable ? variable.name : variable.kind;
}

const isSql = (value: object): value is Sql => "parse" in value && "text" in value && "copied" in value;

function parsed(sql: Sql): unknown {
  const tree = treeOf(sql);
  return tree.kind === "expression" ? tree.expr : tree.kind === "statements" ? tree.statements : sql.text;
}
