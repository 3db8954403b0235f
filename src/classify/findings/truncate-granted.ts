import { isPlatformRelation } from "../../pg/platform-objects.ts";
import { isOnPlatform, isPlatformSchema } from "../../pg/platform-schemas.ts";
import { finding, type Finding } from "../../finding.ts";
import type { Catalog, Relation } from "../../pg/catalog.ts";
import { nameKey } from "../../pg/name.ts";
import { type Evidence } from "./evidence.ts";
import { isUsable } from "./requests.ts";
import { quoted } from "./words.ts";

/**
 * TRUNCATE on tables with row security, which it is not subject to (manual, 5.9 Row Security Policies). Supabase's
 * former default privileges gave it on every table of public together with all others; the API has no request for it,
 * and these grants are left out.
 */
export function truncateGrantedFindings({ catalog, requests, isDeclared }: Evidence): Finding[] {
  return catalog.relations.flatMap((relation) => {
    if (!relation.rowSecurity || isPlatformRelation(catalog, relation) || !isUsable(catalog, requests, relation.schema))
      return [];
    const roles = relation.grants
      .filter(({ grantee, privilege }) => privilege === "TRUNCATE" && requests.grantees.has(grantee))
      .map(({ grantee }) => grantee)
      .filter((role) => role !== relation.owner && !isByDefault(catalog, relation, role));
    if (roles.length === 0 || isDeclared(nameKey(relation), "truncate", ["TRUNCATE"])) return [];
    return [
      finding(
        "truncate-granted",
        "warning",
        { kind: "relation", schema: relation.schema, relation: relation.name },
        `${quoted(roles)} may TRUNCATE it, and no policy applies to that command: it removes the rows of every tenant`,
        "REVOKE TRUNCATE; grant SELECT, INSERT, UPDATE and DELETE by name instead of ALL",
      ),
    ];
  });
}

/** True for the grants that a table in Supabase's `public` or `storage` had from the start. */
function isByDefault(catalog: Catalog, { schema, grants }: Relation, role: string): boolean {
  const held = new Set(grants.filter(({ grantee }) => grantee === role).map(({ privilege }) => privilege));
  return (
    (schema === "public" || isPlatformSchema(catalog, schema)) &&
    (role === "anon" || role === "authenticated") &&
    isOnPlatform(catalog) &&
    // these are not granted by hand
    ["REFERENCES", "TRIGGER"].every((one) => held.has(one))
  );
}
