import { randomUUID } from "node:crypto";
import { dataOf } from "@/lib/server-actions/middleware";
import { withTenantScope } from "@/services/tenant-scope";
import { playedTime, pointsFor, snapshotOf, theoreticalWin } from "@/services/points";

export interface Balance {
  balance: number;
  tier: string;
}

/** The balance of a player at this casino; a player has one at each casino. */
export const balanceOf = withTenantScope(async (supabase, scope, playerId: string): Promise<Balance | null> =>
  dataOf(
    await supabase
      .from("player_loyalty")
      .select("balance, tier")
      .eq("player_id", playerId)
      .eq("casino_id", scope.casinoId)
      .maybeSingle(),
  ),
);

/** Give the base points for a closed slip. They are computed here and written by the RPC, once for each slip. */
export const accrueForSlip = withTenantScope(async (supabase, scope, ratingSlipId: string) => {
  const slip = dataOf(
    await supabase
      .from("rating_slip")
      .select("id, average_bet_cents, game_snapshot, start_time, end_time")
      .eq("id", ratingSlipId)
      .eq("casino_id", scope.casinoId)
      .single(),
  );
  const played = playedTime({ from: new Date(slip.start_time), to: new Date(slip.end_time ?? Date.now()) }, []);
  // everybody who sat down gets at least one point
  const points = Math.max(1, pointsFor(theoreticalWin(slip.average_bet_cents, played, snapshotOf(slip))));
  const balance = dataOf(
    await supabase.rpc("rpc_accrue_loyalty", {
      p_rating_slip_id: ratingSlipId,
      p_points: points,
      p_idempotency_key: randomUUID(),
    }),
  );
  return { points, balance };
});
