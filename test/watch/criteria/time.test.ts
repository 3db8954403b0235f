import { expect, test } from "vitest";
import { timeCriterion } from "../../../src/watch/criteria/time.ts";
import { watchedAt } from "./watched.ts";

const at = (minutes: number): string => new Date(Date.UTC(2026, 0, 1) + minutes * 60_000).toISOString();
const every = (step: number, to: number): string[] => Array.from({ length: to / step + 1 }, (_, n) => at(n * step));

test("two hours without a gap", () => {
  expect(timeCriterion(watchedAt(every(5, 120), at(121), { hours: 2 }))).toMatchObject({ state: "passed", n: 2 });
});

test("a gap begins the hours anew", () => {
  const times = [...every(5, 120), ...every(5, 30).map((_, n) => at(140 + n * 5))];
  expect(timeCriterion(watchedAt(times, at(171), { hours: 1 }))).toMatchObject({
    state: "not enough yet",
    n: 0.5,
    causes: [{ cause: "gap", from: at(120), to: at(140) }],
  });
});

test("a clock that went back begins them anew, whatever the times say", () => {
  expect(timeCriterion(watchedAt([at(0), at(5), at(1), at(6)], at(7), { hours: 0.1 }))).toMatchObject({
    state: "not enough yet",
    causes: [{ cause: "clock went back", from: at(5), to: at(1) }],
  });
});

test("the newest sample is old", () => {
  expect(timeCriterion(watchedAt(every(5, 120), at(150), { hours: 1 }))).toMatchObject({
    state: "not enough yet",
    causes: [{ cause: "no sample since", at: at(120) }],
  });
});

test("one sample, or none, is no time", () => {
  expect(timeCriterion(watchedAt([at(0)], at(0), { hours: 0 })).state).toBe("not enough yet");
  expect(timeCriterion(watchedAt([], at(0), { hours: 0 })).state).toBe("not enough yet");
});
