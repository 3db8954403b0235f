import { expect, test } from "vitest";
import { nameKey } from "../../src/pg/name.ts";
import { findIn } from "../../src/verify/environment/known-rows.ts";

const NOTE = nameKey({ schema: "public", name: "note" });
const found = (rows: unknown[], value: string, sql = "select 1"): boolean =>
  findIn(rows, new Map([[value, NOTE]]), [sql]) !== null;

test.each(["plain text", "first\nline", 'say "hi"', String.raw`back\slash`, "tab\there", "it's"])(
  "%j is found wherever it stands in a row, and not where it was handed in",
  (value) => {
    expect(found([{ body: value }], value)).toBe(true);
    expect(found([{ all: [{ body: `x ${value}.` }] }], value)).toBe(true);
    expect(found([{ [value]: 1 }], value)).toBe(true);
    // JSON in a text
    expect(found([{ body: JSON.stringify({ value }) }], value)).toBe(true);
    expect(found([{ body: "something else" }], value)).toBe(false);
    const literal = value.includes("\\") ? `E'${value.replaceAll("\\", "\\\\")}'` : `'${value.replaceAll("'", "''")}'`;
    expect(found([{ body: value }], value, `select f(${literal})`)).toBe(false);
  },
);

test("the beginning of a longer word is not the value, but a second place may be", () => {
  expect(found([{ a: "name 12.10" }], "name 12.1")).toBe(false);
  expect(found([{ a: "name 12.10, name 12.1" }], "name 12.1")).toBe(true);
  // two texts of a row do not make one
  expect(found([{ a: "name", b: "12.1" }], "name\n12.1")).toBe(false);
  // an escaped line break is not the letter n
  expect(found([{ a: "first\nline" }], "nline")).toBe(false);
});
