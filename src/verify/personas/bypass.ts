import type { Catalog, Relation, Role } from "../../pg/catalog.ts";
import { isPlatformRelation, isPlatformRole } from "../../pg/platform-objects.ts";
import { nameKey, relationKey, type NameKey } from "../../pg/name.ts";
import type { Policy } from "../../pg/policy.ts";

/** A role of the project that row security does not hold for, by its own attributes. */
export interface ExemptRole {
  role: string;
  superuser: boolean;
  /** relations whose policies compare a row and name the role, or on which it holds grants that no other role holds */
  relations: NameKey[];
}

/**
 * Roles with BYPASSRLS or SUPERUSER that requests come as: policies that compare a row name them, so the policies were
 * meant to hold; or no role that is subject to row security holds a grant on any relation with policies.
 */
export function exemptRequestRoles(catalog: Catalog): ExemptRole[] {
  return exemptRoles(catalog).flatMap(({ name, superuser }) => {
    const named = catalog.policies.filter((policy) => policy.roles.includes(name) && comparesRows(catalog, policy));
    const alone = guarded(catalog).some((relation) => isReachedOtherwise(catalog, relation))
      ? []
      : guarded(catalog).filter((relation) => holdsGrant(relation, name) && relation.owner !== name);
    const relations = [...new Set([...named.map(relationKey), ...alone.map(nameKey)])].toSorted();
    return relations.length === 0 ? [] : [{ role: name, superuser, relations }];
  });
}

/**
 * Such roles that hold grants beside the roles of requests: a job of the platform has them too, so they are named, and
 * not judged.
 */
export function exemptBesides(catalog: Catalog): string[] {
  const requests = new Set(exemptRequestRoles(catalog).map(({ role }) => role));
  return exemptRoles(catalog)
    .map(({ name }) => name)
    .filter(
      (name) =>
        !requests.has(name) &&
        guarded(catalog).some((relation) => relation.owner !== name && holdsGrant(relation, name)),
    )
    .toSorted();
}

/** Logins that are no role of requests themselves, and may become one: requests arrive on their connections. */
export const connectingLogins = (catalog: Catalog, requests: readonly string[]): string[] =>
  catalog.roles
    .filter(({ login, superuser, bypassRls }) => login && !superuser && !bypassRls)
    .filter(({ name }) => !requests.includes(name) && requests.some((role) => isMember(catalog, name, role)))
    .map(({ name }) => name);

/** Without `postgres` as a superuser, as which initdb leaves it and migrations run on the embedded engine. */
const exemptRoles = (catalog: Catalog): Role[] =>
  catalog.roles.filter(
    ({ name, superuser, bypassRls }) =>
      (superuser || bypassRls) && !(superuser && name === "postgres") && !isPlatformRole(catalog, name),
  );

const guarded = (catalog: Catalog): Relation[] =>
  catalog.relations.filter((relation) => relation.rowSecurity && !isPlatformRelation(catalog, relation));

const holdsGrant = ({ grants, columnGrants }: Relation, role: string): boolean =>
  [...grants, ...columnGrants].some(({ grantee }) => grantee === role);

/** True if a role that is subject to row security, or everybody, holds a grant. */
const isReachedOtherwise = ({ roles }: Catalog, { grants, columnGrants, owner }: Relation): boolean =>
  [...grants, ...columnGrants].some(
    ({ grantee }) =>
      grantee !== owner &&
      (grantee === "public" || roles.some((role) => role.name === grantee && !role.superuser && !role.bypassRls)),
  );

/** A policy that lets every row through says what BYPASSRLS says as well. */
const comparesRows = (catalog: Catalog, policy: Policy): boolean =>
  !isPlatformRelation(catalog, policy) && [policy.using, policy.check].some((text) => text !== null && text !== "true");

function isMember({ roles }: Catalog, name: string, group: string): boolean {
  const found = new Set([name]);
  for (const one of found) for (const of of roles.find((role) => role.name === one)?.memberOf ?? []) found.add(of);
  return name !== group && found.has(group);
}
