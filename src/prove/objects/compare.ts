import type { Catalog } from "../../pg/catalog.ts";
import { compareAttributes } from "./attributes.ts";
import type { ObjectChange } from "./change.ts";
import { compareColumnValues } from "./columns.ts";
import { compareConstraints } from "./constraints.ts";
import { compareDomainCalls } from "./domains.ts";
import { compareLeakproof } from "./leakproof.ts";
import { compareIdentities } from "./identities.ts";
import { compareMeanings } from "./meaning.ts";
import { compareEventTriggers, compareExtensions, comparePublications, compareServers } from "./outward.ts";
import { compareNamesAsked } from "./names-asked.ts";
import { compareOtherGrants } from "./other-grants.ts";
import { comparePaths } from "./paths.ts";
import { comparePoliciesOfNobody, comparePolicyCalls } from "./policies.ts";
import { comparePreRequest } from "./pre-request.ts";
import { compareRenamed } from "./renamed.ts";
import { compareRelations } from "./relations.ts";
import { compareGranted, compareRoles } from "./roles.ts";
import { compareDefaultPrivileges, compareSchemas } from "./schemas.ts";
import { compareTokenHooks } from "./token-hooks.ts";
import { compareRules, compareTriggers } from "./triggers.ts";
import { compareSettings } from "./settings.ts";
import { compareTypeOwners } from "./type-owners.ts";
import { compareUnread } from "./unread.ts";
import { compareViewOptions } from "./view-options.ts";
import { compareVolatility } from "./volatility.ts";
import { worldsOf } from "./world.ts";

/**
 * Every difference of two catalogs but those that the verdicts on relations are about, with what it does to who reaches
 * what. New relations are in `addedRelations`. Pure; needs no database.
 */
export function compareObjects(before: Catalog, after: Catalog): ObjectChange[] {
  const worlds = worldsOf(before, after);
  return [
    ...compareRelations(worlds),
    ...compareColumnValues(worlds),
    ...compareRenamed(worlds),
    ...comparePoliciesOfNobody(worlds),
    ...comparePolicyCalls(worlds),
    ...comparePaths(worlds),
    ...compareLeakproof(worlds),
    ...compareViewOptions(worlds),
    ...compareConstraints(worlds),
    ...compareTokenHooks(worlds),
    ...compareTriggers(worlds),
    ...compareRules(worlds),
    ...compareRoles(worlds),
    ...compareSchemas(worlds),
    ...compareGranted(worlds),
    ...compareOtherGrants(worlds),
    ...compareDefaultPrivileges(worlds),
    ...comparePublications(worlds),
    ...compareServers(worlds),
    ...compareEventTriggers(worlds),
    ...compareExtensions(worlds),
    ...compareSettings(worlds),
    ...compareMeanings(worlds),
    ...compareDomainCalls(worlds),
    ...compareTypeOwners(worlds),
    ...compareNamesAsked(worlds),
    ...compareVolatility(worlds),
    ...comparePreRequest(worlds),
    ...compareIdentities(worlds),
    ...compareAttributes(worlds),
    ...compareUnread(worlds),
  ];
}
