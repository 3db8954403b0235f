import type { Db } from "../db/port.ts";

/** A throw-away database. */
export interface Scratch {
  readonly db: Db;
  /** the roles that existed on the server before and belong to others; empty for an embedded database */
  readonly foreignRoles: ReadonlySet<string>;
  /**
   * Make an independent copy of the present state, on a new connection: no custom setting was ever set there, so an
   * unset setting really is unset. The copy is closed by its own `close`. No transaction may be open.
   */
  fork(): Promise<Scratch>;
  /** the login was made for the migrations, because the one of the URL is a superuser */
  readonly restricted: boolean;
  /** Cancel the running statement; null where the engine cannot. */
  cancel: (() => Promise<void>) | null;
  /** Let the login of the scratch database become the roles that migrations have made. */
  grantRoles(): Promise<void>;
  /** Close the connection and drop the database. Safe to call twice. */
  close(): Promise<void>;
}

/** The place where scratch databases are created: embedded, or on a server whose login may create databases. */
export type ScratchTarget =
  | { kind: "embedded" }
  /**
   * `superuser`: run migrations as the login of the URL even if it is a superuser; default: as a login that is made for
   * them and has no rights on files, programs and other machines
   */
  | { kind: "server"; url: string; superuser?: boolean };
