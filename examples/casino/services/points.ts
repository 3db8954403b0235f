import type { Tables } from "@/types/database.types";

/** What a table's settings were when the slip was opened; rating_slip.game_snapshot. */
export interface GameSnapshot {
  houseEdgePercent: number;
  decisionsPerHour: number;
}

const HOUR = 3_600_000;
/** One point for every ten dollars of theoretical win. */
const CENTS_PER_POINT = 1000;

export function snapshotOf(slip: Pick<Tables<"rating_slip">, "game_snapshot">): GameSnapshot {
  const snapshot = slip.game_snapshot;
  if (snapshot === null || typeof snapshot !== "object" || Array.isArray(snapshot)) {
    return { houseEdgePercent: 0, decisionsPerHour: 0 };
  }
  return {
    houseEdgePercent: Number(snapshot["house_edge"] ?? 0),
    decisionsPerHour: Number(snapshot["decisions_per_hour"] ?? 0),
  };
}

/** Theoretical win in cents: average bet × decisions an hour × hours × house edge. Pauses do not count. */
export function theoreticalWin(
  averageBetCents: number,
  playedMilliseconds: number,
  { houseEdgePercent, decisionsPerHour }: GameSnapshot,
): number {
  const hours = Math.max(0, playedMilliseconds) / HOUR;
  return Math.round((averageBetCents * decisionsPerHour * hours * houseEdgePercent) / 100);
}

export function pointsFor(theoreticalWinCents: number): number {
  return Math.floor(Math.max(0, theoreticalWinCents) / CENTS_PER_POINT);
}

export interface Interval {
  from: Date;
  to: Date;
}

/** The time at the table less the pauses, which may overlap each other and reach over the ends. */
export function playedTime(slip: Interval, pauses: readonly Interval[]): number {
  const clipped = pauses
    .map(({ from, to }) => ({ from: Math.max(+from, +slip.from), to: Math.min(+to, +slip.to) }))
    .filter(({ from, to }) => to > from)
    .toSorted((a, b) => a.from - b.from);
  let paused = 0;
  let end = -Infinity;
  for (const { from, to } of clipped) {
    paused += Math.max(0, to - Math.max(from, end));
    end = Math.max(end, to);
  }
  return +slip.to - +slip.from - paused;
}
