import type { Catalog } from "../pg/catalog.ts";
import type { ContextMap } from "../pg/context.ts";
import { nameKey } from "../pg/name.ts";
import { isOnPlatform } from "../pg/platform-schemas.ts";
import { oneLine } from "./visible.ts";

/**
 * What the claims of a plan are worth, in one line; null where the plan maps no variable. A custom setting has no
 * privileges of its own: every role may set it (manual, 19.16 Customized Options).
 */
export function claimsWorth(catalog: Pick<Catalog, "relations">, { claims, variables }: ContextMap): string | null {
  if (variables.length === 0) return null;
  const page = "docs/without-supabase.md";
  const api =
    claims.kind === "function" ? nameKey(claims) === "auth.jwt" : claims.setting.toLowerCase() === "request.jwt.claims";
  if (api && isOnPlatform(catalog))
    return "claims: of a signed token, whose signature the API of Supabase checks; a login that runs SQL past the API can set them itself";
  return oneLine(
    claims.kind === "setting"
      ? `claims: \`${claims.setting}\` is a setting like any other: whoever can run SQL can set it (${page})`
      : `claims: as \`${nameKey(claims)}()\` returns them; rlsmith does not judge whether it checks a signature (${page})`,
  );
}
