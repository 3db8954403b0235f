import { expect, test } from "vitest";
import { alignTables } from "../../src/documents/index.ts";

test("columns get one width, and the text around a table stays", () => {
  expect(alignTables("a\n\n| x | long head |\n| --- | ---: |\n| 1 | 22 |\n\nb | c")).toBe(
    "a\n\n| x   | long head |\n| --- | --------: |\n| 1   | 22        |\n\nb | c",
  );
});

test("a wide character takes two columns, and a pipe with a backslash ends no cell", () => {
  expect(alignTables("| a | b |\n| --- | --- |\n| 客户 | x \\| y |\n| c | |")).toBe(
    "| a    | b      |\n| ---- | ------ |\n| 客户 | x \\| y |\n| c    |        |",
  );
});

test("a table in a fence of code, and one with a row of other columns, stay", () => {
  const fenced = "```\n| x | y |\n| --- | --- |\n| 1 | 2 |\n```";
  const uneven = "| x | y |\n| --- | --- |\n| 1 |";
  expect(alignTables(fenced)).toBe(fenced);
  expect(alignTables(uneven)).toBe(uneven);
});
