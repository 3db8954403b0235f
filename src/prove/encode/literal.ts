import type { Encoder } from "./encoder.ts";
import type { Literal, Scalar } from "./value.ts";

/** A string constant as a value of a type; null where what it means depends on settings. */
export function coerce({ logic, conversions }: Encoder, literal: Literal, sort: string, type: string): Scalar | null {
  const value: Scalar = { kind: "scalar", sort, type, raises: logic.false, isNull: logic.true, cases: [] };
  if (literal.text === null) return value;
  const parsed = sort === "text" ? literal.text : conversions.get(type)?.read(literal.text);
  if (parsed === null) return { ...value, raises: logic.true };
  if (typeof parsed !== "string" && typeof parsed !== "number") return null;
  return { ...value, isNull: logic.false, cases: [{ when: logic.true, term: logic.constant(sort, parsed) }] };
}
