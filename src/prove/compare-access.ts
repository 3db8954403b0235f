import { nameKey, type QualifiedName } from "../pg/name.ts";
import { assume, isFreeOfRows, timeFacts, type ArrivalRegime, type Assumption } from "./assume.ts";
import { BudgetExceeded, tableFacts, tick, type Comparison } from "./comparison.ts";
import type { Component } from "./component.ts";
import { decide, type Decided } from "./decide.ts";
import { decode } from "./witness/decode.ts";
import { CLAIMS_SETTING } from "./encode/cast.ts";
import type { OpaqueFacts } from "./encode/context.ts";
import { uninterpretedKey } from "./encode/opaque-key.ts";
import type { Formula, Row } from "./logic/formula.ts";
import type { Conversions } from "./logic/functions.ts";
import type { Logic } from "./logic/logic.ts";
import type { FunctionSymbol, PredicateSymbol } from "./logic/symbol.ts";
import { hasQuantifier, symbolsIn } from "./logic/visit.ts";
import type { Access, Encoded, EncodeRequest } from "./predicate.ts";
import type { AccessOutcome } from "./situation.ts";
import type { Model } from "./solve/model.ts";
import { newSolver, type Solver } from "./solve/solver.ts";
import type { SolverOptions } from "./solve/state.ts";
import type { Certainty, Decision, UnknownReason, Verdict, Witness } from "./verdict.ts";

/** A verdict under an assumption. */
export interface AssumedVerdict extends Verdict {
  /** the assumption's name; empty where nothing is assumed */
  assumption: string;
  /** the assumption's regime; null where it describes none */
  regime: ArrivalRegime | null;
}

/** A side's predicate about a row. */
export type EncodeSide = (request: EncodeRequest) => Encoded;

/** One question to the solver: is there a state in which all of these hold? */
export interface Query {
  relation: QualifiedName;
  component: Component;
  role: string;
  assumption: string;
  /** what a `yes` would show; null: that the assumption does not contradict itself, or that not every statement raises */
  change: Witness["change"] | null;
  formulas: readonly Formula[];
  rows: SolverOptions["rows"];
  table: SolverOptions["table"];
  logic: Logic;
  conversions: Conversions;
}

export interface CompareOptions {
  /** for one predicate under one assumption, in milliseconds */
  timeout?: number;
  /** hears of every question that is asked, for who wants to check it with another solver; nothing is taken from memory then */
  onQuery?: (query: Query) => void;
}

export const DEFAULT_TIMEOUT = 2000;

/**
 * The verdicts on one access predicate, one for each assumption.
 * Where every statement failed with 42P17 before, the change is held against what the policies were meant to say: as if they read their own
 * relation without policies.
 */
export function compareAccess(
  shared: Comparison,
  access: Access,
  assumptions: readonly Assumption[],
  encode: EncodeSide,
  options: CompareOptions = {},
): AssumedVerdict[] {
  const { logic } = shared;
  const { timeout = DEFAULT_TIMEOUT, onQuery } = options;
  // the same for every relation, so that predicates which say the same are the same
  const row = logic.constantRow(null, "row");
  const oldRow = access.component === "UPDATE CHECK" ? logic.constantRow(null, "old") : null;
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
  if (second.kind === "recursion")
    return assumptions.map((assumption) => verdict(assumption, { decision: "always-errors" }));
  if (first.kind === "recursion") return assumptions.map((assumption) => verdict(assumption, {}));
  const wasBroken = strict.kind === "recursion";
  const [before, after] = [first.predicate, second.predicate];
  const pair = [before.isTrue, before.raises, after.isTrue, after.raises];
  const readsAfter = settingsIn(shared, [after.isTrue, after.raises]);
  const same = before.isTrue === after.isTrue && before.raises === after.raises;

  const table = nameKey(access.relation);
  const rows = access.component === "INSERT" ? [] : [{ row: oldRow ?? row, table }];
  const facts: SolverOptions["table"] = (name) => tableFacts(shared, name);
  let made: Solver | null = null;
  const solver: Solver = {
    ask: (...formulas) => {
      made ??= newSolver({
        logic,
        conversions: shared.conversions,
        rows,
        table: facts,
        tick: () => tick(shared),
      });
      return made.ask(...formulas);
    },
  };
  const place = pair.some(hasQuantifier) ? [table, access.component] : [];

  return assumptions.map((assumption): AssumedVerdict => {
    const start = performance.now();
    shared.deadline = start + timeout;
    const free = isFreeOfRows(assumption);
    const satisfiable = free && shared.satisfiable.has(assumption.name);
    if (same && satisfiable && after.raises === logic.false && !wasBroken && !onQuery)
      return verdict(assumption, { decision: "equivalent", readsAfter });
    try {
      const given = assume(shared, access, row, assumption);
      const assumed = logic.and(given, timeFacts(shared, [...pair, given]));
      const key = JSON.stringify([assumed.id, ...pair.map(({ id }) => id), ...place]);
      const hear = (change: Query["change"], formulas: readonly Formula[]): void =>
        onQuery?.({
          relation: { schema: access.relation.schema, name: access.relation.name },
          component: access.component,
          role: access.role,
          assumption: assumption.name,
          change,
          formulas,
          rows,
          table: facts,
          logic,
          conversions: shared.conversions,
        });
      const decided =
        (onQuery ? undefined : shared.decided.get(key)) ??
        decide({ logic, solver, assumption: assumed, satisfiable, before, after, onQuery: hear });
      shared.decided.set(key, decided);
      if (free && decided.decision !== "vacuous") shared.satisfiable.add(assumption.name);
      const settled = settle(shared, access, { row, oldRow }, assumption, decided);
      return {
        ...settled,
        ...(wasBroken ? broken(settled) : {}),
        milliseconds: performance.now() - start,
        readsAfter,
      };
    } catch (error) {
      if (!(error instanceof BudgetExceeded)) throw error;
      return verdict(assumption, { ...outOfTime(start), readsAfter });
    }
  });
}

