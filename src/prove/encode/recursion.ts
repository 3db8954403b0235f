import type { NameKey } from "../../pg/name.ts";

/** A policy reads its own relation again while Postgres expands it: 42P17 for every statement. */
export class InfiniteRecursion extends Error {
  readonly relation: NameKey;
  constructor(relation: NameKey) {
    super(`infinite recursion detected in policy for relation "${relation}"`);
    this.relation = relation;
  }
}
