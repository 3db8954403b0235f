import type { Catalog } from "./catalog.ts";
import { groupBy } from "./group-by.ts";
import { nameKey, relationKey, type NameKey } from "./name.ts";
import { isPlatformSchema } from "./platform-schemas.ts";
import { policyId, type Policy } from "./policy.ts";

/** The lints of Supabase's advisor that a rule on policies can close. */
export type AdvisorLint = "auth_rls_initplan" | "multiple_permissive_policies";

/** Findings by lint; each is a text that is the same exactly where the finding is. */
export type AdvisorFindings = Readonly<Record<AdvisorLint, ReadonlySet<string>>>;

/** A lint, and the number of its findings. */
export interface LintCount {
  lint: AdvisorLint;
  count: number;
}

const AUTH_CALL = /\bauth\.(?:uid|jwt|role|email)\(\)/;
const ONCE = /select\s+auth\.(?:uid|jwt|role|email)\(\)/;

/**
 * The findings of Supabase's advisor about policies, as the lints 0003 and 0006 of supabase/splinter define them: a
 * policy of a relation with row security, one of whose expressions calls a function of `auth` and has no call directly
 * behind a SELECT; and a table, a role that row security applies to and a command with more than one permissive policy.
 */
export function advisorFindings(
  catalog: Pick<Catalog, "relations" | "roles">,
  policies: readonly Policy[],
): AdvisorFindings {
  const relations = new Map(catalog.relations.map((relation) => [nameKey(relation), relation]));
  const each = (text: string | null): boolean =>
    text !== null && AUTH_CALL.test(text) && !ONCE.test(text.toLowerCase());
  const forEachRow = policies.filter(
    (policy) => relations.get(relationKey(policy))?.rowSecurity === true && (each(policy.using) || each(policy.check)),
  );
  const tables = policies.filter(
    (policy) =>
      policy.permissive &&
      relations.get(relationKey(policy))?.kind === "table" &&
      !isPlatformSchema(catalog, policy.schema),
  );
  return {
    auth_rls_initplan: new Set(forEachRow.map(policyId)),
    multiple_permissive_policies: new Set(
      [...groupBy(tables, relationKey)].flatMap(([relation, own]) => severalOf(relation, own, catalog)),
    ),
  };
}

function severalOf(relation: NameKey, policies: readonly Policy[], { roles }: Pick<Catalog, "roles">): string[] {
  const asked = roles.filter(
    ({ name, bypassRls }) => !bypassRls && !name.startsWith("pg_") && !/^supabase.*admin$/.test(name),
  );
  return asked.flatMap(({ name }) =>
    (["SELECT", "INSERT", "UPDATE", "DELETE"] as const).flatMap((command) => {
      const applied = policies.filter(
        (policy) =>
          (policy.roles.includes("public") || policy.roles.includes(name)) &&
          (policy.command === "ALL" || policy.command === command),
      );
      return applied.length > 1 ? [JSON.stringify([relation, name, command])] : [];
    }),
  );
}

/** The lints that have fewer findings after a change, and how many fewer. */
export const closed = (before: AdvisorFindings, after: AdvisorFindings): LintCount[] =>
  (["auth_rls_initplan", "multiple_permissive_policies"] as const).flatMap((lint) => {
    const count = before[lint].size - after[lint].size;
    return count > 0 ? [{ lint, count }] : [];
  });
