import type { Expr } from "../../pg/expr/node.ts";
import type { Formula } from "../logic/formula.ts";
import type { Conversions } from "../logic/functions.ts";
import type { Logic } from "../logic/logic.ts";
import type { OpaqueKey } from "../logic/symbol.ts";
import type { Side } from "../side.ts";
import type { Unmodelled } from "../unmodelled.ts";
import type { Apart } from "../apart.ts";
import type { Unchanged } from "../uses.ts";
import type { UnknownReason } from "../verdict.ts";
import type { Frame } from "./frame.ts";
import type { Condition, Value, Values } from "./value.ts";

export type SideName = "before" | "after";

/**
 * A sub-query met a relation whose policies are being expanded, or that the role may not read: raise as Postgres does
 * (42P17, 42501), or read it, in the first case without its policies.
 */
export type Recursion = "raise" | "read through";

/** The parts that an encoder is made from. The maps are shared by all encoders of a comparison. */
export interface EncoderOptions {
  name: SideName;
  logic: Logic;
  values: Values;
  conversions: Conversions;
  side: Side;
  /** the relation or function means the same on both sides; what reads another may not be taken for the same */
  isUnchanged: Unchanged;
  /** what has the same name on both sides and is not the same */
  apart: Apart;
  /** what was not understood */
  opaques: Map<OpaqueKey, OpaqueFacts>;
  /** counts the sub-queries that were encoded */
  subQueries: { count: number };
  /** policies that were encoded before, by all that their meaning hangs on */
  encoded: Map<string, Condition>;
  recursion: Recursion;
  /** throws when the time is up */
  tick(): void;
}

/** The context of all functions of the encoder; they call one another through it. */
export interface Encoder extends EncoderOptions {
  /** what may raise while sub-queries are planned: no CASE or COALESCE around them keeps the planner from it */
  planned: Set<Formula>;
  expression(node: Expr | undefined, frame: Frame): Value;
  condition(node: Expr | undefined, frame: Frame): Condition;
  toCondition(value: Value): Condition;
  opaque(node: Expr, frame: Frame, why: Unmodelled): Value;
  /** The same encoder, which tells whether errors of what it encoded may hang on an order of evaluation. */
  watched(): Watched;
}

export interface Watched {
  encoder: Encoder;
  /** every error that may come does come */
  isSure(): boolean;
}

/** Why something was not understood, and the settings that it reads (`*`: some setting). */
export interface OpaqueFacts {
  why: Unmodelled;
  reason: UnknownReason;
  settings: readonly string[];
}
