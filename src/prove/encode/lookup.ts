import type { BoundRow, Formula } from "../logic/formula.ts";
import { bit } from "../logic/logic.ts";
import type { Encoder } from "./context.ts";
import type { Condition, Value } from "./value.ts";

/** Some rows satisfy the formula. */
export const over = ({ logic }: Encoder, rows: readonly BoundRow[], formula: Formula): Formula =>
  rows.reduceRight((body, row) => logic.exists(row, body), formula);

/** A part that raises for no row in particular may raise without any row: Postgres evaluates it before it scans. */
export function raisesOver(encoder: Encoder, rows: readonly BoundRow[], raises: Formula): Formula {
  const { logic } = encoder;
  const mask = rows.reduce((bits, row) => bits | bit(row), 0);
  const parts = raises.kind === "or" ? raises.args : [raises];
  return logic.or(...parts.map((part) => ((part.open & mask) === 0 ? part : over(encoder, rows, part))));
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
  const raises = raisesOver(encoder, rows, logic.or(holds.raises, value.raises));
  return values.condition(
    raises,
    over(encoder, rows, logic.and(holds.isTrue, value.isTrue)),
    over(encoder, rows, logic.and(holds.isTrue, value.isFalse)),
  );
}
