"use server";

import { assertRole } from "@/lib/supabase/rls-context";
import { ActionError, dataOf, defineAction, withServerAction } from "@/lib/server-actions/middleware";
import { accrueForSlip, balanceOf } from "@/services/loyalty-service";

export const accruePoints = defineAction(
  { action: "accrue_points", domain: "loyalty" },
  async ({ supabase, auth }, input: { ratingSlipId: string }) => {
    assertRole(auth, "pit_boss", "admin");
    return accrueForSlip(supabase, auth, input.ratingSlipId);
  },
);

export interface RedeemInput {
  playerId: string;
  points: number;
  /** made by the form, so that a double click redeems once */
  idempotencyKey: string;
}

export const redeemPoints = withServerAction(async ({ supabase }, input: RedeemInput) => {
  if (!Number.isInteger(input.points) || input.points <= 0)
    throw new ActionError("INVALID_INPUT", "points are positive");
  const balance = dataOf(
    await supabase.rpc("rpc_redeem_loyalty", {
      p_player_id: input.playerId,
      p_points: input.points,
      p_idempotency_key: input.idempotencyKey,
    }),
  );
  return { balance };
});

export const getBalance = defineAction(
  { action: "get_balance", domain: "loyalty", audit: false },
  async ({ supabase, auth }, input: { playerId: string }) => {
    const balance = await balanceOf(supabase, auth, input.playerId);
    if (balance === null) throw new ActionError("NOT_FOUND", "the player has no account here");
    return balance;
  },
);
