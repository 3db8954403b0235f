import { as, type Expr } from "../../pg/expr/node.ts";
import { walk } from "../../pg/expr/walk.ts";
import type { QualifiedName } from "../../pg/name.ts";
import type { Body } from "./body.ts";
import type { FunctionFacts } from "./facts.ts";
import { executed } from "./writes.ts";

/** A statement of a function's body that changes rows of a relation. */
export interface RowWrite {
  target: QualifiedName;
  command: "INSERT" | "UPDATE" | "DELETE" | "MERGE" | "TRUNCATE";
  where: Expr | undefined;
  /** the columns that an INSERT gives; null: all */
  gives: string[] | null;
}

/**
 * The statements of a body that change rows of a relation. `isRelation` tells of which names there is one: a name without
 * a schema is looked up in the function's own search_path, or in `public`. SQL that is built at run time is not among
 * them, as `facts.opaque` then says.
 */
export function rowWrites(
  { searchPath }: Pick<FunctionFacts, "searchPath">,
  body: Pick<Body, "trees" | "executes">,
  isRelation: (name: QualifiedName) => boolean,
): RowWrite[] {
  const found: RowWrite[] = [];
  const add = (
    command: RowWrite["command"],
    range: { schemaname?: string; relname?: string } | undefined,
    where?: Expr,
    gives: string[] | null = null,
  ): void => {
    if (range?.relname === undefined) return;
    const schemas = range.schemaname === undefined ? [...(searchPath ?? []), "public"] : [range.schemaname];
    const schema = schemas.find((one) => isRelation({ schema: one, name: range.relname ?? "" }));
    if (schema !== undefined) found.push({ target: { schema, name: range.relname }, command, where, gives });
  };
  walk([body.trees, body.executes.map((text) => executed(text)?.tree ?? null)], (node) => {
    const insert = as("InsertStmt", node);
    if (insert) {
      const named = (insert.cols ?? []).flatMap((column) => as("ResTarget", column)?.name ?? []);
      add("INSERT", insert.relation, undefined, named.length === 0 ? null : named);
      if (insert.onConflictClause?.action === "ONCONFLICT_UPDATE") add("UPDATE", insert.relation);
    }
    const update = as("UpdateStmt", node);
    if (update) add("UPDATE", update.relation, update.whereClause);
    const removal = as("DeleteStmt", node);
    if (removal) add("DELETE", removal.relation, removal.whereClause);
    const merge = as("MergeStmt", node);
    if (merge) add("MERGE", merge.relation);
    for (const one of as("TruncateStmt", node)?.relations ?? []) add("TRUNCATE", as("RangeVar", one) ?? undefined);
  });
  return found;
}
