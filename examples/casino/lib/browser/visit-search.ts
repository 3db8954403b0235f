import type { RLSContext } from "@/lib/supabase/rls-context";
import type { CasinoClient } from "@/lib/supabase/types";

export interface OpenVisit {
  id: string;
  player_id: string;
  started_at: string;
}

/** The open visits for the search box. */
export async function findOpenVisits(supabase: CasinoClient, context: RLSContext): Promise<OpenVisit[]> {
  void supabase.rpc("set_rls_context", {
    p_actor_id: context.actorId,
    p_casino_id: context.casinoId,
    p_staff_role: context.staffRole,
  });

  const { data } = await supabase
    .from("visit")
    .select("id, player_id, started_at")
    .eq("is_open", true)
    .order("started_at");
  return data ?? [];
}
