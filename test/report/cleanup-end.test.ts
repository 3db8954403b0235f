import { expect, test } from "vitest";
import { partEnd } from "../../src/report/cleanup-end.ts";

const BASE = { part: "code", files: 2, written: false, left: 0, mapped: 1 } as const;

test("a patch that was printed is to be applied or written", () => {
  expect(partEnd(BASE)).toBe("next   `rlsmith cleanup --code --write`, or `rlsmith cleanup --code | git apply`");
  expect(partEnd({ ...BASE, left: 3 })).toMatch(/; left to a person, above: 3$/);
});

test("after the files are written the part that follows is named, as far as there is one", () => {
  const end = (part: "code" | "guards" | "tests"): string => partEnd({ ...BASE, part, written: true });
  expect(end("code")).toBe("next   review the changes and commit them, then `rlsmith cleanup --sql`");
  expect(end("guards")).toBe("next   review the changes and commit them, then `rlsmith cleanup --tests`");
  expect(end("tests")).toBe("next   review the changes and commit them");
});

test("where no file changes, what is left to a person comes first", () => {
  const none = { ...BASE, files: 0 };
  expect(partEnd({ ...none, left: 1 })).toBe("next   decide what is listed above, then `rlsmith cleanup --sql`");
  expect(partEnd(none)).toBe("next   `rlsmith cleanup --sql`");
  expect(partEnd({ ...none, part: "tests" })).toBe("");
});

test("a config that maps no variable is not a clean-up that is through", () => {
  expect(partEnd({ ...BASE, files: 0, mapped: 0 })).toContain("the config maps no variable");
});
