import type { Formula } from "../logic/formula.ts";
import { TYPE } from "../logic/sort.ts";
import type { Encoder } from "./context.ts";
import { coerce } from "./literal.ts";
import type { Value } from "./value.ts";

/** The value, but it may raise where the formula holds too. */
export function raising(encoder: Encoder, value: Value, raises: Formula): Value {
  const { logic, values } = encoder;
  const all = value.kind === "literal" || value.kind === "lookup" ? raises : logic.or(value.raises, raises);
  const settled = logic.not(all);
  switch (value.kind) {
    case "condition":
      return values.condition(all, logic.and(settled, value.isTrue), logic.and(settled, value.isFalse));
    case "literal": {
      const text = coerce(encoder, value, TYPE.text);
      return text ? { ...text, raises } : value;
    }
    case "lookup":
      return { ...value, value: { ...value.value, raises: logic.or(value.value.raises, raises) } };
    default:
      return { ...value, raises: all };
  }
}
