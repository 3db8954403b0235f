import type { Finding } from "../../finding.ts";
import type { Policy } from "../../pg/policy.ts";

/** The place of a finding about a policy. */
export const atPolicy = (policy: Policy): Finding["at"] => ({
  kind: "policy",
  schema: policy.schema,
  relation: policy.relation,
  policy: policy.name,
});

/** Settings, roles and names for a message: `a`, `b`. */
export const quoted = (names: Iterable<string>): string => [...new Set(names)].map((name) => `\`${name}\``).join(", ");
