import type { UpdateStmt } from "libpg-query";
import type { Body, Local } from "../../classify/index.ts";
import { as, type Expr } from "../../pg/expr/node.ts";
import { columnRef } from "../../pg/expr/reads.ts";
import { callsBuiltin, nameParts, stringConst } from "../../pg/expr/shape.ts";
import { transform } from "../../pg/expr/transform.ts";
import { some } from "../../pg/expr/walk.ts";

/** The body of a trigger function, and the schemas in which its names are found. */
export interface TriggerBody extends Body {
  /** the schemas of types that the body may name without a schema */
  typeSchemas: ReadonlyMap<string, string>;
}

/** The values that are assigned to a local, each with the IF around it; none for a local that a query sets. */
export function assignedTo(node: Expr, body: Body): Local["assigned"] {
  const name = columnRef(node);
  const local = name?.length === 1 ? body.locals.get(name[0] ?? "") : undefined;
  return local && !local.queried ? local.assigned : [];
}

/** The value of a local that always has the same value; null for any other. */
export function onlyValue(node: Expr, body: Body): Expr | null {
  const [only, ...more] = assignedTo(node, body);
  return only && more.length === 0 && only.under === null ? only.value : null;
}

/** The expression over the row's own columns, without `NEW.`; null if it uses anything else. Types are qualified. */
export function overRow(node: Expr, body: TriggerBody, depth = 0): Expr | null {
  const bare = callsBuiltin(node, "to_jsonb")?.[0];
  if (bare) return overRow(bare, body, depth);
  let foreign = some(node, (inner) => as("SubLink", inner) !== null);
  const own = transform(node, (inner, descend) => {
    if (as("ColumnRef", inner) === null) return qualified(descend(), body);
    const name = columnRef(inner);
    if (name?.length === 2 && name[0] === "new")
      return { ColumnRef: { fields: [{ String: { sval: name[1] ?? "" } }] } };
    const only = onlyValue(inner, body);
    const value = only && depth < 4 ? overRow(only, body, depth + 1) : null;
    if (value === null) foreign = true;
    return value ?? inner;
  });
  return foreign ? null : own;
}

/** The expression with qualified types, because it is evaluated later with an empty search_path. */
function qualified(node: Expr, body: TriggerBody): Expr {
  const cast = as("TypeCast", node);
  const [name, ...more] = nameParts(cast?.typeName?.names);
  const schema = name !== undefined && more.length === 0 ? body.typeSchemas.get(name) : undefined;
  if (!cast || name === undefined || schema === undefined) return node;
  const names = [{ String: { sval: schema } }, { String: { sval: name } }];
  return { TypeCast: { ...cast, typeName: { ...cast.typeName, names } } };
}

/** The UPDATE of auth.users in a node, or null. */
export function usersUpdate(node: Expr | undefined): UpdateStmt | null {
  const update = as("UpdateStmt", node);
  const { relation } = update ?? {};
  return update && relation?.relname === "users" && (relation.schemaname ?? "auth") === "auth" ? update : null;
}

/** The keys of `'{a,b}'`, also written as an ARRAY; null if a key is computed at run time. */
export function keyPath(node: Expr | undefined): string[] | null {
  const elements = as("A_ArrayExpr", uncast(node))?.elements?.map((element) => stringConst(element));
  if (elements) return elements.every((key) => key !== null) ? elements : null;
  const literal = /^\{([^"\\{}]+)\}$/.exec(stringConst(uncast(node)) ?? "")?.[1];
  return literal === undefined ? null : literal.split(",").map((key) => key.trim());
}

/** The expression inside casts. */
export const uncast = (node: Expr | undefined): Expr | undefined => {
  const cast = as("TypeCast", node);
  return cast ? uncast(cast.arg) : node;
};
