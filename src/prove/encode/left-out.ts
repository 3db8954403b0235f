import type { Formula } from "../logic/formula.ts";
import type { Logic } from "../logic/logic.ts";
import { SHORT_CIRCUIT } from "../logic/symbol.ts";

/**
 * Where something raises that PostgreSQL may leave out: only without short-circuit evaluation. Part by part, since one
 * that raises for no row in particular raises without any row too.
 */
export function unlessLeftOut(logic: Logic, raises: Formula): Formula {
  const shortCircuit = logic.predicate(SHORT_CIRCUIT, null, []);
  const parts = raises.kind === "or" ? raises.args : [raises];
  return logic.or(...parts.map((part) => logic.and(logic.not(shortCircuit), part)));
}

/**
 * Where one of the operands of a strict operator or function raises. The planner replaces the call by NULL where another
 * operand is NULL for certain (eval_const_expressions, "the function will never be called at all"), and evaluates none.
 */
export function strictRaises(logic: Logic, operands: readonly { raises: Formula; isNull: Formula }[]): Formula {
  const raises = logic.or(...operands.map((one) => one.raises));
  return operands.some(({ isNull }) => isNull === logic.true) ? unlessLeftOut(logic, raises) : raises;
}
