import type { Catalog } from "../pg/catalog.ts";
import type { ContextMap } from "../pg/context.ts";
import { boundRoles } from "../pg/role.ts";
import { claimsOf } from "../fixtures/index.ts";
import type { Fixtures, Member } from "../fixtures/index.ts";
import type { Persona } from "../request/index.ts";

/** A persona of a rehearsal. */
export interface RehearsalPersona extends Persona {
  /** the tenant whose rows count as own; the first tenant for a persona without one */
  tenant: string;
  /** its claims name that tenant, as far as they can be read */
  isOfTenant: boolean;
  /** the member whom the claims identify, or null: a member is also tried with variables equal to its claims */
  member: Member | null;
}

const claimsText = (...args: Parameters<typeof claimsOf>): string => JSON.stringify(claimsOf(...args));

/**
 * The personas of a rehearsal: every member of the first tenant (one for each role), one of the other tenant, tokens
 * without usable claims, `anon`, and every further role that a policy names.
 */
export function personasFor(catalog: Catalog, context: ContextMap, fixtures: Fixtures): RehearsalPersona[] {
  const existing = new Set(catalog.roles.map((role) => role.name));
  const named = new Set(catalog.policies.flatMap((policy) => policy.roles).filter((role) => role !== "public"));
  const main = mainRole(catalog, named);
  const [first = "A", second = "B"] = fixtures.tenants.map((tenant) => tenant.name);
  const own = fixtures.members.filter((member) => member.tenant === first);
  const other = fixtures.members.find((member) => member.tenant === second);
  const [someone] = own;
  const personas: RehearsalPersona[] = own.map((member) => ({
    name: `${first}'s ${describe(member, fixtures)}`,
    role: main,
    claims: claimsText(member, context, main),
    tenant: first,
    isOfTenant: true,
    member,
  }));
  if (other)
    personas.push({
      name: `${second}'s ${describe(other, fixtures)}`,
      role: main,
      claims: claimsText(other, context, main),
      tenant: second,
      isOfTenant: true,
      member: other,
    });
  const nobody = (name: string, role: string, claims: string | null): RehearsalPersona => ({
    name,
    role,
    claims,
    tenant: first,
    isOfTenant: false,
    member: null,
  });
  personas.push(nobody("no claims", main, null), nobody("empty claims", main, ""));
  if (someone) {
    const tenantless = JSON.stringify({ sub: someone.user, role: main, app_metadata: {} });
    const broken = Object.fromEntries(
      context.variables
        .filter((variable) => variable.type !== "text")
        .map((variable) => [variable.setting, "no-such-value"]),
    );
    personas.push(
      nobody("claims without a tenant", main, tenantless),
      nobody("app_metadata null", main, JSON.stringify({ sub: someone.user, role: main, app_metadata: null })),
      { ...nobody("malformed claims", main, claimsText(someone, context, main, broken)), isOfTenant: true },
    );
  }
  if (existing.has("anon") && main !== "anon") personas.push(nobody("anon", "anon", JSON.stringify({ role: "anon" })));
  for (const role of named)
    if (
      existing.has(role) &&
      role !== main &&
      role !== "anon" &&
      someone &&
      !catalog.roles.find((r) => r.name === role)?.superuser
    )
      personas.push({
        name: `${first}'s ${describe(someone, fixtures)} as ${role}`,
        role,
        claims: claimsText(someone, context, role),
        tenant: first,
        isOfTenant: true,
        member: someone,
      });
  return personas;
}

/**
 * The role of requests: `authenticated`, or else the first that a policy names, that holds a grant or that owns a relation
 * with row security, if row security binds it.
 */
function mainRole({ roles, relations }: Catalog, named: ReadonlySet<string>): string {
  const bound = boundRoles(roles);
  const guarded = relations.filter(({ rowSecurity }) => rowSecurity);
  const granted = guarded.flatMap((relation) => [...relation.grants, ...relation.columnGrants]);
  const candidates = [...named, ...granted.map(({ grantee }) => grantee), ...guarded.map(({ owner }) => owner)];
  if (roles.some(({ name }) => name === "authenticated")) return "authenticated";
  return candidates.find((name) => bound.has(name)) ?? [...named][0] ?? roles[0]?.name ?? "postgres";
}

/** The words that distinguish a member from others of its tenant: `admin`. */
function describe(member: Member, fixtures: Fixtures): string {
  const shared = fixtures.tenants.find((tenant) => tenant.name === member.tenant)?.values ?? {};
  const own = Object.entries(member.values).filter(
    ([setting, value]) => shared[setting] !== value && !/^[0-9a-f-]{36}$/.test(value),
  );
  return own.map(([, value]) => value).join(" ") || "member";
}
