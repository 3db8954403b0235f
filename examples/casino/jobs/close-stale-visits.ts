import { createServiceClient } from "@/lib/supabase/service-client";
import { dataOf } from "@/lib/server-actions/middleware";

const SYSTEM_ACTOR = "00000000-0000-4000-8000-0000000000aa";

export interface Closed {
  casinoId: string;
  visitIds: string[];
}

/** Every night at the end of the gaming day: end the visits without an open slip. Runs from the scheduler, without a user. */
export async function closeStaleVisits(before: Date): Promise<Closed[]> {
  const supabase = createServiceClient();
  const casinos = dataOf(await supabase.from("casino").select("id").eq("status", "active").order("id"));
  const closed: Closed[] = [];

  for (const { id: casinoId } of casinos) {
    await supabase.rpc("set_rls_context", {
      p_actor_id: SYSTEM_ACTOR,
      p_casino_id: casinoId,
      p_staff_role: "admin",
    });
    const visits = dataOf(
      await supabase
        .from("visit")
        .select("id")
        .eq("casino_id", casinoId)
        .is("ended_at", null)
        .lt("started_at", before.toISOString())
        .order("id"),
    );
    const visitIds: string[] = [];
    for (const { id } of visits) {
      const { error } = await supabase.rpc("rpc_end_visit", {
        p_actor_id: SYSTEM_ACTOR,
        p_casino_id: casinoId,
        p_staff_role: "admin",
        p_visit_id: id,
      });
      // somebody is still playing: next night
      if (error === null) visitIds.push(id);
      else if (error.code !== "P0001") throw new Error(error.message);
    }
    closed.push({ casinoId, visitIds });
  }
  return closed;
}
