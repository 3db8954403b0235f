import { claimsOf, placeClaim } from "../../fixtures/index.ts";
import type { Fixtures, Member } from "../../fixtures/index.ts";
import type { Catalog } from "../../pg/catalog.ts";
import type { ContextMap, ContextVariable } from "../../pg/context.ts";
import type { Persona } from "../matrix/index.ts";
import { deactivation } from "./deactivation.ts";
import { ownMetadata } from "./own-metadata.ts";
import { otherRoles, requestRoles } from "./request-roles.ts";

/** The tokens among the odd ones that code chooses by; the name of the persona puts it into words for people. */
export type TokenKind = "no claims" | "no tenant" | "no role" | "tenant in user_metadata";

/** A persona, with what the verification knows of it. */
export interface Actor extends Persona {
  /** the tenant whose rows are its own; null: none, so every tenant's row is foreign */
  tenant: string | null;
  /** the membership row of it */
  member: Member | null;
  /** run as the login before each of its statements: changes the membership row */
  setup: string[];
  /**
   * for a persona whose role in the token is tested: its claims with the true role, or with none; null for the others
   */
  truth: string | null;
  /** its token names another tenant in a claim that only the issuer can write */
  forged: boolean;
  /** null: a token that nothing chooses by */
  token: TokenKind | null;
}

/** The tenant that attacks and the one that is attacked. */
export const ATTACKER = "A";
export const VICTIM = "B";

/**
 * The personas that attack: every member of tenant A (one for each role); tokens that name no tenant, are malformed, or
 * have a claim in the wrong place; anon; and every further role that holds a policy or a grant, or owns relations, and
 * is subject to row security.
 */
export function actorsFor(catalog: Catalog, context: ContextMap, fixtures: Fixtures): Actor[] {
  const roles = requestRoles(catalog);
  const own = fixtures.members.filter((member) => member.tenant === ATTACKER);
  const [main = ""] = roles;
  const first = ofRole(main, catalog, context, fixtures);
  const members = first.filter(({ class: cls }) => cls === "member");
  const [someone] = own;
  const hasAnon = catalog.roles.some(({ name }) => name === "anon");
  return [
    ...first,
    ...roles
      .slice(1)
      .flatMap((role) =>
        ofRole(role, catalog, context, fixtures).map((one) => ({ ...one, name: `${one.name} as ${role}` })),
      ),
    ...(hasAnon ? [{ ...actor("anon", "anon", "anon", { role: "anon" }, null), tenant: null }] : []),
    // the role decides, not the claims: access that is granted to `authenticated` must not be open to anon with a
    // member's token
    ...(hasAnon && main !== "anon"
      ? members.flatMap(({ name, member }) =>
          member ? [actor(`${name} as anon`, "other role", "anon", everywhere(member, context, fixtures), member)] : [],
        )
      : []),
    ...otherRoles(catalog, roles).map((name) =>
      actor(
        `${name} as A's member`,
        "other role",
        name,
        someone ? claimsOf(someone, context, name) : null,
        someone ?? null,
      ),
    ),
  ];
}

/** Every persona of one role of requests: members, odd tokens, and no claims at all. */
function ofRole(role: string, catalog: Catalog, context: ContextMap, fixtures: Fixtures): Actor[] {
  const own = fixtures.members.filter((member) => member.tenant === ATTACKER);
  const victim = fixtures.members.find((member) => member.tenant === VICTIM) ?? null;
  const members = distinct(own, fixtures).map((member) =>
    actor(`A's ${describe(member, fixtures)}`, "member", role, claimsOf(member, context, role), member),
  );
  const [someone] = own;
  return [
    ...members,
    ...(someone ? badClaims(someone, victim, own, role, context, fixtures, catalog) : []),
    { ...actor("no claims", "bad claims", role, null, null), tenant: null, token: "no claims" },
  ];
}

const actor = (
  name: string,
  cls: Actor["class"],
  role: string,
  claims: Record<string, unknown> | null,
  member: Member | null,
): Actor => ({
  name,
  class: cls,
  role,
  claims: claims === null ? null : JSON.stringify(claims),
  tenant: ATTACKER,
  member,
  setup: [],
  truth: null,
  forged: false,
  token: null,
});

/** A member's claims, with its own tenant at the top level as well, where some policies read it. */
function everywhere(member: Member, context: ContextMap, fixtures: Fixtures): Record<string, unknown> {
  const claims = claimsOf(member, context, "anon");
  for (const { claim, setting } of tenantVariables(context, fixtures))
    placeClaim(claims, claim.slice(-1), member.values[setting]);
  return claims;
}

