import type { Encoder, EncoderOptions } from "./context.ts";
import { encodeExpression, toCondition } from "./expression.ts";
import { makeOpaque } from "./opaque.ts";

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
  };
  return encoder;
}
