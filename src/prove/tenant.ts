import type { Catalog } from "../pg/catalog.ts";
import type { ContextMap } from "../pg/context.ts";
import { as } from "../pg/expr/node.ts";
import { claimRead, columnRef } from "../pg/expr/reads.ts";
import { binary } from "../pg/expr/shape.ts";
import { walk } from "../pg/expr/walk.ts";
import { parseOnce } from "./encode/parse-once.ts";
import { nameKey, relationKey, type NameKey } from "../pg/name.ts";
import type { Tenant } from "./never.ts";
import { claimText } from "./regimes.ts";

/**
 * Which column says whose a row is: the one that most relations have and most policies compare with a claim; `sub` is a
 * person, not a tenant. With a context map, a claim whose last key is the column's name. Null where no policy gives it
 * away.
 */
export function inferTenant(catalog: Catalog, context: ContextMap): Tenant | null {
  const counts = new Map<string, { column: string; path: string[]; relations: Set<NameKey> }>();
  const count = (column: string, path: readonly string[], relation: NameKey): void => {
    if (path.length === 0 || path.at(-1) === "sub") return;
    const key = JSON.stringify([column, path]);
    const known = counts.get(key) ?? { column, path: [...path], relations: new Set() };
    known.relations.add(relation);
    counts.set(key, known);
  };
  for (const variable of context.variables)
    for (const relation of catalog.relations)
      if (relation.columns.some(({ name }) => name === variable.claim.at(-1)))
        count(variable.claim.at(-1) ?? "", variable.claim, nameKey(relation));
  for (const policy of catalog.policies)
    for (const text of [policy.using, policy.check])
      if (text !== null)
        walk(parseOnce(text).tree, (node) => {
          const equal = as("A_Expr", node) ? binary(node, "=") : null;
          if (!equal) return;
          for (const [one, other] of [
            [equal.left, equal.right],
            [equal.right, equal.left],
          ] as const) {
            const column = columnRef(one)?.at(-1);
            walk(other, (inner) => {
              const read = claimRead(inner, context.claims);
              if (column !== undefined && read?.kind === "text") count(column, read.path, relationKey(policy));
              return read === null;
            });
          }
        });
  const best = [...counts.values()].toSorted((a, b) => b.relations.size - a.relations.size)[0];
  return best ? { column: best.column, claim: claimText(best.path, context.claims) } : null;
}
