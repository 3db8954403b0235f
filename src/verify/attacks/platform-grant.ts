import type { Catalog } from "../../pg/catalog.ts";
import { PLATFORM_ROLES } from "../../pg/platform-roles.ts";
import { isOnPlatform, isPlatformSchema, isPlatformUsers } from "../../pg/platform-schemas.ts";
import type { DefaultPrivilege } from "../environment/index.ts";

/** True for a privilege that a role gives to itself: the owner of an object has all of them anyway. */
export const isToOwner = ({ owner, grantee }: DefaultPrivilege): boolean => grantee === owner;

/**
 * True for the default privileges that a Supabase project has from the start: those of its own roles on what the
 * platform's roles create in `public` and in the platform's schemas. None on any other database, whatever the names of
 * its roles: a PostgREST project without Supabase may have `anon` and `authenticated` as well, and gave them what they
 * have.
 */
export const isPlatformGrant = (catalog: Catalog, { schema, grantee, owner }: DefaultPrivilege): boolean =>
  isOnPlatform(catalog) &&
  schema !== null &&
  (schema === "public" || isPlatformSchema(catalog, schema)) &&
  (grantee === "anon" || grantee === "authenticated" || PLATFORM_ROLES.has(grantee)) &&
  (PLATFORM_ROLES.has(owner) || owner === ownerOfUsers(catalog));

/** On a scratch database the login creates what the platform's roles create elsewhere. */
const ownerOfUsers = (catalog: Catalog): string | undefined =>
  catalog.relations.find((relation) => isPlatformUsers(catalog, relation))?.owner;
