import { TYPE, type ScalarType } from "../logic/sort.ts";
import type { Encoder } from "./context.ts";
import type { Literal, Scalar } from "./value.ts";

/** A string constant as a value of a type; null where what it means depends on settings. */
export function coerce({ logic, conversions }: Encoder, literal: Literal, type: ScalarType): Scalar | null {
  const value: Scalar = { kind: "scalar", type, raises: logic.false, isNull: logic.true, cases: [] };
  if (literal.text === null) return value;
  const parsed = type === TYPE.text || type === TYPE.citext ? literal.text : conversions.get(type)?.read(literal.text);
  if (parsed === null) return { ...value, raises: logic.true };
  if (typeof parsed !== "string" && typeof parsed !== "number") return null;
  return { ...value, isNull: logic.false, cases: [{ when: logic.true, term: logic.constant(type.sort, parsed) }] };
}
