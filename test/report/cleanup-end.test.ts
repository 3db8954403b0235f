import { expect, test } from "vitest";
import { partEnd } from "../../src/report/cleanup-end.ts";

const BASE = { part: "code", files: 2, written: false, left: 0, mapped: 1, next: null } as const;

test("a patch that was printed is to be applied or written, before anything else", () => {
  const end = "next   `rlsmith cleanup --code --write`, or `rlsmith cleanup --code | git apply`";
  expect(partEnd(BASE)).toBe(end);
  expect(partEnd({ ...BASE, left: 3 })).toBe(`${end}; left to a person, above: 3`);
});

test("after the files are written, what is left to a person and the part that finds something are named", () => {
  const written = { ...BASE, written: true };
  expect(partEnd({ ...written, next: "sql" })).toBe(
    "next   review the changes and commit them, then `rlsmith cleanup --sql`",
  );
  expect(partEnd({ ...written, left: 1, next: "tests" })).toBe(
    "next   review the changes and commit them, then decide what is listed above, then `rlsmith cleanup --tests`",
  );
  expect(partEnd(written)).toBe(
    "next   review the changes and commit them; the other parts of the clean-up find nothing more",
  );
});

test("where no file changes, what is left to a person comes first", () => {
  const none = { ...BASE, files: 0 };
  expect(partEnd({ ...none, left: 1, next: "guards" })).toBe(
    "next   decide what is listed above, then `rlsmith cleanup --guards`",
  );
  expect(partEnd({ ...none, left: 1 })).toMatch(/^next {3}decide what is listed above; the other parts/);
  expect(partEnd({ ...none, next: "guards" })).toBe("next   `rlsmith cleanup --guards`");
});

test("where no part finds anything, nothing is next", () => {
  expect(partEnd({ ...BASE, files: 0 })).toBe("nothing is left to clean up: no part finds anything more");
});

test("a config that maps no variable is not a clean-up that is through", () => {
  expect(partEnd({ ...BASE, files: 0, mapped: 0 })).toContain("the config maps no variable");
});
