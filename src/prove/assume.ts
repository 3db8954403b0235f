import type { Regime } from "../pg/context.ts";
import type { Comparison } from "./comparison.ts";
import { parseOnce } from "./encode/parse-once.ts";
import type { Formula, Row } from "./logic/formula.ts";
import { SORT } from "./logic/sort.ts";
import { speaksOf } from "./logic/visit.ts";
import { encoderFor, frameFor, type Access } from "./predicate.ts";

/** How a request arrives: with context, without, or with one variable set to something else than its claim. */
export type ArrivalRegime = { kind: Exclude<Regime, "foreign"> } | { kind: "foreign"; setting: string };

/** Conditions that every state is taken to satisfy, under a name. Each is true: not NULL, and raising nothing. */
export interface Assumption {
  /** tells assumptions of one comparison apart; how it is shown */
  name: string;
  /** the regime of a context map that it describes; absent where a user stated it */
  regime?: ArrivalRegime;
  /** SQL over settings, claims, and the columns of the relation in question */
  conditions: readonly string[];
}

/** The assumption of those who assume nothing. */
export const NOTHING: Assumption = { name: "", conditions: [] };

/** The assumption is about the request alone, so that it is the same for every relation. */
export const isFreeOfRows = (assumption: Assumption): boolean =>
  assumption.conditions.every((text) => parseOnce(text).columns.length === 0);

/** An assumption in logic. Throws the grammar's syntax error. */
export function assume(shared: Comparison, access: Access, row: Row, assumption: Assumption): Formula {
  const free = isFreeOfRows(assumption);
  const known = free ? shared.assumed.get(assumption.name) : undefined;
  if (known) return known;
  const encoder = encoderFor(shared, "before");
  const { relation } = access;
  const frame = {
    ...frameFor(access.role),
    scopes: [[{ kind: "relation" as const, alias: relation.name, relation, row }]],
  };
  const { logic } = shared;
  const made = logic.and(
    ...assumption.conditions.map((text) => {
      const { isTrue, raises } = encoder.condition(parseOnce(text).tree, frame);
      return logic.and(isTrue, logic.not(raises));
    }),
  );
  if (free) shared.assumed.set(assumption.name, made);
  return made;
}

const MICROSECONDS_A_DAY = 86_400_000_000;

/** now() and the day do not change while a statement runs: constants, where formulas speak of them. */
export function timeFacts({ logic, now }: Comparison, formulas: readonly Formula[]): Formula {
  const time = logic.clock("now");
  const day = logic.clock("current_date");
  if (!speaksOf(formulas, time) && !speaksOf(formulas, day)) return logic.true;
  return logic.and(
    logic.equal(time, logic.constant(SORT.timestamptz, now)),
    logic.equal(day, logic.constant(SORT.date, Math.floor(now / MICROSECONDS_A_DAY))),
  );
}
