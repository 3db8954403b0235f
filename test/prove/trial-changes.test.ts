import { expect, test } from "vitest";
import { changeOf, decisionOf, isOnlyTried } from "../../src/prove/trial/change.ts";
import { TRIAL_CHANGES } from "./trial-changes.ts";

test.each(TRIAL_CHANGES)("$title: $decision", ({ answers, decision, onlyTried }) => {
  const decided = decisionOf(new Set(answers.flatMap(([before, after]) => changeOf(before, after) ?? [])));
  expect(decided).toBe(decision);
  expect(isOnlyTried({ decision: decided, certainty: { kind: "trial", points: 100 } })).toBe(onlyTried);
});

test("a proof that nothing is gained is no trial", () => {
  expect(isOnlyTried({ decision: "tighter", certainty: { kind: "proved" } })).toBe(false);
});
