import { identForReading } from "./identifier.ts";
import { relationKey } from "./name.ts";

/** The command that a policy applies to; ALL means every command. */
export type PolicyCommand = "ALL" | "SELECT" | "INSERT" | "UPDATE" | "DELETE";

/**
 * One row of pg_policy, with expressions as `pg_get_expr` prints them with an empty search_path (every name qualified).
 */
export interface Policy {
  schema: string;
  relation: string;
  name: string;
  permissive: boolean;
  command: PolicyCommand;
  /** the names of roles, `public` for PUBLIC, sorted */
  roles: string[];
  /** USING; null where the policy has none (INSERT) */
  using: string | null;
  /** WITH CHECK; null where the policy has none */
  check: string | null;
  comment: string | null;
}

/**
 * `schema.relation.policy`, with parts quoted where Postgres needs quotes: the name of a policy in configs, plans and
 * reports.
 */
export type PolicyId = string & { readonly brand: "PolicyId" };

export const policyId = (policy: Pick<Policy, "schema" | "relation" | "name">): PolicyId =>
  `${relationKey(policy)}.${identForReading(policy.name)}` as PolicyId;
