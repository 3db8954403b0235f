import type { Encoder, EncoderOptions, Watched } from "./context.ts";
import { encodeExpression, toCondition } from "./expression.ts";
import { makeOpaque } from "./opaque.ts";
import type { Condition } from "./value.ts";

/**
 * From Postgres' parse trees to values in logic. What it does not understand becomes an opaque value with a reason,
 * never a guess.
 */
export function newEncoder(options: EncoderOptions): Encoder {
  const encoder: Encoder = {
    ...options,
    planned: new Set(),
    expression: (node, frame) => encodeExpression(encoder, node, frame),
    condition: (node, frame) => toCondition(encoder, encodeExpression(encoder, node, frame)),
    toCondition: (value) => toCondition(encoder, value),
    opaque: (node, frame, why) => makeOpaque(encoder, node, frame, why),
    watched: () => watch(encoder),
  };
  return encoder;
}

/** AND and OR may leave out a part that raises; the planner may evaluate what is never reached. */
function watch(encoder: Encoder): Watched {
  const { values, logic } = encoder;
  let isOpen = false;
  const noting =
    (combine: (parts: readonly Condition[]) => Condition) =>
    (parts: readonly Condition[]): Condition => {
      if (parts.length > 1 && parts.some(({ raises }) => raises !== logic.false)) isOpen = true;
      return combine(parts);
    };
  const watched = newEncoder({ ...encoder, values: { ...values, and: noting(values.and), or: noting(values.or) } });
  return { encoder: watched, isSure: () => !isOpen && watched.planned.size === 0 };
}