/** Both sides in logic; null where even that takes too long. */
function encodeSides(encode: EncodeSide, row: Row): { second: Encoded; strict: Encoded; first: Encoded } | null {
  try {
    const second = encode({ side: "after", row, recursion: "raise" });
    const strict = encode({ side: "before", row, recursion: "raise" });
    const first = strict.kind === "recursion" ? encode({ side: "before", row, recursion: "read through" }) : strict;
    return { second, strict, first };
  } catch (error) {
    if (error instanceof BudgetExceeded) return null;
    throw error;
  }
}

export const plainVerdict = (access: Access, assumption: Assumption, decision: Decision): AssumedVerdict => ({
  relation: { schema: access.relation.schema, name: access.relation.name },
  component: access.component,
  role: access.role,
  assumption: assumption.name,
  regime: assumption.regime ?? null,
  decision,
  errors: [],
  overlap: [],
  certainty: { kind: "proved" },
  milliseconds: 0,
  reasons: [],
  witnesses: [],
  suspected: null,
  readsAfter: [],
});

/** Where every statement raised before, that is what a real Postgres shows of the first side. */
const broken = ({ witnesses }: AssumedVerdict): Partial<AssumedVerdict> => ({
  errors: ["error->deny", "error->allow"],
  witnesses: witnesses
    .filter(({ change }) => change === "lost" || change === "gained")
    .map((witness) => ({ ...witness, before: "error" })),
});

/** Custom settings that formulas read, also through what was not understood. */
function settingsIn(shared: Comparison, formulas: readonly Formula[]): string[] {
  const names = new Set<string>();
  for (const symbol of symbolsIn(formulas).values()) {
    const read = symbol.kind === "set" ? [symbol.setting] : (factsOf(shared, symbol)?.settings ?? []);
    for (const setting of read) if (setting !== CLAIMS_SETTING) names.add(setting);
  }
  return [...names].toSorted();
}

/** Why the symbol's value is not known; undefined where it is. */
function factsOf({ opaques }: Comparison, symbol: FunctionSymbol | PredicateSymbol): OpaqueFacts | undefined {
  const key = uninterpretedKey(symbol);
  return key === null ? undefined : opaques.get(key);
}

/** Reasons of all that a model speaks of and that is not understood. */
function* reasonsIn(shared: Comparison, { predicates, terms }: Model): Generator<UnknownReason> {
  for (const { symbol } of predicates) {
    const facts = factsOf(shared, symbol);
    if (facts) yield facts.reason;
  }
  for (const term of terms) {
    const facts = term.kind === "apply" ? factsOf(shared, term.symbol) : undefined;
    if (facts) yield facts.reason;
  }
}

/** From models to a verdict with witnesses. A difference that hangs on something not understood is none that may be claimed. */
function settle(
  shared: Comparison,
  access: Access,
  rows: { row: Row; oldRow: Row | null },
  assumption: Assumption,
  decided: Decided,
): AssumedVerdict {
  const witnesses: Witness[] = [];
  const touched = new Set<UnknownReason>();
  for (const { change, model } of decided.models) {
    for (const reason of reasonsIn(shared, model)) touched.add(reason);
    const [before, after] = OUTCOMES[change];
    const decoded = decode({
      logic: shared.logic,
      conversions: shared.conversions,
      side: shared.before,
      model,
      ...access,
      ...rows,
      now: shared.now,
    });
    witnesses.push({ change, before, after, confirmed: null, ...decoded });
  }
  const certainty: Certainty =
    decided.bounded !== null
      ? { kind: "bounded", rows: decided.bounded }
      : { kind: witnesses.length > 0 ? "model" : "proved" };
  const differs = witnesses.some(({ change }) => change === "lost" || change === "gained");
  const unknown = differs && touched.size > 0;
  return {
    ...plainVerdict(access, assumption, unknown ? "unknown" : decided.decision),
    errors: decided.errors,
    overlap: decided.overlap,
    certainty,
    reasons: unknown ? [...touched] : [],
    witnesses,
    suspected: unknown ? decided.decision : null,
  };
}

/** Before and after. */
const OUTCOMES: Readonly<Record<Witness["change"], readonly [AccessOutcome["kind"], AccessOutcome["kind"]]>> = {
  lost: ["allow", "deny"],
  gained: ["deny", "allow"],
  "error->deny": ["error", "deny"],
  "error->allow": ["error", "allow"],
  "deny->error": ["deny", "error"],
  "allow->error": ["allow", "error"],
};
