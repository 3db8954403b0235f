import { describe, expect, test } from "vitest";
import { playedTime, pointsFor, snapshotOf, theoreticalWin } from "../points";

const at = (minute: number): Date => new Date(Date.UTC(2025, 0, 6, 12, minute));
const slip = { from: at(0), to: at(120) };
const MINUTE = 60_000;

describe("theoretical win", () => {
  test("two hours of blackjack at 25 dollars", () => {
    // 2500 cents × 70 decisions × 2 hours × 0.75 %
    expect(theoreticalWin(2500, 120 * MINUTE, { houseEdgePercent: 0.75, decisionsPerHour: 70 })).toBe(2625);
  });

  test("a point for every ten dollars, rounded down", () => {
    expect([0, 999, 1000, 2625, -5].map(pointsFor)).toEqual([0, 0, 1, 2, 0]);
  });
});

describe("played time", () => {
  test("pauses do not count", () => {
    expect(playedTime(slip, [{ from: at(10), to: at(20) }])).toBe(110 * MINUTE);
  });

  test("pauses that overlap count once, and never beyond the slip", () => {
    const pauses = [
      { from: at(10), to: at(30) },
      { from: at(20), to: at(40) },
      { from: at(110), to: at(500) },
    ];
    expect(playedTime(slip, pauses)).toBe(80 * MINUTE);
  });
});

test.each([null, [], "text", {}])("a snapshot that is %j earns nothing", (game_snapshot) => {
  expect(snapshotOf({ game_snapshot })).toEqual({ houseEdgePercent: 0, decisionsPerHour: 0 });
});
