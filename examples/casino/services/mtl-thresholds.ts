import type { Tables } from "@/types/database.types";

export type MtlBadge = "none" | "watchlist" | "ctr-near" | "ctr-met";

export interface PlayerDay {
  playerId: string;
  inCents: number;
  outCents: number;
  badge: MtlBadge;
}

export interface Thresholds {
  watchlistFloorCents: number;
  ctrThresholdCents: number;
}

type Entry = Pick<Tables<"mtl_entry">, "player_id" | "direction" | "amount_cents">;

/** A report is due when either direction is over the threshold; the two are never added up. */
export function badgeFor(totalCents: number, { watchlistFloorCents, ctrThresholdCents }: Thresholds): MtlBadge {
  if (totalCents > ctrThresholdCents) return "ctr-met";
  if (totalCents > ctrThresholdCents * 0.9) return "ctr-near";
  return totalCents >= watchlistFloorCents ? "watchlist" : "none";
}

/** The totals of a gaming day for each player, the largest first. Entries without a player are not attributed. */
export function totalsOf(entries: readonly Entry[], thresholds: Thresholds): PlayerDay[] {
  const days = new Map<string, { inCents: number; outCents: number }>();
  for (const { player_id, direction, amount_cents } of entries) {
    if (player_id === null) continue;
    const day = days.get(player_id) ?? { inCents: 0, outCents: 0 };
    if (direction === "in") day.inCents += amount_cents;
    else day.outCents += amount_cents;
    days.set(player_id, day);
  }
  return [...days]
    .map(([playerId, day]) => ({ playerId, ...day, badge: badgeFor(Math.max(day.inCents, day.outCents), thresholds) }))
    .toSorted((a, b) => Math.max(b.inCents, b.outCents) - Math.max(a.inCents, a.outCents));
}
