import type { Config } from "../../config.ts";
import { type Db } from "../../db/port.ts";
import type { Progress } from "../../progress.ts";
import type { Attempt, Breach, ExpectedBreach, Cell, Subject, TupleKey, Heat } from "../matrix/index.ts";
import { type Evidence } from "../environment/index.ts";
import type { Ground } from "../environment/index.ts";
import { type Actor } from "../personas/index.ts";
import { type Probes } from "../matrix/index.ts";
import type { Standing } from "./session-states.ts";

export interface VerifyOptions {
  config: Config["verify"];
  /** the config declares that roles are looked up, not believed from the token */
  liveRole: boolean;
  /** every cell, as soon as it is judged; nothing of it is kept */
  onCell: (cell: Cell) => void;
  progress: Progress;
  /** a second connection by the same URL, to see whether a pool hands on what the first leaves behind; null: not asked */
  otherClient: Db | null;
}

/** A run under way: what is attacked, and what has been counted so far. */
export interface Run {
  ground: Ground;
  options: VerifyOptions;
  actors: Actor[];
  evidence: Evidence;
  probes: Probes;
  /** by actor: relations that row security does not hold back though it is on */
  privileged: Map<string, ReadonlyMap<Subject, string>>;
  /** relation and actor: what is open without any variable set; bounded by the catalog */
  open: Set<TupleKey>;
  /** relation, actor and attack of the same */
  openAttacks: Set<TupleKey>;
  /** relation and command that members get through with; only of what the config declares for a policy */
  plainlyOpen: Set<TupleKey>;
  /**
   * What comes before the first claims are set, on a connection that has had none: it is recorded when `plainlyOpen` is known, and asking for that
   * sets claims. Null: it is known.
   */
  later: (() => void)[] | null;
  breaches: Map<string, Breach>;
  expected: Map<string, ExpectedBreach>;
  /** entries of the config that something was found for */
  met: Set<Config["verify"]["expected"][number]>;
  heat: Map<TupleKey, Heat>;
  notReached: Map<string, number>;
  /** reason and relation of set-ups that raised → the first attack that it was for */
  setups: Map<TupleKey, string>;
  withoutRows: Set<Subject>;
  notes: Map<string, Set<string>>;
  cells: number;
  held: number;
  breached: number;
  expectedCells: number;
}

/** Statements of one persona that run one after the other. */
export interface Work {
  actor: Actor;
  attempts: Attempt[];
  standing: Standing | null;
}
