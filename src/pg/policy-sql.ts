import { roundTripping } from "./expr/round-trip.ts";
import { quoteIdent, quoteLiteral, quoteRole } from "./identifier.ts";
import { quoteName, relationOf } from "./name.ts";
import type { Policy } from "./policy.ts";

const on = (policy: Policy): string => `${quoteIdent(policy.name)} on ${quoteName(relationOf(policy))}`;

/** CREATE POLICY with everything said; what Postgres has printed it prints the same way again. */
export function createPolicy(policy: Policy): string {
  return [
    `create policy ${on(policy)}`,
    `as ${policy.permissive ? "permissive" : "restrictive"} for ${policy.command.toLowerCase()} to ${policy.roles.map(quoteRole).join(", ")}`,
    ...(policy.using === null ? [] : [`using (${roundTripping(policy.using)})`]),
    ...(policy.check === null ? [] : [`with check (${roundTripping(policy.check)})`]),
  ].join("\n  ");
}

/** DROP POLICY IF EXISTS: the guard of the migration has already looked at what is there, and a second run finds it gone. */
export const dropPolicy = (policy: Policy): string => `drop policy if exists ${on(policy)}`;

/** COMMENT ON POLICY, also to take a comment away. */
export const commentPolicy = (policy: Policy): string =>
  `comment on policy ${on(policy)} is ${policy.comment === null ? "null" : quoteLiteral(policy.comment)}`;

/**
 * ALTER POLICY with what differs; null where ALTER cannot do it (another command or kind, an expression that comes or goes: Postgres manual,
 * ALTER POLICY). Both have the same name and relation.
 */
export function alterPolicy(from: Policy, to: Policy): string | null {
  if (from.command !== to.command || from.permissive !== to.permissive) return null;
  if ((from.using === null) !== (to.using === null) || (from.check === null) !== (to.check === null)) return null;
  const clauses = [
    ...(sameRoles(from, to) ? [] : [`to ${to.roles.map(quoteRole).join(", ")}`]),
    ...(from.using === to.using || to.using === null ? [] : [`using (${roundTripping(to.using)})`]),
    ...(from.check === to.check || to.check === null ? [] : [`with check (${roundTripping(to.check)})`]),
  ];
  return [`alter policy ${on(from)}`, ...clauses].join("\n  ");
}

/** Whether two policies of one relation say the same; comments are not looked at. */
export const samePolicy = (a: Policy, b: Policy): boolean =>
  a.name === b.name &&
  a.command === b.command &&
  a.permissive === b.permissive &&
  a.using === b.using &&
  a.check === b.check &&
  sameRoles(a, b);

/** Whether two policies are for the same roles. */
export const sameRoles = (a: Pick<Policy, "roles">, b: Pick<Policy, "roles">): boolean =>
  a.roles.length === b.roles.length && a.roles.every((role, index) => role === b.roles[index]);
