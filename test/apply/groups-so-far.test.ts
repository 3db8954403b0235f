import { expect, test } from "vitest";
import { withGroups, type FailedRun } from "../../src/apply/transaction/index.ts";
import { ToolError } from "../../src/errors.ts";

const group = (name: string) => ({ group: name, entries: [1], locks: [], tries: 1 });
const RUN: FailedRun = { dryRun: false, done: [group("a")], failed: "b", remaining: ["c"] };

test("a bug names the groups that were committed before it", () => {
  const error = withGroups(new TypeError("x is not a function"), RUN);
  expect(error).toMatchObject({
    kind: "bug",
    code: "INTERNAL_ERROR",
    summary: "x is not a function",
    groups: { committed: [{ group: "a", entries: [1] }], notCommitted: ["b", "c"], notKnown: [] },
  });
});

test("a bug after the COMMIT of a group does not count that group as not committed", () => {
  const error = withGroups(new TypeError("x is not a function"), { ...RUN, failed: "a" });
  expect(error.groups).toEqual({ committed: [{ group: "a", entries: [1] }], notCommitted: ["c"], notKnown: [] });
});

test("what became of a COMMIT in doubt is not known", () => {
  const lost = new ToolError("environment", "OUTCOME_NOT_KNOWN", "the connection was lost", "ask the journal");
  expect(withGroups(lost, RUN).groups).toMatchObject({ notCommitted: ["c"], notKnown: ["b"] });
});
