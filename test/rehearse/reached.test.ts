import { expect, test } from "vitest";
import { reachesRows } from "../../src/rehearse/reached.ts";

// Answers as `jsonb_agg` prints them, of functions with a given result.

const answer = (rows: string, changed: string[] = []) => ({ kind: "answer", rows, changed }) as const;

test.each([
  ["numeric", "[0]"],
  ["boolean", "[false]"],
  ["uuid", "[null]"],
  ["jsonb", '[{"open": 0, "list": []}]'],
  ["note", '[{"id": null, "body": null}]'],
  ["SETOF note", "[]"],
])("%s: %s tells of no row", (result, rows) => {
  expect(reachesRows({ result, kind: "function" }, answer(rows))).toBe(false);
});

test.each([
  ["numeric", "[3]"],
  ["boolean", "[true]"],
  ["note", '[{"id": "a", "body": null}]'],
  // a row of another tenant that holds 0
  ["SETOF integer", "[0]"],
  ["TABLE(kilos numeric)", '[{"kilos": 0}]'],
  ["text", "no JSON"],
])("%s: %s tells of one", (result, rows) => {
  expect(reachesRows({ result, kind: "function" }, answer(rows))).toBe(true);
});

test("a change is one, whatever is returned; an error is none", () => {
  expect(reachesRows({ result: "void", kind: "function" }, answer("[0]", ["public.note 1"]))).toBe(true);
  expect(reachesRows({ result: "int", kind: "function" }, { kind: "error" })).toBe(false);
});
