import type { Expr } from "../../pg/expr/node.ts";
import { as } from "../../pg/expr/node.ts";
import { parseStatements } from "../../pg/expr/parse.ts";
import { nameKey, sameName, type NameKey, type QualifiedName } from "../../pg/name.ts";

/** A relation of the plan, or a view that reads some: a row of `queries/scope.sql`. */
export interface NamedRelation extends QualifiedName {
  /** of a view, as pg_get_viewdef prints it without a search path */
  definition: string | null;
  /** the relations of the plan that it is or reads */
  bases: QualifiedName[];
  /** no other schema has a relation of this name */
  only: boolean;
}

/** What a name in a statement stands for. */
export interface Meant {
  /** the relations of the plan that are read through it */
  bases: NameKey[];
  /** the one that INSERT, UPDATE and DELETE on it change; null: none of the plan, or not known */
  target: NameKey | null;
}

/** `ambiguous`: the search path of the session decides, and it is not recorded. */
export type Meaning = Meant | "ambiguous" | null;

/** A function from a name in a statement, with or without its schema, to what it stands for. */
export function meanings(
  relations: readonly NamedRelation[],
): (name: { schema: string | undefined; name: string }) => Meaning {
  const byKey = new Map(relations.map((one) => [nameKey(one), one]));
  return ({ schema, name }) => {
    if (schema !== undefined) {
      const found = byKey.get(nameKey({ schema, name }));
      return found === undefined ? null : meant(found, byKey);
    }
    const found = relations.filter((one) => one.name === name);
    const [one] = found;
    if (one === undefined) return null;
    return one.only ? meant(one, byKey) : "ambiguous";
  };
}

const meant = (relation: NamedRelation, byKey: ReadonlyMap<NameKey, NamedRelation>): Meant => ({
  bases: relation.bases.map(nameKey),
  target: targetOf(relation, byKey),
});

/** The relation that a write on this one reaches: itself, or the only relation in FROM of a view, down to a table. */
function targetOf(relation: NamedRelation, byKey: ReadonlyMap<NameKey, NamedRelation>): NameKey | null {
  if (relation.definition === null) return nameKey(relation);
  const below = onlyRelationIn(relation.definition);
  const next = below === null ? undefined : byKey.get(nameKey(below));
  return next === undefined || sameName(next, relation) ? null : targetOf(next, byKey);
}

function onlyRelationIn(definition: string): QualifiedName | null {
  const [only, ...more] = parseStatements(definition);
  const select = as("SelectStmt", only?.stmt as Expr | undefined);
  const [from, ...others] = select?.fromClause ?? [];
  const range = as("RangeVar", from);
  if (more.length > 0 || others.length > 0 || range?.relname === undefined || range.schemaname === undefined)
    return null;
  return { schema: range.schemaname, name: range.relname };
}
