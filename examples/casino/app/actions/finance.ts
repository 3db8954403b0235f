"use server";

import { assertRole } from "@/lib/supabase/rls-context";
import { ActionError, dataOf, defineAction } from "@/lib/server-actions/middleware";
import type { Enums } from "@/types/database.types";

export interface RecordTransactionInput {
  playerId: string;
  direction: Enums<"txn_direction">;
  tender: Enums<"tender_type">;
  amountCents: number;
  idempotencyKey: string;
  visitId?: string;
}

/** Buy-ins and cash-outs. The RPC looks the caller up; a pit boss takes buy-ins only. */
export const recordTransaction = defineAction(
  { action: "record_transaction", domain: "finance", audit: false },
  async ({ supabase, auth }, input: RecordTransactionInput) => {
    assertRole(auth, "pit_boss", "cashier", "admin");
    if (!Number.isSafeInteger(input.amountCents) || input.amountCents <= 0) {
      throw new ActionError("INVALID_INPUT", "an amount is a positive number of cents");
    }
    const transactionId = dataOf(
      await supabase.rpc("rpc_record_financial_transaction", {
        p_player_id: input.playerId,
        p_direction: input.direction,
        p_tender: input.tender,
        p_amount_cents: input.amountCents,
        p_idempotency_key: input.idempotencyKey,
        ...(input.visitId === undefined ? {} : { p_visit_id: input.visitId }),
      }),
    );
    return { transactionId };
  },
);

/** The cage's list of a gaming day, and its net. */
export const listTransactions = defineAction(
  { action: "list_transactions", domain: "finance", audit: false },
  async ({ supabase, auth }, input: { gamingDay: string }) => {
    assertRole(auth, "cashier", "pit_boss", "admin");
    const transactions = dataOf(
      await supabase
        .from("player_financial_transaction")
        .select("id, player_id, direction, tender, amount_cents, signed_cents, created_at")
        .eq("casino_id", auth.casinoId)
        .eq("gaming_day", input.gamingDay)
        .order("created_at"),
    );
    return { transactions, netCents: transactions.reduce((sum, { signed_cents }) => sum + (signed_cents ?? 0), 0) };
  },
);
