"use server";

import { actorArguments, assertRole } from "@/lib/supabase/rls-context";
import { ActionError, dataOf, defineAction, withServerAction } from "@/lib/server-actions/middleware";
import { mayPlay } from "@/services/player-service";

export interface StartSlipInput {
  visitId: string;
  tableId: string;
  seat: number;
  averageBetCents: number;
}

/** Open a slip: somebody has sat down. */
export const startRatingSlip = withServerAction(async ({ supabase, auth, correlationId }, input: StartSlipInput) => {
  assertRole(auth, "pit_boss", "admin");
  if (!Number.isInteger(input.seat) || input.seat < 1 || input.seat > 9) {
    throw new ActionError("INVALID_INPUT", "a seat is a number from 1 to 9");
  }
  const visit = dataOf(await supabase.from("visit").select("player_id").eq("id", input.visitId).single());
  if (!(await mayPlay(supabase, auth, visit.player_id))) throw new ActionError("FORBIDDEN", "the player may not play");

  const slip = dataOf(
    await supabase.rpc("rpc_start_rating_slip", {
      ...actorArguments(auth),
      p_visit_id: input.visitId,
      p_gaming_table_id: input.tableId,
      p_seat: input.seat,
      p_average_bet_cents: input.averageBetCents,
      p_correlation_id: correlationId,
    }),
  );
  return { ratingSlipId: slip.id, status: slip.status };
});

export const pauseRatingSlip = withServerAction(async ({ supabase, auth }, input: { ratingSlipId: string }) => {
  const pauseId = dataOf(
    await supabase.rpc("rpc_pause_rating_slip", { ...actorArguments(auth), p_rating_slip_id: input.ratingSlipId }),
  );
  return { pauseId };
});

export const closeRatingSlip = defineAction(
  { action: "close_rating_slip", domain: "rating-slip" },
  async ({ supabase, auth, correlationId }, input: { ratingSlipId: string; averageBetCents?: number }) => {
    assertRole(auth, "pit_boss", "admin");
    const slip = dataOf(
      await supabase.rpc("rpc_close_rating_slip", {
        ...actorArguments(auth),
        p_rating_slip_id: input.ratingSlipId,
        p_correlation_id: correlationId,
        ...(input.averageBetCents === undefined ? {} : { p_average_bet_cents: input.averageBetCents }),
      }),
    );
    return { ratingSlipId: slip.id, endTime: slip.end_time, averageBetCents: slip.average_bet_cents };
  },
);

/** What the pit screen shows. */
export const listActiveSlips = defineAction(
  { action: "list_active_slips", domain: "rating-slip", audit: false },
  async ({ supabase }, input: { tableLabel?: string }) => {
    const query = supabase
      .from("active_rating_slips")
      .select("rating_slip_id, visit_id, player_id, table_label, seat, status, average_bet_cents")
      .order("table_label")
      .order("seat");
    return dataOf(await (input.tableLabel === undefined ? query : query.eq("table_label", input.tableLabel)));
  },
);
