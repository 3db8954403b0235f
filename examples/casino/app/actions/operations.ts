"use server";

import { assertRole, injectRLSContext } from "@/lib/supabase/rls-context";
import { ActionError, dataOf, defineAction, withServerAction } from "@/lib/server-actions/middleware";
import type { Enums } from "@/types/database.types";

export const listStaff = defineAction(
  { action: "list_staff", domain: "operations", audit: false },
  async ({ supabase, auth }, input: { role?: Enums<"staff_role"> }) => {
    const query = supabase
      .from("staff")
      .select("id, employee_no, full_name, role, status")
      .eq("casino_id", auth.casinoId)
      .order("employee_no");
    return dataOf(await (input.role === undefined ? query : query.eq("role", input.role)));
  },
);

/** Suspend somebody, or take them back. The trigger on staff takes the claims away; the old token lives for an hour. */
export const setStaffStatus = defineAction(
  { action: "set_staff_status", domain: "operations" },
  async ({ supabase, auth }, input: { staffId: string; status: Enums<"staff_status"> }) => {
    assertRole(auth, "admin");
    if (input.staffId === auth.actorId) throw new ActionError("CONFLICT", "nobody suspends themselves");
    return dataOf(
      await supabase
        .from("staff")
        .update({ status: input.status })
        .eq("id", input.staffId)
        .select("id, status")
        .single(),
    );
  },
);

/** The reports that were asked for. Set the context again: the reports page is cached, and the wrapper does not run then. */
export const listReports = withServerAction(async ({ supabase, auth, correlationId }, input: { kind?: string }) => {
  const scope = await injectRLSContext(supabase, auth, correlationId);
  const query = supabase
    .from("report")
    .select("id, kind, status, requested_by, created_at")
    .eq("casino_id", scope.casinoId)
    .order("created_at", { ascending: false });
  return dataOf(await (input.kind === undefined ? query : query.eq("kind", input.kind)));
});

export const getSettings = withServerAction(async ({ supabase, auth }, _input: Record<string, never>) => {
  // both at once, the settings page waits for the slower of the two
  const [, settings] = await Promise.all([
    injectRLSContext(supabase, auth),
    supabase
      .from("casino_settings")
      .select("timezone, gaming_day_start, watchlist_floor_cents, ctr_threshold_cents")
      .eq("casino_id", auth.casinoId)
      .single(),
  ]);
  return dataOf(settings);
});
