"use server";

import { actorArguments, assertRole } from "@/lib/supabase/rls-context";
import { ActionError, dataOf, defineAction, withServerAction } from "@/lib/server-actions/middleware";

/** Denomination in cents → number of chips. */
export type Chipset = Record<string, number>;

const valueOf = (chipset: Chipset): number =>
  Object.entries(chipset).reduce((sum, [denomination, count]) => sum + Number(denomination) * count, 0);

const checked = (chipset: Chipset): number => {
  const value = valueOf(chipset);
  if (!Number.isSafeInteger(value) || value <= 0) throw new ActionError("INVALID_INPUT", "the chipset has no value");
  return value;
};

export const listTables = defineAction(
  { action: "list_tables", domain: "table-context", audit: false },
  async ({ supabase, auth }, input: { pit?: string }) => {
    const query = supabase
      .from("gaming_table")
      .select("id, label, pit, game, status")
      .eq("casino_id", auth.casinoId)
      .order("label");
    return dataOf(await (input.pit === undefined ? query : query.eq("pit", input.pit)));
  },
);

export interface ChipRequest {
  tableId: string;
  requestId: string;
  chipset: Chipset;
}

/** Chips from the cage to a table. The same request twice is one fill. */
export const requestFill = defineAction(
  { action: "request_fill", domain: "table-context" },
  async ({ supabase, auth }, input: ChipRequest) => {
    const fill = dataOf(
      await supabase.rpc("rpc_request_table_fill", {
        ...actorArguments(auth),
        p_gaming_table_id: input.tableId,
        p_request_id: input.requestId,
        p_chipset: input.chipset,
        p_amount_cents: checked(input.chipset),
      }),
    );
    return { fillId: fill.id, amountCents: fill.amount_cents };
  },
);

/** Chips from a table to the cage. */
export const requestCredit = defineAction(
  { action: "request_credit", domain: "table-context" },
  async ({ supabase, auth }, input: ChipRequest) => {
    const credit = dataOf(
      await supabase.rpc("rpc_request_table_credit", {
        ...actorArguments(auth),
        p_gaming_table_id: input.tableId,
        p_request_id: input.requestId,
        p_chipset: input.chipset,
        p_amount_cents: checked(input.chipset),
      }),
    );
    return { creditId: credit.id, amountCents: credit.amount_cents };
  },
);

export const logDrop = withServerAction(
  async ({ supabase, auth }, input: { tableId: string; dropBoxNo: string; gamingDay?: string }) => {
    assertRole(auth, "pit_boss", "admin");
    const dropId = dataOf(
      await supabase.rpc("rpc_log_table_drop", {
        ...actorArguments(auth),
        p_gaming_table_id: input.tableId,
        p_drop_box_no: input.dropBoxNo,
        ...(input.gamingDay === undefined ? {} : { p_gaming_day: input.gamingDay }),
      }),
    );
    return { dropId };
  },
);

export const snapshotInventory = withServerAction(
  async (
    { supabase, auth },
    input: { tableId: string; snapshotType: "open" | "close" | "rundown"; chipset: Chipset },
  ) => {
    assertRole(auth, "pit_boss", "admin");
    const snapshotId = dataOf(
      await supabase.rpc("rpc_snapshot_table_inventory", {
        ...actorArguments(auth),
        p_gaming_table_id: input.tableId,
        p_snapshot_type: input.snapshotType,
        p_chipset: input.chipset,
        p_total_cents: valueOf(input.chipset),
      }),
    );
    return { snapshotId, totalCents: valueOf(input.chipset) };
  },
);

export const rotateDealer = defineAction(
  { action: "rotate_dealer", domain: "table-context" },
  async ({ supabase, auth }, input: { tableId: string; dealerId: string }) => {
    const rotationId = dataOf(
      await supabase.rpc("rpc_rotate_dealer", {
        p_actor_id: auth.actorId,
        p_casino_id: auth.casinoId,
        p_gaming_table_id: input.tableId,
        p_dealer_id: input.dealerId,
      }),
    );
    return { rotationId };
  },
);
