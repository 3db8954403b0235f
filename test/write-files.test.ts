import { existsSync, mkdtempSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { writeAll } from "../src/write-files.ts";

test("an existing file is refused, and nothing is written", () => {
  const dir = mkdtempSync(join(tmpdir(), "rlsmith-output-"));
  writeFileSync(join(dir, "there.sql"), "mine");
  const files = [
    { path: join(dir, "new.sql"), content: "a" },
    { path: join(dir, "there.sql"), content: "b" },
  ];
  expect(() => writeAll(files, dir)).toThrow(expect.objectContaining({ code: "OUTPUT_EXISTS" }));
  expect(readdirSync(dir)).toEqual(["there.sql"]);
  expect(readFileSync(join(dir, "there.sql"), "utf8")).toBe("mine");
});

test("a write that fails leaves no file behind", () => {
  const dir = mkdtempSync(join(tmpdir(), "rlsmith-output-"));
  writeFileSync(join(dir, "file"), "");
  const files = [
    { path: join(dir, "a.sql"), content: "a" },
    // a folder cannot be made where a file stands
    { path: join(dir, "file", "b.sql"), content: "b" },
  ];
  expect(() => writeAll(files, dir)).toThrow(expect.objectContaining({ code: "CANNOT_WRITE" }));
  expect(existsSync(join(dir, "a.sql"))).toBe(false);
  expect(readdirSync(dir)).toEqual(["file"]);
});
