"use server";

import { actorArguments, assertRole } from "@/lib/supabase/rls-context";
import { dataOf, defineAction } from "@/lib/server-actions/middleware";
import type { Enums } from "@/types/database.types";

export interface StartVisitInput {
  playerId: string;
  kind?: Enums<"visit_kind">;
}

/** Check a player in. A second check-in returns the visit that is open already. */
export const startVisit = defineAction(
  { action: "start_visit", domain: "visit" },
  async ({ supabase, auth }, input: StartVisitInput) => {
    assertRole(auth, "pit_boss", "admin");
    const visit = dataOf(
      await supabase.rpc("rpc_start_visit", {
        ...actorArguments(auth),
        p_player_id: input.playerId,
        ...(input.kind === undefined ? {} : { p_kind: input.kind }),
      }),
    );
    return { visitId: visit.id, startedAt: visit.started_at, gamingDay: visit.gaming_day };
  },
);

export const endVisit = defineAction(
  { action: "end_visit", domain: "visit" },
  async ({ supabase, auth }, input: { visitId: string }) => {
    const visit = dataOf(await supabase.rpc("rpc_end_visit", { ...actorArguments(auth), p_visit_id: input.visitId }));
    return { visitId: visit.id, endedAt: visit.ended_at };
  },
);

export const listOpenVisits = defineAction(
  { action: "list_open_visits", domain: "visit", audit: false },
  async ({ supabase }, input: { limit?: number }) =>
    dataOf(
      await supabase
        .from("visit")
        .select("id, player_id, kind, gaming_day, started_at")
        .eq("is_open", true)
        .order("started_at")
        .limit(input.limit ?? 100),
    ),
);
