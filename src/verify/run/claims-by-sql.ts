import { isOnPlatform } from "../../pg/platform-schemas.ts";
import { connectingLogins } from "../personas/index.ts";
import type { Run } from "./state.ts";

const TOKEN = /\brequest\.jwt\.claim/;

/**
 * The note that a token is believed though nothing of the database shows a platform that sets it: PostgREST connects as
 * a login that may become the role of requests (its manual, "Authentication"), and Supabase has roles of its own. A
 * client that runs SQL itself sets `request.jwt.claims` as it sets any variable. No finding, for the login may be made
 * elsewhere. Null: there is such a login, or no policy and no function reads the token.
 */
export function claimsWithoutLogin({ environment: { catalog }, actors }: Run): string | null {
  const requests = [...new Set(actors.map(({ role }) => role))];
  const hasPlatform = isOnPlatform(catalog) || connectingLogins(catalog, requests).length > 0;
  if (hasPlatform) return null;
  const reads =
    catalog.policies.some(({ using, check }) => TOKEN.test(`${using} ${check}`)) ||
    catalog.functions.some(({ body }) => TOKEN.test(body));
  return reads
    ? "policies believe `request.jwt.claims`, and no login of this database is a member of a role of requests, as PostgREST's is: a client that runs SQL itself can set the token, and this was not tried"
    : null;
}
