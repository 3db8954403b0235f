import type { Regime } from "../pg/context.ts";
import type { FunctionKey } from "../pg/name.ts";
import type { Arguments } from "./call-arguments.ts";

/** The answer to one call: its rows and what it changed, or the error that it raised. */
export type CallOutcome =
  /** `changed`: of each table that it changed, the name, the number of rows and a digest of them afterwards */
  | { kind: "answer"; rows: string; changed: string[] }
  /** `inside`: it was raised in a function; otherwise the call never came there, for want of a privilege perhaps */
  | { kind: "error"; sqlstate: string; message: string; inside: boolean };

/** A call before and after a migration. */
export interface TriedCall {
  function: FunctionKey;
  /** `tenant`: the tenant whose values are its own */
  persona: { name: string; tenant: string; isOfTenant: boolean };
  state: { name: string; regime: Regime };
  whose: Arguments["whose"];
  before: CallOutcome;
  after: CallOutcome;
}

/**
 * True if a call with values of another tenant is answered as with the persona's own: the argument no longer decides
 * whose rows are read. Three things have to hold, for a count tells nothing by itself:
 *
 * - after the migration the call with its own values, in the same session, has the same answer;
 * - that answer it had with its own values before, while no variable held another tenant's value;
 * - a persona of another tenant gets other answers for its own values, so that the two can be told apart. The fixtures
 *   of a rehearsal have another number of rows for each tenant.
 */
export function isOwnAnswer(one: TriedCall, tries: readonly TriedCall[]): boolean {
  if (!one.persona.isOfTenant) return false;
  const own = tries.filter((other) => other.function === one.function && other.whose === "its own");
  const mine = own.filter(({ persona }) => persona.name === one.persona.name);
  const theirs = own.filter(({ persona }) => persona.isOfTenant && persona.tenant !== one.persona.tenant);
  const answers = theirs
    .flatMap(({ state, before, after }) => (state.regime === "foreign" ? [after] : [before, after]))
    .filter(({ kind }) => kind === "answer");
  return (
    mine.some(({ state, after }) => state.name === one.state.name && sameOutcome(after, one.after)) &&
    mine.some(({ state, before }) => state.regime !== "foreign" && sameOutcome(before, one.after)) &&
    answers.length > 0 &&
    answers.every((answer) => !sameOutcome(answer, one.after))
  );
}

/** True for the same answer, or the same error. */
export const sameOutcome = (a: CallOutcome, b: CallOutcome): boolean => JSON.stringify(a) === JSON.stringify(b);
