/** The personas that attack. */
export { ATTACKER, VICTIM, actorsFor } from "./personas.ts";
export type { Actor } from "./personas.ts";
export { connectingLogins, exemptBesides, exemptRequestRoles } from "./bypass.ts";
export type { ExemptRole } from "./bypass.ts";
export { migratingOwners } from "./request-roles.ts";
