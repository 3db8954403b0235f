import type { Mutant } from "./mutants.ts";

/** Wrong provers that misread pg_has_role. */
export const HAS_ROLE_MUTANTS: readonly Mutant[] = [
  {
    id: "member-is-usage",
    title: "pg_has_role(…, 'MEMBER') goes along inherited privileges",
    file: "encode/has-role.ts",
    find: "MEMBER: ({ memberOf }) => memberOf,",
    replace: "MEMBER: ({ inheritsFrom, inherit, memberOf }) => inheritsFrom ?? (inherit ? memberOf : []),",
    noticedBy: ["has-role-member SELECT"],
  },
  {
    id: "usage-is-member",
    title: "pg_has_role(…, 'USAGE') goes along every membership",
    file: "encode/has-role.ts",
    find: "inheritsFrom ?? (inherit ? memberOf : []),",
    replace: "inheritsFrom ?? (inherit ? memberOf : memberOf),",
    noticedBy: ["has-role-usage SELECT"],
  },
  {
    id: "session-user-is-current",
    title: "session_user in pg_has_role is the current user",
    file: "encode/has-role.ts",
    find: "^SVFOP_(CURRENT_USER|CURRENT_ROLE|USER)$",
    replace: "^SVFOP_(CURRENT_USER|CURRENT_ROLE|USER|SESSION_USER)$",
    noticedBy: ["has-role-of-session-user SELECT"],
  },
  {
    id: "missing-roles-are-no-groups",
    title: "pg_has_role of a role that is not there is false",
    file: "encode/has-role.ts",
    find: " || !roles.has(role)",
    replace: "",
    noticedBy: ["has-role-of-nobody SELECT"],
  },
];
