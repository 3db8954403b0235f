import type { RLSContext } from "@/lib/supabase/rls-context";
import type { CasinoClient } from "@/lib/supabase/types";

export interface FeedTable {
  id: string;
  label: string;
  status: string;
}

/** The tables of the pit screen. */
export async function loadTables(supabase: CasinoClient): Promise<FeedTable[]> {
  // eslint-disable-next-line floor/require-rls-context -- startFeed has set it
  const { data, error } = await supabase.from("gaming_table").select("id, label, status").order("label");
  if (error) throw new Error(error.message);
  return data;
}

/** Load the tables now and every few seconds, until the returned function is called. */
export async function startFeed(
  supabase: CasinoClient,
  context: RLSContext,
  show: (tables: FeedTable[]) => void,
  everyMilliseconds = 5000,
): Promise<() => void> {
  await supabase.rpc("set_rls_context", {
    p_actor_id: context.actorId,
    p_casino_id: context.casinoId,
    p_staff_role: context.staffRole,
  });
  show(await loadTables(supabase));

  const timer = setInterval(() => void loadTables(supabase).then(show), everyMilliseconds);
  return () => clearInterval(timer);
}

/** The balance in the player's card. */
export function loadBalance(
  supabase: CasinoClient,
  context: RLSContext,
  playerId: string,
  show: (balance: number | null) => void,
): PromiseLike<void> {
  return supabase
    .rpc("set_rls_context", {
      p_actor_id: context.actorId,
      p_casino_id: context.casinoId,
      p_staff_role: context.staffRole,
    })
    .then(() => supabase.from("player_loyalty").select("balance").eq("player_id", playerId).maybeSingle())
    .then(({ data }) => show(data?.balance ?? null));
}
