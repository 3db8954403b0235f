import type { Db } from "../db/port.ts";

/** A throw-away database. */
export interface Scratch {
  readonly db: Db;
  /** roles of the server that were there before and belong to others; none for an embedded database */
  readonly foreignRoles: ReadonlySet<string>;
  /**
   * An independent copy in its present state, on a fresh connection: no custom setting was ever set there, so unset really is unset.
   * The copy is closed by its own `close`. No transaction may be open.
   */
  fork(): Promise<Scratch>;
  /** Close the connection and drop the database. Safe to call twice. */
  close(): Promise<void>;
}

/** Where scratch databases are made: embedded, or on a server that lets us create databases. */
export type ScratchTarget = { kind: "embedded" } | { kind: "server"; url: string };
