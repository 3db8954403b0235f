/** A policy reads its own relation again while Postgres expands it: 42P17 for every statement. */
export class InfiniteRecursion extends Error {
  readonly relation: string;
  constructor(relation: string) {
    super(`infinite recursion detected in policy for relation "${relation}"`);
    this.relation = relation;
  }
}
