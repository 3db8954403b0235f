import type { Term } from "../logic/formula.ts";

export interface EqualityFact {
  left: Term;
  right: Term;
  /** the literal of `left = right`, as it is assigned: positive where they are equal */
  literal: number;
}

export interface Equality {
  /** clauses that the assignment breaks although equality wants them; empty: it is consistent */
  conflicts: number[][];
  /** the same number for terms that are equal */
  classOf: ReadonlyMap<Term, number>;
}

/**
 * Equality and distinct constants over a full assignment of equations. Guarantees: every clause is valid in the theory
 * and false under the assignment, and there is one whenever the assignment is inconsistent. Functions are not known
 * here: `axioms.ts` says what they need.
 */
export function checkEquality(facts: readonly EqualityFact[]): Equality {
  const edges = new Map<Term, { to: Term; literal: number }[]>();
  const edge = (from: Term, to: Term, literal: number): void => {
    const list = edges.get(from);
    if (list) list.push({ to, literal });
    else edges.set(from, [{ to, literal }]);
  };
  for (const { left, right, literal } of facts) {
    if (!edges.has(left)) edges.set(left, []);
    if (!edges.has(right)) edges.set(right, []);
    if (literal < 0) continue;
    edge(left, right, literal);
    edge(right, left, literal);
  }
  const classOf = new Map<Term, number>();
  const conflicts: number[][] = [];
  let classes = 0;
  for (const start of edges.keys()) {
    if (classOf.has(start)) continue;
    const queue = [start];
    classOf.set(start, classes);
    let constant: Term | null = null;
    for (const term of queue) {
      if (term.kind === "constant") {
        if (constant) conflicts.push(explain(edges, constant, term));
        else constant = term;
      }
      for (const { to } of edges.get(term) ?? [])
        if (!classOf.has(to)) {
          classOf.set(to, classes);
          queue.push(to);
        }
    }
    classes += 1;
  }
  for (const { left, right, literal } of facts)
    if (literal < 0 && classOf.get(left) === classOf.get(right))
      conflicts.push([...explain(edges, left, right), -literal]);
  return { conflicts, classOf };
}

/** Negated literals of a shortest way of equations from one term to another. */
function explain(edges: ReadonlyMap<Term, readonly { to: Term; literal: number }[]>, from: Term, to: Term): number[] {
  const cameBy = new Map<Term, { from: Term; literal: number }>();
  const queue = [from];
  for (const term of queue) {
    if (term === to) break;
    for (const { to: other, literal } of edges.get(term) ?? [])
      if (other !== from && !cameBy.has(other)) {
        cameBy.set(other, { from: term, literal });
        queue.push(other);
      }
  }
  const clause: number[] = [];
  for (let at = cameBy.get(to); at; at = cameBy.get(at.from)) clause.push(-at.literal);
  return clause;
}
