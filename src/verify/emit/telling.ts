import { tupleKey, type Form, type TupleKey } from "../matrix/index.ts";
import type { IsolationCheck } from "./isolation-tests.ts";

/** A check, and the form of its statement. */
export interface Tried {
  check: IsolationCheck;
  form: Form;
}

/**
 * A check of a row with another value is kept if a policy depends on the value: if some persona gets an answer other
 * than to the unchanged row.
 */
export function tellsMore(all: readonly Tried[]): (one: Tried) => boolean {
  const plain = new Map(
    all.flatMap(({ check, form }) =>
      form.kind === "plain" ? [[tupleKey(check.relation, check.persona, form.of), check.expected.kind] as const] : [],
    ),
  );
  const telling = new Set<TupleKey>();
  for (const { check, form } of all)
    if (
      form.kind === "with value" &&
      check.expected.kind !== plain.get(tupleKey(check.relation, check.persona, form.of))
    )
      telling.add(valueKey(check.relation, form));
  return ({ check, form }) => form.kind !== "with value" || telling.has(valueKey(check.relation, form));
}

const valueKey = (relation: string, { of, column, value }: Extract<Form, { kind: "with value" }>): TupleKey =>
  tupleKey(relation, of, column, value);

/**
 * Inserts of own rows differ by persona, since each inserts in its own name: where none of them is allowed, the first
 * text is enough.
 */
export function isAllowedOrFirst(all: readonly Tried[]): (one: Tried) => boolean {
  const allowed = new Set<TupleKey>();
  const first = new Map<TupleKey, string>();
  for (const { check, form } of all) {
    if (form.kind !== "plain" || form.of !== "insert own") continue;
    const key = tupleKey(check.relation);
    if (check.expected.kind === "own" || check.expected.kind === "rows") allowed.add(key);
    if (!first.has(key)) first.set(key, check.sql);
  }
  return ({ check, form }) =>
    form.kind !== "plain" ||
    form.of !== "insert own" ||
    allowed.has(tupleKey(check.relation)) ||
    first.get(tupleKey(check.relation)) === check.sql;
}
