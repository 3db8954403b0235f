import type { FunctionFacts } from "../../classify/index.ts";
import type { Db } from "../../db/port.ts";
import type { Fixtures } from "../../fixtures/index.ts";
import type { Catalog } from "../../pg/catalog.ts";
import type { ContextMap } from "../../pg/context.ts";
import type { NameKey } from "../../pg/name.ts";
import type { Surface } from "./surface.ts";
import type { Targets } from "./target.ts";
import type { Verification } from "../matrix/index.ts";

/** A database that is attacked, with the rows of two tenants in it. */
export interface Ground {
  kind: Verification["ground"];
  db: Db;
  catalog: Catalog;
  context: ContextMap;
  /** the variable that says the tenant; null where rows belong to users, or to nobody */
  tenantSetting: string | null;
  facts: readonly FunctionFacts[];
  /** functions that set variables, and those that they set from their own arguments */
  setters: ReadonlyMap<FunctionFacts, Setter>;
  /** variables that policies read and nothing maps: bypass flags, and what is still open */
  unmapped: readonly string[];
  /** relations in which policies look up who somebody is */
  memberships: readonly string[];
  surface: Surface;
  fixtures: Fixtures;
  targets: Targets;
  /** the transaction may write: false on a live database unless it was asked for */
  writes: boolean;
  /** only rows of the fixtures are read, for there may be millions */
  sampled: boolean;
  /** sequences that may advance for good → why; filled as transactions are opened */
  unprotected: ReadonlyMap<NameKey, string>;
  /** what the login cannot do, a sentence each */
  missing: readonly string[];
  /** Ends whatever transaction is still open. */
  finish(): Promise<void>;
  /** Runs the work in a transaction of its own, in which the rows are there, and rolls it back. */
  transaction<T>(work: () => Promise<T>): Promise<T>;
}

/** Session variables that a function sets, itself or through another. */
export interface Setter {
  settings: string[];
  fromArguments: { setting: string; argument: string }[];
}
