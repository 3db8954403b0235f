import type { Catalog, Relation } from "../../pg/catalog.ts";
import { samePath, type ClaimsSource } from "../../pg/context.ts";
import { parseExpr } from "../../pg/expr/parse.ts";
import { claimRead, columnRef } from "../../pg/expr/reads.ts";
import { binary } from "../../pg/expr/shape.ts";
import { walk } from "../../pg/expr/walk.ts";
import { isPlatformSchema } from "../../pg/platform-schemas.ts";
import { USER_COLUMNS } from "./tenancy.ts";

/** A relation that has a column of a certain name. */
export interface MemberRow {
  relation: Relation;
  /** the column that holds the user's id; null where neither a policy nor a name shows one, or several do */
  user: string | null;
}

/**
 * The tables with a column of this name, except those of the platform: candidates for the row that a claim of the name
 * is copied from. The user's column is the one that a policy compares with the claim `sub`, or has one of the usual
 * names. Pure.
 */
export function memberRows(catalog: Catalog, source: ClaimsSource, column: string): MemberRow[] {
  const compared = comparedWithUser(catalog, source);
  return catalog.relations
    .filter(({ kind, partitionOf }) => (kind === "table" || kind === "partitioned table") && partitionOf === null)
    .filter(({ schema, columns }) => !isPlatformSchema(catalog, schema) && columns.some(({ name }) => name === column))
    .map((relation) => {
      const own = relation.columns.map(({ name }) => name).filter((name) => name !== column);
      const shown = own.filter((name) => compared.some((one) => one.relation === relation && one.column === name));
      const [user = null, ...others] = shown.length > 0 ? shown : own.filter((name) => USER_COLUMNS.includes(name));
      return { relation, user: others.length > 0 ? null : user };
    });
}

/** The columns that policies compare with the user's id. */
function comparedWithUser(catalog: Catalog, source: ClaimsSource): { relation: Relation; column: string }[] {
  const found: { relation: Relation; column: string }[] = [];
  for (const policy of catalog.policies)
    for (const text of [policy.using, policy.check]) {
      if (text === null) continue;
      walk(parseExpr(text), (node) => {
        const test = binary(node, "=");
        if (!test) return;
        for (const [one, other] of [
          [test.left, test.right],
          [test.right, test.left],
        ]) {
          const [column, qualifier = policy.relation] = columnRef(one)?.toReversed() ?? [];
          if (column === undefined || !samePath(claimRead(other, source)?.path ?? [], ["sub"])) continue;
          const relations = catalog.relations.filter(
            ({ name, columns }) => name === qualifier && columns.some((has) => has.name === column),
          );
          found.push(...relations.map((relation) => ({ relation, column })));
        }
      });
    }
  return found;
}
