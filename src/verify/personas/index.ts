/** The personas that attack. */
export { ATTACKER, VICTIM, actorsFor } from "./personas.ts";
export type { Actor } from "./personas.ts";
export { migratingOwners } from "./request-roles.ts";
