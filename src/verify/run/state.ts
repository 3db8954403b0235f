import type { Config } from "../../config.ts";
import { type Db } from "../../db/port.ts";
import type { Progress } from "../../progress.ts";
import type { Attempt, Breach, ExpectedBreach, Cell, Subject, TupleKey, Heat } from "../matrix/index.ts";
import type { Facts } from "../judge/index.ts";
import type { Access } from "./access.ts";
import type { Settling } from "./settling.ts";
import type { BypassRole, Targets, TestEnvironment } from "../environment/index.ts";
import { type Actor } from "../personas/index.ts";
import { type Probes } from "../matrix/index.ts";
import type { Example } from "./example.ts";
import type { SessionState } from "./session-state.ts";

export interface VerifyOptions {
  config: Config["verify"];
  /** the config declares that roles are looked up, not taken from the token */
  liveRole: boolean;
  /** every cell, as soon as it is judged; cells are not kept */
  onCell: (cell: Cell) => void;
  /** every cell that is a breach and is not declared, for the emitted tests */
  onExample?: (example: Example) => void;
  progress: Progress;
  /**
   * a second connection by the same URL, to see if a pool hands on settings that the first leaves behind; null: not
   * tried
   */
  otherClient: Db | null;
  /** a second run beside one that writes: only reads and calls are tried, by personas that are named apart */
  besides?: boolean;
}

/** A run in progress: its environment, and the counts so far. */
export interface Run {
  environment: TestEnvironment;
  options: VerifyOptions;
  actors: Actor[];
  /** roles of requests that row security does not hold for, as personas: they are tried only as such */
  exempt: Actor[];
  facts: Facts;
  /** the targets as each role may name them */
  byRole: ReadonlyMap<string, Targets>;
  /** the roles that row security does not hold for, and that those of the personas may become */
  bypassRoles: readonly BypassRole[];
  probes: Probes;
  /** by actor: relations with row security on that does not apply to the actor */
  privileged: Map<string, ReadonlyMap<Subject, string>>;
  /** relation and actor: the openings without any variable set; bounded by the catalog */
  open: Set<TupleKey>;
  /** relation, actor and attack of the same */
  openAttacks: Set<TupleKey>;
  /** relation and command that members get through with; only if the config declares a breach of a policy */
  plainlyOpen: Set<TupleKey>;
  /**
   * Cells that precede the first claims, on a connection that has had none: they are recorded once `plainlyOpen` is
   * known, since finding that out sets claims. Null: it is known.
   */
  later: (() => void)[] | null;
  breaches: Map<string, Breach>;
  expected: Map<string, ExpectedBreach>;
  /** entries of the config that match a finding */
  met: Set<Config["verify"]["expected"][number]>;
  heat: Map<TupleKey, Heat>;
  settling: Settling;
  /** functions whose result may come from rows, and not from their arguments alone */
  lookingUp: ReadonlySet<Subject>;
  /** by relation and role: the error that ends its own statements, and the commands that reached an own row */
  access: Map<TupleKey, Access>;
  withoutRows: Set<Subject>;
  notes: Map<string, Set<string>>;
  cells: number;
  held: number;
  heldByGrant: number;
  breached: number;
  expectedCells: number;
}

/** Statements of one persona that run one after the other. */
export interface Work {
  actor: Actor;
  attempts: Attempt[];
  standing: SessionState | null;
}

/** The targets as the role of a persona may name them. */
export const targetsFor = ({ byRole, environment }: Run, { role }: Actor): Targets =>
  byRole.get(role) ?? environment.targets;
