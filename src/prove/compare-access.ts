import { nameKey, type QualifiedName } from "../pg/name.ts";
import { assume, isFreeOfRows, timeFacts, type Assumption } from "./assume.ts";
import { plainVerdict, type AssumedVerdict } from "./assumed-verdict.ts";
import { BudgetExceeded, tableFacts, tick, type Comparison } from "./comparison.ts";
import type { Component } from "./component.ts";
import { decide, type Predicate } from "./decide.ts";
import type { Formula, Row } from "./logic/formula.ts";
import { hasQuantifier } from "./logic/visit.ts";
import type { Access, Encoded, EncodeRequest } from "./predicate.ts";
import { selfComparisons, settingsIn, settle } from "./settle.ts";
import { newSolver, type Solver } from "./solve/solver.ts";
import type { SolverOptions } from "./solve/state.ts";
import type { Witness } from "./verdict.ts";

/** A side's predicate about a row. */
export type EncodeSide = (request: EncodeRequest) => Encoded;

/** One question to the solver: is there a state in which all of these hold? */
export interface Query extends Omit<SolverOptions, "tick"> {
  relation: QualifiedName;
  component: Component;
  role: string;
  assumption: string;
  /**
   * what a `yes` would show; null: that the assumption does not contradict itself, or that not every statement raises
   */
  change: Witness["change"] | null;
  formulas: readonly Formula[];
}

export interface CompareOptions {
  /** for one predicate under one assumption, in milliseconds */
  timeout?: number;
  /**
   * hears of every question that is asked, for who wants to check it with another solver; nothing is taken from memory
   * then
   */
  onQuery?: (query: Query) => void;
  /** what verdicts come with: `decision` alone saves the time that witnesses take */
  shows?: "witnesses" | "decision";
}

export const DEFAULT_TIMEOUT = 2000;

/** The predicates of both sides about one row, and the means to compare them. */
interface Pair {
  shared: Comparison;
  access: Access;
  /** the row in question, and for UPDATE CHECK the row as it was */
  row: Row;
  oldRow: Row | null;
  before: Predicate;
  after: Predicate;
  /** every statement failed before */
  wasBroken: boolean;
  solver: Solver;
  /** what the solver starts from */
  given: Omit<SolverOptions, "tick">;
}

/**
 * The verdicts on one access predicate, one for each assumption. Where every statement failed before, the
 * change is held against what the policies were meant to say: without recursion, and with the privileges that
 * their sub-queries lack.
 */
export function compareAccess(
  shared: Comparison,
  access: Access,
  assumptions: readonly Assumption[],
  encode: EncodeSide,
  options: CompareOptions = {},
): AssumedVerdict[] {
  const { timeout = DEFAULT_TIMEOUT } = options;
  // the same for every relation, so that predicates which say the same are the same
  const row = shared.logic.constantRow(null, "row");
  const oldRow = access.component === "UPDATE CHECK" ? shared.logic.constantRow(null, "old") : null;
  const verdict = (assumption: Assumption, more: Partial<AssumedVerdict>): AssumedVerdict => ({
    ...plainVerdict(access, assumption, "unknown"),
    ...more,
  });
  const outOfTime = (start: number): Partial<AssumedVerdict> => ({
    milliseconds: performance.now() - start,
    reasons: [{ kind: "budget", message: `not settled within ${timeout} ms`, expression: null, at: null }],
  });
  const begin = performance.now();
  shared.deadline = begin + timeout;
  const sides = encodeSides(encode, row);
  if (sides === null) return assumptions.map((assumption) => verdict(assumption, outOfTime(begin)));
  const { second, strict, first } = sides;
  if (second.kind === "fails")
    return assumptions.map((assumption) => verdict(assumption, { decision: "always-errors" }));
  if (first.kind === "fails") return assumptions.map((assumption) => verdict(assumption, {}));
  const [before, after] = [first.predicate, second.predicate];
  const readsAfter = settingsIn(shared, [after.isTrue, after.raises]);
  const refused = selfComparisons(shared, [before.raises, after.raises]);
  if (refused.length > 0) return assumptions.map((assumption) => verdict(assumption, { reasons: refused, readsAfter }));
  const rows = access.component === "INSERT" ? [] : [{ row: oldRow ?? row, table: nameKey(access.relation) }];
  const given: Pair["given"] = {
    logic: shared.logic,
    conversions: shared.conversions,
    rows,
    table: (name) => tableFacts(shared, name),
  };
  const solver = lazySolver({ ...given, tick: () => tick(shared) });
  const wasBroken = strict.kind === "fails";
  const pair: Pair = { shared, access, row, oldRow, before, after, wasBroken, solver, given };
  return assumptions.map((assumption): AssumedVerdict => {
    const start = performance.now();
    shared.deadline = start + timeout;
    try {
      return { ...verdictUnder(pair, assumption, options), readsAfter };
    } catch (error) {
      if (!(error instanceof BudgetExceeded)) throw error;
      return verdict(assumption, { ...outOfTime(start), readsAfter });
    }
  });
}

