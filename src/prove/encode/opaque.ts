import { as, type Expr } from "../../pg/expr/node.ts";
import { printExpr } from "../../pg/expr/print.ts";
import { call, typeText } from "../../pg/expr/shape.ts";
import { SORT } from "../logic/sort.ts";
import { opaqueRaises, type FunctionSymbol, type PredicateSymbol } from "../logic/symbol.ts";
import { reasonOf, type Unmodelled } from "../unmodelled.ts";
import { qualifiedFunctions } from "./called.ts";
import type { Encoder } from "./context.ts";
import type { Frame } from "./frame.ts";
import { factsOf } from "./opaque-facts.ts";
import { expressionKey, uninterpretedKey } from "./opaque-key.ts";
import { noteUnread } from "./self-comparison.ts";
import type { Opaque } from "./value.ts";

/**
 * A name for what an expression gives that is not modelled. The name is the same on both sides exactly when the same
 * expression is computed from the same: then nothing can be told of its value, but that it is equal. What may differ
 * from one evaluation to the next (VOLATILE), or reads a relation or function that the change touches, gets a name of
 * its own.
 */
export function makeOpaque(encoder: Encoder, node: Expr, frame: Frame, given: Unmodelled): Opaque {
  const { logic } = encoder;
  noteUnread(encoder, node, frame);
  const facts = factsOf(encoder, node, frame);
  const volatile = facts.volatile !== null;
  const key = expressionKey([
    facts.text,
    frame.role,
    // both sides number their own: no two volatile calls, and nothing that changed, is ever the same
    ...(volatile ? [encoder.name, encoder.opaques.size] : facts.changed ? [encoder.name] : []),
  ]);
  if (!encoder.opaques.has(key)) {
    const why: Unmodelled = facts.volatile === null ? given : { kind: "volatile", name: facts.volatile };
    const reason = reasonOf(why, { expression: textOf(node), at: frame.calls.at(-1) ?? null });
    encoder.opaques.set(key, { why, reason, settings: [...facts.settings] });
  }
  const of = [...facts.rows].toSorted((a, b) => a.id - b.id).map((row) => logic.column(SORT.row, row, "*"));
  return {
    kind: "opaque",
    key,
    of,
    raises: facts.total ? logic.false : logic.predicate(opaqueRaises(key), null, of),
    type: typeOf(encoder, node),
  };
}

/** A symbol of which only congruence is known: a difference that hangs on it has to be seen to be believed. */
export function noteUninterpreted(
  opaques: Encoder["opaques"],
  symbol: FunctionSymbol | PredicateSymbol,
  why: Unmodelled,
): void {
  const key = uninterpretedKey(symbol);
  if (key !== null && !opaques.has(key))
    opaques.set(key, { why, reason: reasonOf(why, { expression: null, at: null }), settings: [] });
}

/** The type of a cast, a function's result, or an element of one. */
function typeOf(encoder: Encoder, node: Expr): string | null {
  const cast = as("TypeCast", node);
  if (cast) return typeText(cast.typeName);
  const element = as("A_Indirection", node);
  if (element) {
    const array = element.arg && element.indirection?.length === 1 ? typeOf(encoder, element.arg) : null;
    return array?.endsWith("[]") ? array.slice(0, -2) : null;
  }
  const [fn, ...others] = qualifiedFunctions(encoder.side, call(node)?.name ?? []);
  return fn && others.length === 0 ? fn.result : null;
}

function textOf(node: Expr): string | null {
  try {
    return printExpr(node);
  } catch {
    return null;
  }
}
