import { describe, expect, test } from "vitest";
import { configSchema } from "../src/config-schema.ts";
import { claimsSourceOf, parseConfig } from "../src/config.ts";
import { matchesName } from "../src/pg/name-pattern.ts";
import { columnKey, functionKey, nameKey } from "../src/pg/name.ts";
import { policyId } from "../src/pg/policy.ts";

describe("names in a config", () => {
  const staff = nameKey({ schema: "public", name: "staff" });
  const order = nameKey({ schema: "public", name: "Order" });
  const dotted = nameKey({ schema: "a", name: "b.c" });
  const split = nameKey({ schema: "a.b", name: "c" });

  test.each([
    ["public.staff", staff, true],
    ['"public"."staff"', staff, true],
    ["public.staf", staff, false],
    ["public.*", staff, true],
    ["*", split, true],
    ["*staff", staff, true],
    // written bare, a name is taken as it stands
    ["public.Order", order, true],
    ['public."Order"', order, true],
    ["public.order", order, false],
    ["public.Order*", order, true],
    ["public.order*", order, false],
    ['public."Order*', order, true],
    // a dot inside a part is in quotes
    ['a."b.c"', dotted, true],
    ['a."b.c"', split, false],
    ['"a.b".c', split, true],
    ["a.b.c", dotted, false],
    ["a.b.c", split, false],
    ["a.*", dotted, true],
    ["a.*", split, false],
    ['"a.b".*', split, true],
    ['"a"."b.*"', dotted, true],
    ['"a"."b.*"', split, false],
    // `*` may stand for several parts, as in `*.c`
    ["a*", dotted, true],
    ["*.c", split, true],
    ["*.c", dotted, false],
  ])("%s on %s: %s", (pattern, shown, expected) => {
    expect(matchesName(pattern, shown)).toBe(expected);
  });

  test("policies and columns, whose relation is written bare or not", () => {
    const policy = policyId({ schema: "public", relation: "Order", name: "read own rows" });
    for (const pattern of ["public.Order.read own rows", 'public."Order"."read own rows"', "public.Order.*", "*rows*"])
      expect(matchesName(pattern, policy)).toBe(true);
    expect(matchesName("public.order.*", policy)).toBe(false);
    const column = columnKey({ schema: "public", name: "Order" }, "org_id");
    for (const pattern of ["public.Order.org_id", "*.org_id", "public.*.org_id"])
      expect(matchesName(pattern, column)).toBe(true);
  });

  test("a name may hold a line break, and `*` matches it too", () => {
    expect(matchesName("public.*", nameKey({ schema: "public", name: "a\nb" }))).toBe(true);
  });

  test("a function with its arguments is written as it is shown", () => {
    expect(matchesName("public.stats()", functionKey({ schema: "public", name: "stats", identityArguments: "" }))).toBe(
      true,
    );
    expect(
      matchesName("public.stats(*", functionKey({ schema: "public", name: "stats", identityArguments: "a uuid" })),
    ).toBe(true);
  });

  test("the function that gives the token", () => {
    expect(claimsSourceOf("auth.jwt()")).toEqual({ kind: "function", schema: "auth", name: "jwt" });
    expect(claimsSourceOf("token()")).toEqual({ kind: "function", schema: "public", name: "token" });
    expect(claimsSourceOf('"My App".currentToken()')).toEqual({
      kind: "function",
      schema: "My App",
      name: "currentToken",
    });
    expect(claimsSourceOf('"a.b"."c"()')).toEqual({ kind: "function", schema: "a.b", name: "c" });
    expect(() => claimsSourceOf('"a.b.c()')).toThrow(/neither a function nor a setting/);
  });
});

describe("where the access token of Supabase's logs may be sent", () => {
  const accepted = (supabase: object): boolean =>
    configSchema.safeParse({ targets: { staging: { url: { env: "URL" }, log: { supabase } } } }).success;

  test.each([
    ["https://api.supabase.com", true],
    ["https://api.supabase.com/", true],
    ["https://logs.example.com:8443", true],
    ["http://127.0.0.1:8000", true],
    ["http://localhost:8000", true],
    ["http://[::1]:8000", true],
    ["http://api.supabase.com", false],
    ["http://127.0.0.1.example.com", false],
    ["http://localhost@example.com", false],
    ["https://user:password@api.supabase.com", false],
    ["https://api.supabase.com/v1", false],
    ["ftp://127.0.0.1", false],
    ["api.supabase.com", false],
    ["", false],
  ])("%s: %s", (api, expected) => {
    expect(accepted({ project: "abcdefghijklmnopqrst", api })).toBe(expected);
  });

  test("a project is a reference, and nothing that a shell or a URL would read otherwise", () => {
    expect(accepted({ project: "abcdefghijklmnopqrst" })).toBe(true);
    for (const project of ["", "a b", "a;b", "../x", "A", "$(x)"]) expect(accepted({ project })).toBe(false);
  });
});

test("the URL of a target is no part of a config, and the message tells what is", () => {
  const url = "postgres://app:secret@db.example.com/app";
  const refusal = (): string => {
    try {
      parseConfig({ targets: { staging: { url } } } as never);
    } catch (error) {
      return String(error);
    }
    return "";
  };
  expect(refusal()).toContain("targets.staging.url: a URL contains a password");
  expect(refusal()).toContain('{ env: "STAGING_URL" }');
  expect(refusal()).not.toContain("secret");
});