function verdictUnder(
  pair: Pair,
  assumption: Assumption,
  { onQuery, shows = "witnesses" }: CompareOptions,
): AssumedVerdict {
  const { shared, access, row, oldRow, before, after, wasBroken, solver, given } = pair;
  const start = performance.now();
  const free = isFreeOfRows(assumption);
  const satisfiable = free && shared.satisfiable.has(assumption.name);
  const same = before.isTrue === after.isTrue && before.raises === after.raises;
  if (same && satisfiable && after.raises === shared.logic.false && !wasBroken && !onQuery)
    return plainVerdict(access, assumption, "equivalent");
  const parts = [before.isTrue, before.raises, after.isTrue, after.raises];
  const stated = assume(shared, access, row, assumption);
  const assumed = shared.logic.and(stated, timeFacts(shared, [...parts, stated]));
  const hear = (change: Query["change"], formulas: readonly Formula[]): void => {
    const { relation, component, role } = access;
    const { schema, name } = relation;
    onQuery?.({ ...given, relation: { schema, name }, component, role, assumption: assumption.name, change, formulas });
  };
  // what quantifies over rows may hang on the tables that there are, and on whether the row in question is one
  const place = parts.some(hasQuantifier) ? [nameKey(access.relation), access.component] : [];
  const key = JSON.stringify([assumed.id, ...parts.map(({ id }) => id), ...place]);
  const decided =
    (onQuery ? undefined : shared.decided.get(key)) ??
    decide({ logic: shared.logic, solver, assumption: assumed, satisfiable, before, after, onQuery: hear });
  shared.decided.set(key, decided);
  if (free && decided.decision !== "vacuous") shared.satisfiable.add(assumption.name);
  const settled = settle(shared, { access, row, oldRow, assumption }, decided, shows);
  const opens = after.isTrue === shared.logic.false ? null : ("every statement" as const);
  return {
    ...settled,
    ...(wasBroken ? { ...broken(settled), opensErrors: opens } : {}),
    milliseconds: performance.now() - start,
  };
}

/** Made when the first question is asked: most predicates are equal as they stand. */
function lazySolver(options: SolverOptions): Solver {
  let made: Solver | null = null;
  return {
    ask: (...formulas) => {
      made ??= newSolver(options);
      return made.ask(...formulas);
    },
  };
}

/** Both sides in logic; null where even that takes too long. */
function encodeSides(encode: EncodeSide, row: Row): { second: Encoded; strict: Encoded; first: Encoded } | null {
  try {
    const second = encode({ side: "after", row, recursion: "raise" });
    const strict = encode({ side: "before", row, recursion: "raise" });
    const first = strict.kind === "fails" ? encode({ side: "before", row, recursion: "read through" }) : strict;
    return { second, strict, first };
  } catch (error) {
    if (error instanceof BudgetExceeded) return null;
    throw error;
  }
}

/** Where every statement raised before, that is what a real Postgres shows of the first side. */
const broken = ({ witnesses }: AssumedVerdict): Partial<AssumedVerdict> => ({
  errors: ["error->deny", "error->allow"],
  witnesses: witnesses
    .filter(({ change }) => change === "lost" || change === "gained")
    .map((witness) => ({ ...witness, before: "error" })),
});
