import { nameKey } from "../../pg/name.ts";
import { reachedByCalls } from "./called.ts";
import type { ObjectChange } from "./change.ts";
import { comersTo, WRITES } from "./comers.ts";
import { matched, sameText, withoutHeirs, type Worlds } from "./world.ts";

/** Functions in the CHECK of a domain run as who converts a value, or writes a column, of it. */
export function compareDomainCalls(worlds: Worlds): ObjectChange[] {
  const { before, after, roles } = worlds;
  const [first, second] = [before.catalog.dependencies?.types ?? [], after.catalog.dependencies?.types ?? []];
  const { both, added } = matched(first, second, nameKey);
  const changed = both.flatMap(({ was, is }) => (sameText(was, is) ? [] : [is]));
  return [...added, ...changed].flatMap((domain): ObjectChange[] => {
    const checks = checksOf(domain.definition);
    if (checks.length === 0) return [];
    const name = nameKey(domain);
    const columns = after.catalog.relations.filter((relation) =>
      relation.columns.some(({ type }) => type.startsWith(name)),
    );
    const users = roles.filter(
      (role) =>
        after.side.mayUse(domain.schema, role) ||
        columns.some((relation) => comersTo(after, relation, WRITES, [role]).length > 0),
    );
    const [why = null] = checks.flatMap((check) => reachedByCalls(worlds, users, check) ?? []);
    return why ? [{ effect: "cannot be told", kind: "type", name, roles: withoutHeirs(after, users), why }] : [];
  });
}

/** The conditions of a domain, in what the query of dependencies tells of it. */
export const checksOf = (definition: string): string[] =>
  [...definition.matchAll(/CHECK \((?:[^"\\]|\\.)*/g)].map(([check]) =>
    check.slice("CHECK ".length).replaceAll('\\"', '"'),
  );
