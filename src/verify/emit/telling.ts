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
