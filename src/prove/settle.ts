import type { Assumption } from "./assume.ts";
import { plainVerdict, type AssumedVerdict } from "./assumed-verdict.ts";
import type { Comparison } from "./comparison.ts";
import type { Decided } from "./decide.ts";
import { CLAIMS_SETTING } from "./encode/cast.ts";
import type { OpaqueFacts } from "./encode/context.ts";
import { uninterpretedKey } from "./encode/opaque-key.ts";
import { isSelfComparison } from "./encode/self-comparison.ts";
import type { Formula, Row } from "./logic/formula.ts";
import type { FunctionSymbol, PredicateSymbol } from "./logic/symbol.ts";
import { symbolsIn } from "./logic/visit.ts";
import type { Access } from "./predicate.ts";
import type { AccessOutcome } from "./situation.ts";
import type { Model } from "./solve/model.ts";
import type { Certainty, UnknownReason, Witness } from "./verdict.ts";
import { decode } from "./witness/decode.ts";

/** Custom settings that formulas read, also through what was not understood. */
export function settingsIn(shared: Comparison, formulas: readonly Formula[]): string[] {
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

/** Why the planner may refuse every statement, whatever rows there are: nothing is claimed then. */
export function selfComparisons(shared: Comparison, formulas: readonly Formula[]): UnknownReason[] {
  const facts = [...symbolsIn(formulas).values()].map((symbol) => factsOf(shared, symbol));
  return facts.flatMap((one) => (one && isSelfComparison(one) ? [one.reason] : []));
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

/**
 * From models to a verdict with witnesses. A difference that hangs on something not understood is none that may be
 * claimed.
 */
export function settle(
  shared: Comparison,
  { access, row, oldRow, assumption }: { access: Access; row: Row; oldRow: Row | null; assumption: Assumption },
  decided: Decided,
  shows: "witnesses" | "decision",
): AssumedVerdict {
  const witnesses: Witness[] = [];
  const touched = new Set<UnknownReason>();
  for (const { change, model } of decided.models) {
    for (const reason of reasonsIn(shared, model)) touched.add(reason);
    if (shows === "decision") continue;
    const [before, after] = OUTCOMES[change];
    const decoded = decode({
      logic: shared.logic,
      conversions: shared.conversions,
      side: shared.before,
      model,
      ...access,
      row,
      oldRow,
      now: shared.now,
    });
    witnesses.push({ change, before, after, confirmed: null, ...decoded });
  }
  const certainty: Certainty =
    decided.bounded !== null
      ? { kind: "bounded", rows: decided.bounded }
      : { kind: decided.models.length > 0 ? "model" : "proved" };
  const differs = decided.models.some(({ change }) => change === "lost" || change === "gained");
  const hangs = differs && touched.size > 0;
  const isOpen =
    decided.overlap.includes("error->allow") || (decided.decision === "equivalent" && decided.overlap.length > 0);
  if (isOpen) touched.add(EITHER_RAISES);
  const unknown = hangs || isOpen;
  return {
    ...plainVerdict(access, assumption, unknown ? "unknown" : decided.decision),
    errors: decided.errors,
    overlap: decided.overlap,
    bothMayRaise: decided.bothMayRaise,
    opensErrors: decided.opensErrors ? "row" : null,
    certainty,
    reasons: unknown ? [...touched] : [],
    witnesses,
    suspected: hangs ? decided.decision : null,
  };
}

/**
 * Where either side may raise, one may allow what the other does not. It hangs on the part that PostgreSQL evaluates
 * first, which is the planner's choice.
 */
const EITHER_RAISES: UnknownReason = {
  kind: "order",
  message: "either side may raise an error, and only one may allow the row, by the part that is evaluated first",
  expression: null,
  at: null,
};

/** Before and after. */
const OUTCOMES: Readonly<Record<Witness["change"], readonly [AccessOutcome["kind"], AccessOutcome["kind"]]>> = {
  lost: ["allow", "deny"],
  gained: ["deny", "allow"],
  "error->deny": ["error", "deny"],
  "error->allow": ["error", "allow"],
  "deny->error": ["deny", "error"],
  "allow->error": ["allow", "error"],
};
