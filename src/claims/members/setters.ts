import { byFunction } from "../../pg/by-function.ts";
import { bodyOf, type Body, argumentsIn } from "../../classify/index.ts";
import type { FunctionFacts } from "../../classify/index.ts";
import type { Catalog, PgFunction } from "../../pg/catalog.ts";
import { isPlatformFunction } from "../../pg/platform-objects.ts";
import { as } from "../../pg/expr/node.ts";
import { columnRef } from "../../pg/expr/reads.ts";
import { conjuncts } from "../../pg/expr/shape.ts";
import { some, walk } from "../../pg/expr/walk.ts";
import type { Statement } from "../../pg/plpgsql/node.ts";
import { parsePlFunction } from "../../pg/plpgsql/parse.ts";
import { visitStatements } from "../../pg/plpgsql/visit.ts";
import type { Db } from "../../db/port.ts";
import { query } from "../source/index.ts";
import { assignedTo, usersUpdate } from "../body/index.ts";

/** A function that writes app_metadata from its arguments, and that users may call. */
export interface ClaimSetter {
  schema: string;
  name: string;
  identityArguments: string;
  /** the roles that may execute it, of those that every visitor or user has */
  roles: string[];
  /** true if a condition in it may reject the caller */
  guarded: boolean;
}

const EVERYBODY = ["public", "anon", "authenticated"];

/** The schemas on which PUBLIC, anon or authenticated has USAGE. Inside a transaction. */
export async function readOpenSchemas(db: Db): Promise<Set<string>> {
  const rows = await db.query<{ name: string }>(query("open-schemas"));
  return new Set(rows.map(({ name }) => name));
}

/**
 * SECURITY DEFINER functions that write app_metadata from values that users supply. `facts` are in the order of the
 * catalog.
 */
export function claimSetters(
  catalog: Catalog,
  facts: readonly FunctionFacts[],
  openSchemas: ReadonlySet<string>,
): ClaimSetter[] {
  const factsOf = byFunction(facts);
  return catalog.functions.flatMap((fn) => {
    const roles = EVERYBODY.filter((role) =>
      fn.grants.some(({ grantee, privilege }) => grantee === role && privilege === "EXECUTE"),
    );
    if (
      !fn.securityDefiner ||
      roles.length === 0 ||
      !openSchemas.has(fn.schema) ||
      fn.result === "trigger" ||
      isPlatformFunction(catalog, fn)
    )
      return [];
    const body = bodyOf(fn);
    const writes = updatesFromArguments(fn, body);
    if (writes.length === 0) return [];
    const guarded =
      (factsOf(fn)?.calls.length ?? 0) > 0 || writes.every(({ conditions }) => conditions > 1) || mayRefuse(fn, body);
    const { schema, name, identityArguments } = fn;
    return [{ schema, name, identityArguments, roles, guarded }];
  });
}

/** True for a PL/pgSQL function that branches or raises an error. */
function mayRefuse(fn: PgFunction, body: Body): boolean {
  const parsed = parsePlFunction(fn.definition);
  if (parsed.kind !== "parsed") return false;
  let found = some(body.trees, (node) => as("CaseExpr", node) !== null);
  visitStatements([parsed.fn.block], (statement) => {
    found ||= DECIDES.has(statement.kind) || (statement.kind === "block" && statement.handlers.length > 0);
  });
  return found;
}

const DECIDES: ReadonlySet<Statement["kind"]> = new Set(["if", "case", "raise", "assert", "unknown"]);

function updatesFromArguments(fn: PgFunction, body: Body): { conditions: number }[] {
  const found: { conditions: number }[] = [];
  walk(body.trees, (node) => {
    const update = usersUpdate(node);
    const values = (update?.targetList ?? []).flatMap((target) => {
      const set = as("ResTarget", target);
      return set?.name === "raw_app_meta_data" && set.val ? [set.val] : [];
    });
    if (values.some((value) => isGiven(value, fn, body, 0)))
      found.push({ conditions: update?.whereClause ? conjuncts(update.whereClause).length : 0 });
  });
  return found;
}

/** True if an argument is part of a value, or of a value assigned to a local in it. */
const isGiven = (value: unknown, fn: PgFunction, body: Body, depth: number): boolean =>
  argumentsIn(value, fn).length > 0 ||
  (depth < 4 &&
    some(
      value,
      (node) =>
        columnRef(node) !== null && assignedTo(node, body).some((one) => isGiven(one.value, fn, body, depth + 1)),
    ));
