import { expect, test } from "vitest";
import { readPlpgsql } from "../../src/prove/encode/plpgsql.ts";

const program = (body: string, signature = "a boolean"): unknown =>
  readPlpgsql(`create function public.f(${signature}) returns boolean language plpgsql as $$ ${body} $$`);

test("a body that computes: variables, IF, RETURN, and an OUT argument at the end", () => {
  expect(program("declare v boolean := a; begin if v then return false; end if; return v; end")).toMatchObject({
    kind: "let",
    name: "v",
    type: "boolean",
    next: { kind: "if", branches: [{ result: { kind: "return" } }], otherwise: { kind: "return" } },
  });
  expect(program("begin o := not a; end", "a boolean, out o boolean")).toMatchObject({
    kind: "let",
    name: "o",
    next: { kind: "return", expr: { ColumnRef: {} } },
  });
});

// each was read as a body that only computes
test.each([
  // PostgreSQL raises 2F005 at the end; it does not return the first argument
  ["begin if a then return false; end if; end"],
  // one element changes, and not the array
  ["declare v boolean[] := array[a, a]; begin v[1] := false; return v[2]; end"],
  // a field changes, which the variable's own value does not show
  ["declare r record; begin r.x := a; return r.x; end"],
  // the default of a record
  ["declare r record := row(a); begin return r.f1; end"],
])("%s is not read", (body) => {
  expect(program(body)).toBeNull();
});
