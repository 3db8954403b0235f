import type { PgFunction } from "../../pg/catalog.ts";
import { functionKey } from "../../pg/name.ts";
import { isPlatformFunction } from "../../pg/platform-objects.ts";
import { isOnPlatform } from "../../pg/platform-schemas.ts";
import type { ObjectChange } from "./change.ts";
import { reachedBy } from "./reached.ts";
import type { World, Worlds } from "./world.ts";

/** The role as which Supabase Auth calls the hooks of a project. */
const AUTH_ADMIN = "supabase_auth_admin";

/** Functions that Supabase Auth may call with the claims of a token (its documentation, Custom Access Token Hook). */
export function compareTokenHooks({ before, after }: Worlds): ObjectChange[] {
  if (!isOnPlatform(after.catalog)) return [];
  const textOf = (world: World, fn: PgFunction): string =>
    JSON.stringify([fn.owner, fn.securityDefiner, reachedBy(world, { kind: "function", fn }).texts]);
  const hooks = (world: World): Map<string, PgFunction> =>
    new Map(
      world.catalog.functions
        .filter(
          (fn) =>
            fn.argumentTypes.join() === "jsonb" &&
            ["json", "jsonb"].includes(fn.result) &&
            !isPlatformFunction(world.catalog, fn) &&
            fn.grants.some(({ grantee }) => grantee === AUTH_ADMIN),
        )
        .map((fn) => [functionKey(fn), fn]),
    );
  const old = hooks(before);
  return [...hooks(after)].flatMap(([key, fn]): ObjectChange[] => {
    const was = old.get(key);
    return was && textOf(before, was) === textOf(after, fn)
      ? []
      : [{ effect: "cannot be told", kind: "function", name: key, roles: [], why: { kind: "makes tokens" } }];
  });
}
