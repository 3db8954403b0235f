import { identForReading } from "./identifier.ts";
import { relationKey } from "./name.ts";

/** The command that a policy is for; ALL: every one. */
export type PolicyCommand = "ALL" | "SELECT" | "INSERT" | "UPDATE" | "DELETE";

/** One row of pg_policy, with expressions as `pg_get_expr` prints them under an empty search_path (every name qualified). */
export interface Policy {
  schema: string;
  relation: string;
  name: string;
  permissive: boolean;
  command: PolicyCommand;
  /** role names, `public` for PUBLIC, sorted */
  roles: string[];
  /** USING; null where the policy has none (INSERT) */
  using: string | null;
  /** WITH CHECK; null where the policy has none */
  check: string | null;
  comment: string | null;
}

/** `schema.relation.policy`, parts quoted where Postgres would want it: the name by which configs, plans and reports speak of a policy. */
export type PolicyId = string & { readonly brand: "PolicyId" };

export const policyId = (policy: Pick<Policy, "schema" | "relation" | "name">): PolicyId =>
  `${relationKey(policy)}.${identForReading(policy.name)}` as PolicyId;
