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
  // variables of an inner block get their defaults when it begins, and hide others
  ["declare v boolean := true; begin v := false; declare w boolean := v; begin return w; end; end"],
  ["declare v boolean := true; begin declare v boolean := a; begin v := true; end; return v; end"],
  // which error it was
  ["begin return not a; exception when others then return sqlstate = '22P02'; end"],
  ["begin return not a; exception when division_by_zero then return a; when others then return false; end"],
  // its end is reached without RETURN
  ["begin return not a; exception when others then null; end"],
  // the default of a record
  ["declare r record := row(a); begin return r.f1; end"],
])("%s is not read", (body) => {
  expect(program(body)).toBeNull();
});

test("a block that catches errors: what follows its end is outside of it, and comes after its handler as well", () => {
  const read = program(
    "declare v boolean; begin begin v := a; exception when others then v := false; end; return v; end",
  );
  expect(read).toMatchObject({
    kind: "let",
    next: {
      kind: "try",
      body: { kind: "let", name: "v", next: { kind: "leave", next: { kind: "return" } } },
      catches: "any error",
      handler: { kind: "let", name: "v", next: { kind: "return" } },
    },
  });
});
