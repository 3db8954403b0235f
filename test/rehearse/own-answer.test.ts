import { expect, test } from "vitest";
import { isOwnAnswer, type CallOutcome, type TriedCall } from "../../src/rehearse/own-answer.ts";

// Tenant A has two rows, tenant B three. Before, a count took the tenant from its argument, and the policies showed no
// row where that was another one; after, it takes the tenant from the token.

const A = { name: "A's member", tenant: "A", isOfTenant: true };
const B = { name: "B's member", tenant: "B", isOfTenant: true };
const EMPTY = { name: "empty", regime: "without" } as const;
const FOREIGN = { name: "all variables of another tenant", regime: "foreign" } as const;

const says = (value: string): CallOutcome => ({ kind: "answer", rows: `[${value}]`, changed: [] });
const call = (
  persona: TriedCall["persona"],
  whose: TriedCall["whose"],
  before: string,
  after: string,
  state: TriedCall["state"] = EMPTY,
): TriedCall => ({
  function: "public.bills(p_shop uuid)" as TriedCall["function"],
  persona,
  state,
  whose,
  before: says(before),
  after: says(after),
});

const asked = call(A, "another tenant", "0", "2");

test("a count of the own rows, whatever the argument says", () => {
  expect(isOwnAnswer(asked, [call(A, "its own", "2", "2"), asked, call(B, "its own", "3", "3")])).toBe(true);
});

test("a count of the rows that the argument names", () => {
  const leaks = call(A, "another tenant", "0", "3");
  expect(isOwnAnswer(leaks, [call(A, "its own", "2", "2"), leaks, call(B, "its own", "3", "3")])).toBe(false);
});

test("a count of all rows", () => {
  const leaks = call(A, "another tenant", "0", "5");
  expect(isOwnAnswer(leaks, [call(A, "its own", "2", "5"), leaks, call(B, "its own", "3", "5")])).toBe(false);
});

test("an answer that both tenants get tells nothing", () => {
  const same = call(A, "another tenant", "null", "true");
  expect(isOwnAnswer(same, [call(A, "its own", "true", "true"), same, call(B, "its own", "true", "true")])).toBe(false);
});

test("nobody of another tenant was answered", () => {
  expect(isOwnAnswer(asked, [call(A, "its own", "2", "2"), asked])).toBe(false);
});

test("the own answer before was that of another tenant's variable", () => {
  const leaks = call(A, "another tenant", "0", "7", FOREIGN);
  const own = call(A, "its own", "7", "7", FOREIGN);
  expect(isOwnAnswer(leaks, [own, leaks, call(B, "its own", "3", "3")])).toBe(false);
});

test("another function, another persona, another session", () => {
  const b = call(B, "its own", "3", "3");
  expect(isOwnAnswer(asked, [{ ...call(A, "its own", "2", "2"), function: "public.f()" as never }, asked, b])).toBe(
    false,
  );
  expect(isOwnAnswer(asked, [call({ ...A, name: "A's clerk" }, "its own", "2", "2"), asked, b])).toBe(false);
  expect(isOwnAnswer(asked, [call(A, "its own", "2", "2", FOREIGN), asked, b])).toBe(false);
});

test("a persona without a tenant has no rows of its own", () => {
  const nobody = { ...A, name: "no claims", isOfTenant: false };
  const one = call(nobody, "another tenant", "0", "2");
  expect(isOwnAnswer(one, [call(nobody, "its own", "2", "2"), one, call(B, "its own", "3", "3")])).toBe(false);
});
