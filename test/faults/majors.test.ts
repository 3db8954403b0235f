import { expect, test, vi } from "vitest";
import { checked, triesAll, untried, type Found } from "./majors.ts";

const here: Found = { major: 15, title: "PostgreSQL 15.1", bin: "/there", missing: null };
const absent: Found = { major: 17, title: "PostgreSQL 17", bin: null, missing: "no package" };

test("a major that cannot be run is named with the reason", () => {
  expect(untried([here])).toBeNull();
  expect(untried([here, absent])).toContain("PostgreSQL 17 (no package)");
  expect(untried([here, absent])).not.toContain("PostgreSQL 15.1");
});

test("a slice without a major tries nothing, and says so", () => {
  expect(untried([])).toContain("try nothing");
});

test.each([
  [{}, false],
  [{ RLSMITH_SLICE: "", CI: "" }, false],
  [{ CI: "false" }, false],
  [{ CI: "true" }, true],
  [{ RLSMITH_SLICE: "3/4" }, true],
  // .ci/run with everything: the slice is empty
  [{ RLSMITH_SLICE: "", RLSMITH_MAJORS: "required" }, true],
])("%j: has to try all: %s", (env, expected) => {
  expect(triesAll(env)).toBe(expected);
});

test("a missing major is an error where it has to be tried, and a warning by hand", () => {
  const warn = vi.spyOn(console, "warn").mockImplementation(() => {});
  try {
    expect(checked([here, absent], {})).toEqual([here, absent]);
    expect(warn).toHaveBeenCalledExactlyOnceWith(expect.stringContaining("PostgreSQL 17 (no package)"));
    expect(() => checked([here, absent], { RLSMITH_MAJORS: "required" })).toThrow(/PostgreSQL 17 \(no package\)/);
    expect(() => checked([], { RLSMITH_SLICE: "5/8" })).toThrow(/try nothing/);
    expect(checked([here], { CI: "true" })).toEqual([here]);
  } finally {
    warn.mockRestore();
  }
});
