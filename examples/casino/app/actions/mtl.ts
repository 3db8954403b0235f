"use server";

import { assertRole } from "@/lib/supabase/rls-context";
import { dataOf, defineAction, withServerAction } from "@/lib/server-actions/middleware";
import { totalsOf } from "@/services/mtl-thresholds";
import type { Enums } from "@/types/database.types";

export interface MtlEntryInput {
  playerId: string;
  direction: Enums<"txn_direction">;
  amountCents: number;
  area: "pit" | "cage" | "slots" | "poker";
  idempotencyKey: string;
  visitId?: string;
}

export const createMtlEntry = withServerAction(async ({ supabase, auth }, input: MtlEntryInput) => {
  assertRole(auth, "pit_boss", "cashier", "admin");
  const entryId = dataOf(
    await supabase.rpc("rpc_create_mtl_entry", {
      p_player_id: input.playerId,
      p_direction: input.direction,
      p_amount_cents: input.amountCents,
      p_area: input.area,
      p_idempotency_key: input.idempotencyKey,
      ...(input.visitId === undefined ? {} : { p_visit_id: input.visitId }),
    }),
  );
  return { entryId };
});

/** A remark on an entry. The policy looks the author up: a stale token is not enough. */
export const addAuditNote = defineAction(
  { action: "add_audit_note", domain: "mtl" },
  async ({ supabase, auth }, input: { entryId: string; note: string }) =>
    dataOf(
      await supabase
        .from("mtl_audit_note")
        .insert({ mtl_entry_id: input.entryId, staff_id: auth.actorId, note: input.note.trim() })
        .select("id, note, created_at")
        .single(),
    ),
);

/** The totals of a gaming day, with the badges of the compliance screen. */
export const dayTotals = defineAction(
  { action: "mtl_day_totals", domain: "mtl", audit: false },
  async ({ supabase, auth }, input: { gamingDay: string }) => {
    const settings = dataOf(
      await supabase
        .from("casino_settings")
        .select("watchlist_floor_cents, ctr_threshold_cents")
        .eq("casino_id", auth.casinoId)
        .single(),
    );
    const entries = dataOf(
      await supabase
        .from("mtl_entry")
        .select("player_id, direction, amount_cents")
        .eq("casino_id", auth.casinoId)
        .eq("gaming_day", input.gamingDay),
    );
    return totalsOf(entries, {
      watchlistFloorCents: settings.watchlist_floor_cents,
      ctrThresholdCents: settings.ctr_threshold_cents,
    });
  },
);
