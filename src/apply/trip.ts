/**
 * How statements are sent. `together`: all in one round trip, since locks may be held meanwhile. `each alone`: by the
 * extended query protocol, which accepts no second statement in a text (PostgreSQL manual, 54.2.3), for texts that were
 * read from the target.
 */
export type Trip = "together" | "each alone";
