"use server";

import { assertRole } from "@/lib/supabase/rls-context";
import { ActionError, dataOf, defineAction } from "@/lib/server-actions/middleware";
import { appendPit, layoutsOf } from "@/services/floor-service";

export const listLayouts = defineAction(
  { action: "list_layouts", domain: "floor-layout", audit: false },
  async ({ supabase, auth }, _input: Record<string, never>) => layoutsOf(supabase, auth),
);

export const addPit = defineAction(
  { action: "add_pit", domain: "floor-layout" },
  async ({ supabase, auth }, input: { layoutVersionId: string; label: string }) => {
    assertRole(auth, "admin");
    if (input.label.trim() === "") throw new ActionError("INVALID_INPUT", "a pit has a label");
    return appendPit(supabase, auth, input.layoutVersionId, input.label.trim());
  },
);

/** Make a version the one that is used on the floor. The version before it is deactivated. */
export const activateLayout = defineAction(
  { action: "activate_layout", domain: "floor-layout" },
  async ({ supabase }, input: { layoutVersionId: string; requestId: string }) => {
    const activation = dataOf(
      await supabase.rpc("rpc_activate_floor_layout", {
        p_layout_version_id: input.layoutVersionId,
        p_request_id: input.requestId,
      }),
    );
    return { activationId: activation.id, activatedAt: activation.activated_at };
  },
);
