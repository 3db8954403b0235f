import type { Relation } from "../../pg/catalog.ts";
import type { as, Expr } from "../../pg/expr/node.ts";
import { columnRef } from "../../pg/expr/reads.ts";
import type { NameKey } from "../../pg/name.ts";
import type { Row } from "../logic/formula.ts";
import type { Side } from "../side.ts";

export type Select = NonNullable<ReturnType<typeof as<"SelectStmt">>>;

/** A relation that columns can be of: an entry of FROM, or the relation of the policy itself. */
export interface RelationSource {
  kind: "relation";
  alias: string;
  relation: Relation;
  row: Row;
}

/** A sub-query in FROM, a query of WITH or a view: each column is an expression over its rows. */
export interface DerivedSource {
  kind: "derived";
  alias: string;
  columns: ReadonlyMap<string, Bound>;
  rows: readonly Row[];
}

export type Source = RelationSource | DerivedSource;

/** A query of WITH, where it stands, and the names that WITH gives its columns. */
export interface WithQuery {
  select: Select;
  frame: Frame;
  columns: readonly string[];
}

/** Where an expression stands: what its names mean, and for whom it runs. */
export interface Frame {
  /** innermost first; each the entries of one FROM */
  scopes: readonly (readonly Source[])[];
  /** queries of WITH that names without a schema may mean */
  withQueries: ReadonlyMap<string, WithQuery>;
  /** arguments of the function whose body this is, by name and by `$1` */
  parameters: ReadonlyMap<string, Bound>;
  /** the role whose policies hold in sub-queries, and whose name `current_user` is */
  role: string;
  /** schemas that are searched for names without one */
  searchPath: readonly string[];
  /** as a person wrote it: names without a schema are looked up when it runs, not as PostgreSQL printed them */
  written: boolean;
  /** a body in PL/pgSQL, where a name that is a column and a variable raises 42702 (manual, 43.11.1) */
  refusesAmbiguity: boolean;
  /** the search path is the session's: a bare name that several schemas have is not settled */
  loose: boolean;
  /** quantifiers around */
  depth: number;
  /** relations whose policies are being expanded, as rewriteHandler.c keeps them for 42P17 */
  active: readonly NameKey[];
  /** functions whose bodies are being expanded */
  calls: readonly NameKey[];
  /**
   * inside an operand of a comparison: the planner folds it when it names no column of its query; with an array, in any
   * case
   */
  operand?: boolean | "array";
  /** in the condition of a policy that the planner adds to a query, outside the queries in it and what runs on its own */
  isQual?: boolean;
  /** the statement of PL/pgSQL that this is part of, which is analysed as a whole when it is first run */
  statement?: { lacksOperator: boolean };
  /** inside a block of PL/pgSQL that catches errors: what may raise has to be known to raise */
  caught?: boolean;
}

/** An argument or variable: an expression, where that stands, and the type that it is turned into, if any. */
export interface Bound {
  expr: Expr;
  frame: Frame;
  type?: string;
}

export type Resolved =
  | { kind: "column"; source: RelationSource; column: Relation["columns"][number] }
  | ({ kind: "derived"; source: DerivedSource } & Bound)
  | ({ kind: "parameter" } & Bound);

/**
 * The column or parameter that a reference names; null for anything else, a whole row too. Columns win over a
 * function's parameters (manual, 38.5.1).
 */
export function resolve(node: Expr, frame: Frame): Resolved | null {
  const parts = columnRef(node);
  if (!parts) return null;
  const name = parts.at(-1) ?? "";
  const table = parts.at(-2);
  const schema = parts.at(-3);
  for (const scope of frame.scopes)
    for (const source of scope) {
      if (table !== undefined && table !== source.alias) continue;
      if (source.kind === "derived") {
        const bound = schema === undefined ? source.columns.get(name) : undefined;
        if (bound && frame.refusesAmbiguity && table === undefined && frame.parameters.has(name)) return null;
        if (bound) return { kind: "derived", source, ...bound };
        continue;
      }
      if (schema !== undefined && schema !== source.relation.schema) continue;
      const column = source.relation.columns.find((candidate) => candidate.name === name);
      if (column && frame.refusesAmbiguity && table === undefined && frame.parameters.has(name)) return null;
      if (column) return { kind: "column", source, column };
    }
  const parameter = frame.parameters.get(name);
  return parameter && parts.length <= 2 ? { kind: "parameter", ...parameter } : null;
}

/** A relation by a name that may lack its schema. */
export function findRelation(side: Side, frame: Frame, schema: string | undefined, name: string): Relation | undefined {
  if (schema !== undefined) return side.relation({ schema, name });
  if (frame.loose && side.relationsNamed(name).length > 1) return undefined;
  for (const candidate of frame.searchPath) {
    const found = side.relation({ schema: candidate, name });
    if (found) return found;
  }
  return undefined;
}
