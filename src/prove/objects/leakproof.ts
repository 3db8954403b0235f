import type { PgFunction } from "../../pg/catalog.ts";
import { isLeakproof } from "../../pg/leakproof.ts";
import { functionKey } from "../../pg/name.ts";
import type { ObjectChange } from "./change.ts";
import { mayEnter, walk } from "./paths.ts";
import { matched, withoutHeirs, type World, type Worlds } from "./world.ts";

/**
 * Functions that roles of requests may call on rows which the policies hide, and could not before: LEAKPROOF, with an
 * argument. An error or a notice of theirs may show the values of such a row.
 */
export function compareLeakproof({ before, after, roles }: Worlds): ObjectChange[] {
  if (!after.catalog.relations.some(({ rowSecurity }) => rowSecurity)) return [];
  const { both, added } = matched(before.catalog.functions, after.catalog.functions, functionKey);
  return [...both, ...added.map((is) => ({ was: null, is }))].flatMap(({ was, is }): ObjectChange[] => {
    const same = was !== null && was.definition === is.definition;
    const callers = callersOf(after, is, roles).filter(
      (role) => !same || !callersOf(before, was, [role]).includes(role),
    );
    if (callers.length === 0) return [];
    return [
      {
        effect: "cannot be told",
        kind: "function",
        name: functionKey(is),
        roles: withoutHeirs(after, callers),
        why: { kind: "called before policies" },
      },
    ];
  });
}

/** The roles that may call the function, where it is LEAKPROOF and takes an argument. */
function callersOf(world: World, fn: PgFunction, roles: readonly string[]): string[] {
  if (fn.argumentTypes.length === 0 || !isLeakproof(fn)) return [];
  const walked = walk(world, { kind: "function", fn });
  return roles.filter((role) => mayEnter(walked, "EXECUTE", role));
}
