import type { Term } from "./formula.ts";

/** `left - right <= bound` over whole numbers; null is zero. */
export interface Bounded {
  left: Term | null;
  right: Term | null;
  bound: number;
}

/**
 * The same inequality about the integers that a difference, or a product or quotient with a constant, is of, where the
 * other side is zero or a product with the same constant; null for any other. The integers are those of mathematics: where PostgreSQL
 * raises 22003 instead, the encoder has said so.
 */
export function scaled(left: Term | null, right: Term | null, bound: number): Bounded | null {
  return ofDifference(left, right, bound) ?? ofProducts(left, right, bound) ?? ofQuotient(left, right, bound);
}

function ofDifference(left: Term | null, right: Term | null, bound: number): Bounded | null {
  const term = left ?? right;
  if ((left && right) || term?.kind !== "apply" || term.symbol.kind !== "minus") return null;
  const [x = null, y = null] = term.args;
  return left ? { left: x, right: y, bound } : { left: y, right: x, bound };
}

function ofProducts(left: Term | null, right: Term | null, bound: number): Bounded | null {
  const [a, b] = [product(left), product(right)];
  const factor = a?.factor ?? b?.factor;
  if (factor === undefined || (left !== null && a?.factor !== factor) || (right !== null && b?.factor !== factor))
    return null;
  const [x, y] = [a?.of ?? null, b?.of ?? null];
  // a negative factor turns the order round
  return factor > 0
    ? { left: x, right: y, bound: Math.floor(bound / factor) }
    : { left: y, right: x, bound: Math.floor(bound / -factor) };
}

/** Integer division cuts towards zero: what is between the divisor and its negative gives 0 (manual, 9.3). */
function ofQuotient(left: Term | null, right: Term | null, bound: number): Bounded | null {
  const [a, b] = [quotientOf(left), quotientOf(right)];
  if (a && right === null) {
    const most = bound * a.divisor + (bound >= 0 ? a.divisor - 1 : 0);
    return Number.isSafeInteger(most) ? { left: a.of, right: null, bound: most } : null;
  }
  if (b && left === null) {
    const least = -bound * b.divisor - (bound >= 0 ? b.divisor - 1 : 0);
    return Number.isSafeInteger(least) ? { left: null, right: b.of, bound: -least } : null;
  }
  return null;
}

const product = (term: Term | null): { factor: number; of: Term | null } | null =>
  term?.kind === "apply" && term.symbol.kind === "times"
    ? { factor: term.symbol.factor, of: term.args[0] ?? null }
    : null;

const quotientOf = (term: Term | null): { divisor: number; of: Term | null } | null =>
  term?.kind === "apply" && term.symbol.kind === "quotient"
    ? { divisor: term.symbol.divisor, of: term.args[0] ?? null }
    : null;
