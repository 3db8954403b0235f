"use client";

import { useEffect, useState } from "react";
import { browserClient } from "@/lib/supabase/browser-client";
import type { RLSContext } from "@/lib/supabase/rls-context";

/** How many visits are open. */
export function LobbyTile({ context }: { context: RLSContext }) {
  const [open, setOpen] = useState<number | null>(null);
  const { actorId, casinoId, staffRole } = context;

  useEffect(() => {
    const supabase = browserClient();
    const load = async () => {
      const { error } = await supabase.rpc("set_rls_context", {
        p_actor_id: actorId,
        p_casino_id: casinoId,
        p_staff_role: staffRole,
      });
      if (error) return;
      const { data } = await supabase.from("visit").select("id").eq("is_open", true);
      setOpen(data?.length ?? 0);
    };
    void load();
  }, [actorId, casinoId, staffRole]);

  return <strong>{open ?? "…"}</strong>;
}
