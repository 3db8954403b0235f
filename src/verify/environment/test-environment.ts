import type { FunctionFacts } from "../../classify/index.ts";
import type { Db } from "../../db/port.ts";
import type { Fixtures } from "../../fixtures/index.ts";
import type { Catalog } from "../../pg/catalog.ts";
import type { ContextMap } from "../../pg/context.ts";
import type { NameKey } from "../../pg/name.ts";
import type { DocumentRead } from "./request-documents.ts";
import type { Surface } from "./surface.ts";
import type { Targets } from "./target.ts";
import type { Verification } from "../matrix/index.ts";

/** A database that is attacked, with the rows of two tenants in it. */
export interface TestEnvironment {
  kind: Verification["ground"];
  db: Db;
  catalog: Catalog;
  context: ContextMap;
  /** the variable that identifies the tenant; null if rows belong to users, or have no owner */
  tenantSetting: string | null;
  facts: readonly FunctionFacts[];
  /** functions that set variables, and the variables that they set from their own arguments */
  setters: ReadonlyMap<FunctionFacts, Setter>;
  /** variables that are read and that nothing maps, such as bypass flags, with constants that they may be compared with */
  unmapped: readonly { setting: string; constants: readonly string[] }[];
  /** the constants that a variable itself is compared with */
  compared: ReadonlyMap<string, readonly string[]>;
  /** headers and cookies that something reads */
  documents: readonly DocumentRead[];
  /** relations in which policies look up the user */
  memberships: readonly string[];
  surface: Surface;
  fixtures: Fixtures;
  targets: Targets;
  /** the transaction may write: false on a live database unless it was asked for */
  writes: boolean;
  /** only rows of the fixtures are read, for there may be millions */
  sampled: boolean;
  /** sequences that may advance permanently → the reason; filled as transactions are opened */
  unprotected: ReadonlyMap<NameKey, string>;
  /** missing privileges of the login, a sentence each */
  missing: readonly string[];
  /** session variables with the values that an earlier client of the pool left on the connection; filled as transactions are opened */
  cameWith: ReadonlyMap<string, string>;
  /** Roll back the transaction that is still open, if any. */
  finish(): Promise<void>;
  /** Do the work without clearing the session variables that are left on a connection. */
  withLeftSettings<T>(work: () => Promise<T>): Promise<T>;
  /** Run the work in a transaction of its own, in which the rows exist, and roll it back. */
  transaction<T>(work: () => Promise<T>): Promise<T>;
}

/** Session variables that a function sets, itself or through another function. */
export interface Setter {
  settings: string[];
  fromArguments: { setting: string; argument: string }[];
}
