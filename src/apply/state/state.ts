import { readFileSync } from "node:fs";
import type { Db } from "../../db/port.ts";
import { quoteLiteral } from "../../pg/identifier.ts";
import type { RoutineAccess } from "../../pg/function-sql.ts";
import type { Policy } from "../../pg/policy.ts";

/** The objects that a group of steps touches, by name. */
export interface Scope {
  /** `columns`: those whose defaults are part of the scope */
  relations: { schema: string; name: string; columns: string[] }[];
  /** `arguments`: identity arguments, or the input types alone: `p_id uuid`, `uuid` */
  functions: {
    schema: string;
    name: string;
    arguments: string;
    /** true: with its owner, privileges and comment, which are lost when it is dropped */
    access?: boolean;
  }[];
  schemas: string[];
}

/**
 * Everything in a scope that a plan can change, as this server prints it under an empty search_path. The journal keeps
 * the state before and the state after.
 */
export interface State {
  relations: RelationState[];
  functions: FunctionState[];
  schemas: { name: string; exists: boolean }[];
}

export interface RelationState {
  schema: string;
  name: string;
  /** false: the relation does not exist, and the other fields are empty */
  exists: boolean;
  rowSecurity: boolean;
  forceRowSecurity: boolean;
  /** every policy of the relation, sorted by name */
  policies: Policy[];
  /** the defaults that the scope names, sorted by column */
  defaults: { column: string; expression: string | null }[];
}

export interface FunctionState {
  schema: string;
  name: string;
  arguments: string;
  /** pg_get_functiondef; null: the function does not exist */
  definition: string | null;
  /** null: the function does not exist; absent: the scope does not ask for it */
  access?: FunctionAccess | null;
}

export interface FunctionAccess extends RoutineAccess {
  kind: "function" | "procedure";
  /** the types of its input arguments, with their schemas, as `regprocedure` takes them */
  types: string;
}

const READ = readFileSync(new URL("../queries/state.sql", import.meta.url), "utf8");

/** The query for a scope, whose one row has one column `state`; under an empty search_path. */
export const stateQuery = (scope: Scope): string => READ.replace("$1", () => quoteLiteral(JSON.stringify(scope)));

/** Read a scope, inside a transaction that is open; the search_path is put back. */
export const readState = async (db: Db, scope: Scope): Promise<State> =>
  stateOf((await onEmptyPath(db, [stateQuery(scope)]))[0]?.[0]);

/** The state in the row of `stateQuery`. */
export function stateOf(row: Record<string, unknown> | undefined): State {
  if (!row) throw new Error("the query returns one row");
  return row["state"] as State;
}

/**
 * The rows of each of the statements, which run under an empty search_path inside a transaction that is open. One round
 * trip, since a lock may be held meanwhile.
 */
export async function onEmptyPath(db: Db, statements: readonly string[]): Promise<Record<string, unknown>[][]> {
  const results = await db.exec(
    [
      "select set_config('rlsmith.path', current_setting('search_path'), true)",
      "set local search_path = ''",
      ...statements,
      "select set_config('search_path', current_setting('rlsmith.path'), true)",
    ].join(";\n"),
  );
  return results.slice(2, 2 + statements.length);
}

/** True if two states are the same, byte for byte. */
export const sameState = (a: State, b: State): boolean => JSON.stringify(a) === JSON.stringify(b);

/** Names in the order of the "C" collation, by UTF-8 bytes: as the query sorts policies. */
export const byName = (a: { name: string }, b: { name: string }): number =>
  Buffer.compare(Buffer.from(a.name), Buffer.from(b.name));
