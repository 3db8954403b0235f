import { describe, expect, test } from "vitest";
import { badgeFor, totalsOf } from "../mtl-thresholds";

const THRESHOLDS = { watchlistFloorCents: 300_000, ctrThresholdCents: 1_000_000 };

describe("badges", () => {
  test.each([
    [299_999, "none"],
    [300_000, "watchlist"],
    [900_000, "watchlist"],
    [900_001, "ctr-near"],
    [1_000_000, "ctr-near"],
    [1_000_001, "ctr-met"],
  ])("%i cents is %s", (cents, badge) => {
    expect(badgeFor(cents, THRESHOLDS)).toBe(badge);
  });
});

test("the two directions are never added up", () => {
  const entries = [
    { player_id: "a", direction: "in", amount_cents: 600_000 },
    { player_id: "a", direction: "out", amount_cents: 600_000 },
    { player_id: "b", direction: "in", amount_cents: 1_200_000 },
    { player_id: null, direction: "in", amount_cents: 9_000_000 },
  ] as const;
  expect(totalsOf(entries, THRESHOLDS)).toEqual([
    { playerId: "b", inCents: 1_200_000, outCents: 0, badge: "ctr-met" },
    { playerId: "a", inCents: 600_000, outCents: 600_000, badge: "watchlist" },
  ]);
});
