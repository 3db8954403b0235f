import { formatExpr, isShort } from "./expr/format.ts";
import { roundTripping } from "./expr/round-trip.ts";
import { identForReading, quoteIdent, quoteLiteral, quoteRole } from "./identifier.ts";
import { nameKey, quoteName, relationOf, type QualifiedName } from "./name.ts";
import type { Policy } from "./policy.ts";

/**
 * The style of statements: for a server alone, or for people to read as well. PostgreSQL parses both to the same tree.
 */
export interface SqlStyle {
  ident(name: string): string;
  relation(name: QualifiedName): string;
  role(name: string): string;
  /** `using (…)` or `with check (…)`, one a line, indented under its statement */
  clause(words: string, expression: string): string[];
  /** `as permissive`, or nothing where it is the default */
  permissive: string[];
  literal(text: string): string;
}

export const forServer: SqlStyle = {
  ident: quoteIdent,
  relation: quoteName,
  role: quoteRole,
  clause: (words, expression) => [`  ${words} (${roundTripping(expression)})`],
  permissive: ["as permissive"],
  literal: quoteLiteral,
};

export const forReading: SqlStyle = {
  ident: identForReading,
  relation: nameKey,
  role: identForReading,
  clause(words, expression) {
    const lines = formatExpr(roundTripping(expression));
    return isShort(lines)
      ? [`  ${words} (${lines.join("")})`]
      : [`  ${words} (`, ...lines.map((line) => `    ${line}`), "  )"];
  },
  permissive: [],
  literal(text) {
    const lines = text.match(/.{1,100}(?:\s|$)/gs) ?? [];
    // Literals separated only by a line break form one literal. A text that itself contains a backslash or a line break
    // is left unchanged.
    return text.length > 100 && !/[\\\n\r]/.test(text) && lines.join("") === text
      ? lines.map((line) => `\n  ${quoteLiteral(line)}`).join("")
      : quoteLiteral(text);
  },
};

const on = (policy: Policy, { ident, relation }: SqlStyle): string =>
  `${ident(policy.name)} on ${relation(relationOf(policy))}`;

/**
 * CREATE POLICY with every clause written out; an expression that Postgres printed is printed by it the same way again.
 */
export function createPolicy(policy: Policy, style: SqlStyle = forServer): string {
  const kind = policy.permissive ? style.permissive : ["as restrictive"];
  const roles = policy.roles.map(style.role).join(", ");
  return [
    `create policy ${on(policy, style)}`,
    `  ${[...kind, `for ${policy.command.toLowerCase()} to ${roles}`].join(" ")}`,
    ...(policy.using === null ? [] : style.clause("using", policy.using)),
    ...(policy.check === null ? [] : style.clause("with check", policy.check)),
  ].join("\n");
}

/**
 * DROP POLICY IF EXISTS: the check of the migration has already compared the policy, and a second run finds it dropped.
 */
export const dropPolicy = (policy: Policy, style: SqlStyle = forServer): string =>
  `drop policy if exists ${on(policy, style)}`;

/** COMMENT ON POLICY, also used to remove a comment. */
export const commentPolicy = (policy: Policy, style: SqlStyle = forServer): string =>
  `comment on policy ${on(policy, style)} is ${policy.comment === null ? "null" : style.literal(policy.comment)}`;

/**
 * ALTER POLICY with the differences; null where ALTER POLICY cannot make the change (another command or kind, an
 * expression added or removed: Postgres manual, ALTER POLICY). Both policies have the same name and relation.
 */
export function alterPolicy(from: Policy, to: Policy, style: SqlStyle = forServer): string | null {
  if (from.command !== to.command || from.permissive !== to.permissive) return null;
  if ((from.using === null) !== (to.using === null) || (from.check === null) !== (to.check === null)) return null;
  return [
    `alter policy ${on(from, style)}`,
    ...(sameRoles(from, to) ? [] : [`  to ${to.roles.map(style.role).join(", ")}`]),
    ...(from.using === to.using || to.using === null ? [] : style.clause("using", to.using)),
    ...(from.check === to.check || to.check === null ? [] : style.clause("with check", to.check)),
  ].join("\n");
}

/** True if two policies of one relation are the same; comments are not compared. */
export const samePolicy = (a: Policy, b: Policy): boolean =>
  a.name === b.name &&
  a.command === b.command &&
  a.permissive === b.permissive &&
  a.using === b.using &&
  a.check === b.check &&
  sameRoles(a, b);

/** True if two policies apply to the same roles. */
export const sameRoles = (a: Pick<Policy, "roles">, b: Pick<Policy, "roles">): boolean =>
  a.roles.length === b.roles.length && a.roles.every((role, index) => role === b.roles[index]);