function badClaims(
  someone: Member,
  victim: Member | null,
  own: readonly Member[],
  role: string,
  context: ContextMap,
  fixtures: Fixtures,
  catalog: Catalog,
): Actor[] {
  const tenant = tenantVariables(context, fixtures);
  const base = (): Record<string, unknown> => claimsOf(someone, context, role);
  const bad = (name: string, claims: Record<string, unknown>): Actor =>
    actor(name, "bad claims", role, claims, someone);
  const withTenant = (value: (variable: ContextVariable) => unknown): Record<string, unknown> =>
    claimsOf(someone, context, role, Object.fromEntries(tenant.map((variable) => [variable.setting, value(variable)])));
  const actors = [
    { ...bad("empty claims", {}), tenant: null },
    bad("app_metadata null", { sub: someone.user, role, app_metadata: null }),
    { ...bad("sub malformed", { ...base(), sub: "no-such-user" }) },
  ];
  if (tenant.length > 0) {
    actors.push(
      { ...bad("tenant missing", { sub: someone.user, role, app_metadata: {} }), token: "no tenant" },
      bad(
        "tenant null",
        withTenant(() => null),
      ),
      bad(
        "tenant malformed",
        withTenant(() => "no-such-value"),
      ),
      bad(
        "tenant empty",
        withTenant(() => ""),
      ),
      bad(
        "tenant a list",
        withTenant((variable) => [someone.values[variable.setting]]),
      ),
      bad(
        "tenant a number",
        withTenant(() => 12345),
      ),
    );
    if (victim)
      for (const place of ["top level", "user_metadata"] as const) {
        const claims = base();
        let changed = false;
        for (const variable of tenant) {
          const last = variable.claim.at(-1) ?? "";
          const path = place === "top level" ? [last] : ["user_metadata", last];
          // a claim at the top level is issued by the server; user_metadata is written by the user, wherever policies
          // read it
          if (place === "top level" && variable.claim.length === 1) continue;
          placeClaim(claims, path, victim.values[variable.setting]);
          changed = true;
        }
        if (changed)
          actors.push({
            ...bad(`tenant B at ${place}`, claims),
            forged: place === "top level",
            token: place === "user_metadata" ? "tenant in user_metadata" : null,
          });
      }
  }
  if (victim && tenant.length === 0)
    actors.push(
      bad("user B in user_metadata", { ...base(), user_metadata: { sub: victim.user, user_id: victim.user } }),
    );
  if (victim) {
    const ids = personal(context, fixtures).filter(({ setting }) => victim.values[setting] !== undefined);
    if (ids.length > 0)
      actors.push({
        ...bad(
          `${ids.map(({ claim }) => claim.at(-1)).join(", ")} of B`,
          claimsOf(
            someone,
            context,
            role,
            Object.fromEntries(ids.map(({ setting }) => [setting, victim.values[setting]])),
          ),
        ),
        forged: true,
      });
  }
  for (const { path, value } of ownMetadata(catalog, context)) {
    const claims = base();
    placeClaim(claims, path, value);
    actors.push(bad(`${typeof value === "string" ? value : JSON.stringify(value)} in ${path.join(".")}`, claims));
  }
  return [...actors, ...roleClaims(someone, own, role, context, fixtures, catalog)];
}

/** Variables with one value for a whole tenant. */
export const tenantVariables = (context: ContextMap, fixtures: Fixtures): ContextVariable[] =>
  context.variables.filter(
    ({ setting, claim }) => claim.length > 0 && fixtures.tenants[0]?.values[setting] !== undefined,
  );

/** Variables that identify a person inside the tenant. */
const personal = (context: ContextMap, fixtures: Fixtures): ContextVariable[] =>
  context.variables.filter(
    ({ setting, claim }) => claim.length > 0 && claim.join() !== "sub" && fixtures.personal.includes(setting),
  );

/**
 * A token that names no role, one that names another role than the membership row, and one whose membership row was
 * deactivated later.
 */
function roleClaims(
  someone: Member,
  own: readonly Member[],
  role: string,
  context: ContextMap,
  fixtures: Fixtures,
  catalog: Catalog,
): Actor[] {
  const personals = new Set(personal(context, fixtures).map(({ setting }) => setting));
  const roles = context.variables.filter(
    ({ setting, claim }) =>
      claim.length > 0 &&
      fixtures.tenants[0]?.values[setting] === undefined &&
      !personals.has(setting) &&
      someone.values[setting] !== undefined,
  );
  const others = own.filter((member) =>
    roles.some(({ setting }) => member.values[setting] !== someone.values[setting]),
  );
  const claimed = others.slice(0, 3).map((member): Actor => ({
    ...actor(
      `${describe(someone, fixtures)} whose token says ${describe(member, fixtures)}`,
      "bad claims",
      role,
      claimsOf(
        someone,
        context,
        role,
        Object.fromEntries(roles.map(({ setting }) => [setting, member.values[setting]])),
      ),
      someone,
    ),
    truth: JSON.stringify(claimsOf(someone, context, role)),
  }));
  const none = Object.fromEntries(roles.map(({ setting }) => [setting, undefined]));
  const without =
    roles.length === 0
      ? []
      : [
          {
            ...actor("role missing", "bad claims", role, claimsOf(someone, context, role, none), someone),
            token: "no role" as const,
          },
        ];
  const deactivate = deactivation(someone, fixtures, catalog);
  if (deactivate === null) return [...without, ...claimed];
  return [
    ...without,
    ...claimed,
    {
      ...actor("deactivated member with an old token", "bad claims", role, claimsOf(someone, context, role), someone),
      setup: [deactivate],
      // if the role is looked up, the token without a role gets equal access
      truth: JSON.stringify(
        claimsOf(someone, context, role, Object.fromEntries(roles.map(({ setting }) => [setting, null]))),
      ),
    },
  ];
}

/** One member for each combination of values that are not personal. */
function distinct(members: readonly Member[], fixtures: Fixtures): Member[] {
  const seen = new Map<string, Member>();
  for (const member of members) {
    const name = describe(member, fixtures);
    if (!seen.has(name)) seen.set(name, member);
  }
  return [...seen.values()];
}

/** The words that distinguish a member from others of its tenant: `admin`. */
function describe(member: Member, fixtures: Fixtures): string {
  const shared = fixtures.tenants.find((tenant) => tenant.name === member.tenant)?.values ?? {};
  const own = Object.entries(member.values).filter(
    ([setting, value]) => shared[setting] !== value && !/^[0-9a-f-]{36}$|^\d+$/.test(value),
  );
  return [...own.map(([, value]) => value), ...(member.rank === null ? [] : [member.rank])].join(" ") || "member";
}
