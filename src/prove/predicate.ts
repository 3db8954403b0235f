import type { Relation } from "../pg/catalog.ts";
import type { Policy } from "../pg/policy.ts";
import { tick, type Comparison } from "./comparison.ts";
import { commandOf, type Component } from "./component.ts";
import type { Predicate } from "./decide.ts";
import type { Encoder, Recursion, SideName } from "./encode/context.ts";
import { newEncoder } from "./encode/encoder.ts";
import type { Frame } from "./encode/frame.ts";
import { composed, rowAccess } from "./encode/policies.ts";
import { InfiniteRecursion } from "./encode/recursion.ts";
import { newValues } from "./encode/value.ts";
import type { Row } from "./logic/formula.ts";

/** The subject of a verdict: a relation, one component, one role. */
export interface Access {
  relation: Relation;
  component: Component;
  role: string;
}

/** A predicate in logic, or that every statement fails: 42P17, or 42501 for want of a privilege. */
export type Encoded = { kind: "predicate"; predicate: Predicate } | { kind: "fails" };

export const encoderFor = (shared: Comparison, name: SideName, recursion: Recursion = "raise"): Encoder =>
  newEncoder({
    name,
    logic: shared.logic,
    values: newValues(shared.logic),
    conversions: shared.conversions,
    side: shared[name],
    isUnchanged: shared.isUnchanged,
    apart: shared.apart,
    opaques: shared.opaques,
    encoded: shared.encoded,
    subQueries: shared.subQueries,
    recursion,
    tick: () => tick(shared),
  });

export const frameFor = (role: string): Frame => ({
  scopes: [],
  withQueries: new Map(),
  parameters: new Map(),
  role,
  searchPath: ["public"],
  written: false,
  loose: false,
  refusesAmbiguity: false,
  depth: 0,
  active: [],
  calls: [],
});

/** Which side of a comparison is encoded, about which row, and what recursion does there. */
export interface EncodeRequest {
  side: SideName;
  row: Row;
  recursion: Recursion;
}

/** The access of a role to a row on one side: privilege, row security, policies. */
export function accessPredicate(
  shared: Comparison,
  { relation, component, role }: Access,
  { side, row, recursion }: EncodeRequest,
): Encoded {
  const { logic } = shared;
  // without the privilege no row is reached, whatever policies say
  if (!shared[side].hasPrivilege(relation, commandOf(component), role))
    return { kind: "predicate", predicate: { isTrue: logic.false, raises: logic.false, readsRows: false } };
  return encoded(shared, () =>
    rowAccess(encoderFor(shared, side, recursion), { relation, component, row, frame: frameFor(role) }),
  );
}

/** The row as it was, of an UPDATE. */
export const oldRow = ({ logic }: Pick<Comparison, "logic">): Row => logic.constantRow(null, "old");

/**
 * An UPDATE to a row starts from one that may be changed: its check counts together with USING of the row as it was.
 */
export function wholeAccess(shared: Comparison, access: Access, request: EncodeRequest): Encoded {
  const reached = accessPredicate(shared, access, request);
  if (access.component !== "UPDATE CHECK" || reached.kind === "fails") return reached;
  const { logic } = shared;
  const old = oldRow(shared);
  const using = accessPredicate(shared, { ...access, component: "UPDATE USING" }, { ...request, row: old });
  if (using.kind === "fails") return using;
  return {
    kind: "predicate",
    predicate: {
      isTrue: logic.and(reached.predicate.isTrue, using.predicate.isTrue),
      raises: logic.or(reached.predicate.raises, using.predicate.raises),
      readsRows: reached.predicate.readsRows || using.predicate.readsRows,
    },
  };
}

/** The access that a set of policies alone gives, whoever asks. */
export function policiesPredicate(
  shared: Comparison,
  policies: readonly Policy[],
  { relation, component, role }: Access,
  { side, row, recursion }: EncodeRequest,
): Encoded {
  const command = commandOf(component);
  const applied = policies.filter((policy) => policy.command === "ALL" || policy.command === command);
  return encoded(shared, () =>
    composed(encoderFor(shared, side, recursion), applied, { relation, component, row, frame: frameFor(role) }),
  );
}

function encoded(shared: Comparison, make: () => Pick<Predicate, "isTrue" | "raises">): Encoded {
  try {
    const before = shared.subQueries.count;
    const { isTrue, raises } = make();
    return { kind: "predicate", predicate: { isTrue, raises, readsRows: shared.subQueries.count > before } };
  } catch (error) {
    if (error instanceof InfiniteRecursion) return { kind: "fails" };
    throw error;
  }
}
