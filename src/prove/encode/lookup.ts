import type { BoundRow, Formula } from "../logic/formula.ts";
import { bit } from "../logic/logic.ts";
import { SHORT_CIRCUIT } from "../logic/symbol.ts";
import type { Encoder } from "./context.ts";
import type { Condition, Value } from "./value.ts";

/** Some rows satisfy the formula. */
export const over = ({ logic }: Encoder, rows: readonly BoundRow[], formula: Formula): Formula =>
  rows.reduceRight((body, row) => logic.exists(row, body), formula);

/**
 * Where a sub-query may raise: by its condition on the rows, or by `more`, which is evaluated for those that satisfy it.
 * A part that raises for no row in particular may raise without any row: Postgres evaluates it before it scans. With
 * short-circuit evaluation, only a row for which nothing is false raises.
 */
export function raisesOver(encoder: Encoder, rows: readonly BoundRow[], holds: Condition, more?: Formula): Formula {
  const { logic } = encoder;
  const mask = rows.reduce((bits, row) => bits | bit(row), 0);
  const raises = logic.or(holds.raises, more ?? logic.false);
  const parts = raises.kind === "or" ? raises.args : [raises];
  const any = logic.or(...parts.map((part) => ((part.open & mask) === 0 ? part : over(encoder, rows, part))));
  if (any === logic.false) return any;
  const shortCircuit = logic.predicate(SHORT_CIRCUIT, null, []);
  const reached = over(encoder, rows, logic.and(raises, logic.not(holds.isFalse)));
  return logic.or(logic.and(logic.not(shortCircuit), any), logic.and(shortCircuit, reached));
}

/** The value that the one row which satisfies `holds` gives; NULL where there is none. */
export function lifted(encoder: Encoder, rows: readonly BoundRow[], holds: Condition, value: Value): Value | null {
  if (value.kind === "condition") return liftedCondition(encoder, rows, holds, value);
  return value.kind === "scalar" ? { kind: "lookup", rows, holds, value } : null;
}

export function liftedCondition(
  encoder: Encoder,
  rows: readonly BoundRow[],
  holds: Condition,
  value: Condition,
): Condition {
  const { logic, values } = encoder;
  const raises = raisesOver(encoder, rows, holds, value.raises);
  return values.condition(
    raises,
    over(encoder, rows, logic.and(holds.isTrue, value.isTrue)),
    over(encoder, rows, logic.and(holds.isTrue, value.isFalse)),
  );
}
