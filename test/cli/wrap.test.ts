import { expect, test } from "vitest";
import { wrapProse } from "../../src/cli/wrap.ts";

const WORDS = "one two three four five six seven eight nine ten eleven twelve";

test("prose is wrapped between words, at the width, with nothing lost", () => {
  for (const columns of [40, 47, 60]) {
    const lines = wrapProse(WORDS, columns).split("\n");
    expect(lines.every((line) => line.length <= columns)).toBe(true);
    expect(lines.join(" ")).toBe(WORDS);
  }
});

test("what fits, and what a terminal is too narrow for, stays", () => {
  expect(wrapProse(WORDS, WORDS.length)).toBe(WORDS);
  expect(wrapProse(WORDS, 20)).toBe(WORDS);
});

test("the text after a first word continues in its own column", () => {
  expect(wrapProse(`hint  ${WORDS}`, 46)).toBe(
    "hint  one two three four five six seven eight\n      nine ten eleven twelve",
  );
  const lines = wrapProse(`\u001B[32m✓\u001B[39m replay       ${WORDS}`, 45).split("\n");
  expect(lines.slice(1).every((line) => /^ {15}\S/.test(line))).toBe(true);
  expect(wrapProse(`    ${WORDS}`, 46).split("\n")[1]).toMatch(/^ {4}\S/);
});

test("colours take no room", () => {
  const coloured = `\u001B[2mhint\u001B[22m  ${WORDS}`;
  expect(wrapProse(coloured, 46)).toBe(
    "\u001B[2mhint\u001B[22m  one two three four five six seven eight\n      nine ten eleven twelve",
  );
});

test("a code span is not broken", () => {
  const sql = "`create policy own on public.note using (org_id = 'a b c')`";
  expect(wrapProse(`hint  run this with psql first of all: ${sql} and then again`, 50)).toContain(sql);
});

test("a row of a table stays a row", () => {
  const row = "public.note_with_a_long_name   12.5 ms   3.1 ms   ACCESS EXCLUSIVE";
  expect(wrapProse(row, 45)).toBe(row);
});

test("the last column of a table that has room continues in its own column", () => {
  expect(wrapProse(`      20  23503  ${WORDS}`, 50)).toBe(
    "      20  23503  one two three four five six seven\n                 eight nine ten eleven twelve",
  );
});
