import { claimsSourceOf, contextMapOf, type Config } from "../config.ts";
import { ToolError } from "../errors.ts";
import type { Catalog } from "../pg/catalog.ts";
import { samePath } from "../pg/context.ts";
import { functionKey, namedBy, nameKey, sameName, type QualifiedName } from "../pg/name.ts";

const JWT: QualifiedName = { schema: "auth", name: "jwt" };
const UID: QualifiedName = { schema: "auth", name: "uid" };

/**
 * Throws ToolError (config) if the plan would write a call of a function that the catalog does not have: the source of
 * claims that the config names, or `auth.uid()`, which replaces the claim `sub`. A config that maps nothing writes none.
 */
export function refuseMissingClaims(catalog: Catalog, config: Config): void {
  const missing = written(catalog, config).find((fn) => !isThere(catalog, fn));
  if (!missing) return;
  const supabase = sameName(missing, JWT) || sameName(missing, UID);
  throw new ToolError(
    "config",
    "CLAIMS_SOURCE_MISSING",
    `claims: there is no function \`${nameKey(missing)}()\` in the database, so no file was written`,
    `write \`claims: "request.jwt.claims"\`, or create a function of your own and name it: \`claims: "app.claims()"\`${supabase ? `; \`${nameKey(missing)}()\` exists on Supabase alone` : ""}`,
  );
}

/** The functions that a plan by this config calls in policies and helpers. */
function written(catalog: Catalog, config: Config): QualifiedName[] {
  const source = claimsSourceOf(config.claims);
  const live = config.rules.liveRole;
  const functions: QualifiedName[] = [];
  if (source.kind === "function" && (Object.keys(config.context).length > 0 || live)) functions.push(source);
  const ofUuid =
    live !== undefined &&
    namedBy(live.relation, catalog.relations)?.columns.find(({ name }) => name === live.userColumn)?.type === "uuid";
  const subject = contextMapOf(config).variables.some(({ claim }) => samePath(claim, ["sub"]));
  if (source.kind === "function" && sameName(source, JWT) && (subject || ofUuid)) functions.push(UID);
  return functions;
}

/** The catalog has no functions of extensions: such a one is seen by the policies that call it. */
function isThere(catalog: Catalog, { schema, name }: QualifiedName): boolean {
  const key = functionKey({ schema, name, identityArguments: "" });
  return (
    catalog.functions.some((fn) => fn.kind === "function" && functionKey(fn) === key) ||
    catalog.policyFunctions.some((called) => called.function === key)
  );
}
