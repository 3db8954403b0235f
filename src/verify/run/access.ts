import {
  tupleKey,
  type Attempt,
  type Command,
  type Outcome,
  type Subject,
  type TupleKey,
  type Unsettled,
} from "../matrix/index.ts";
import { policyCommandOf } from "./settling.ts";
import type { Actor } from "../personas/index.ts";

/** The access of one role to one relation by one command, in direct statements. */
export interface Access {
  relation: Subject;
  command: Command;
  actor: Actor;
  /** some statement reached a row; that one reached none does not show that the policies can be evaluated on others */
  works: boolean;
  /** the first statement */
  example: Attempt;
  /** the first error that ended a statement, and that statement */
  failed: { cause: Broken; attempt: Attempt } | null;
}

/** Errors that no row and no token of the role's avoids: policies cannot be evaluated. */
export type Broken = Extract<Unsettled, { kind: "recursion" | "stack depth" | "missing grant" | "error" }>;

/** Note the outcome of a direct statement of a persona with ordinary claims. */
export function noteAccess(access: Map<TupleKey, Access>, attempt: Attempt, actor: Actor, outcome: Outcome): void {
  if (actor.class === "bad claims" || actor.setup.length > 0) return;
  if (attempt.through.kind !== "table" || attempt.setup !== undefined) return;
  const command = policyCommandOf(attempt);
  // row security does not apply to it
  if (command === "TRUNCATE") return;
  const key = tupleKey(attempt.relation, command, actor.role);
  const known = access.get(key) ?? {
    relation: attempt.relation,
    command,
    actor,
    example: attempt,
    works: false,
    failed: null,
  };
  access.set(key, known);
  if (outcome.kind !== "not settled") known.works ||= outcome.kind === "allowed";
  else if (isBroken(outcome.cause)) known.failed ??= { cause: outcome.cause, attempt };
}

const isBroken = (cause: Unsettled): cause is Broken =>
  cause.kind === "recursion" ||
  cause.kind === "stack depth" ||
  cause.kind === "missing grant" ||
  // a function, relation or column that a function of the policy names does not exist
  (cause.kind === "error" && ["42883", "42P01", "42703", "3F000"].includes(cause.sqlstate));
