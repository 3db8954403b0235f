import { describe, expect, test } from "vitest";
import { addAuditNote, createMtlEntry, dayTotals } from "@/app/actions/mtl";
import { runWithRequest } from "@/lib/http/request-context";
import { owner, useCasinoDatabase } from "@/test/support/database";
import {
  as,
  CASHIER_1,
  PIT_BOSS_1,
  PIT_BOSS_2,
  playerId,
  staleClaimsOf,
  SUSPENDED_1,
  tokenWith,
} from "@/test/support/people";

useCasinoDatabase();

const entry = () => ({
  playerId: playerId(1),
  direction: "in" as const,
  amountCents: 700_000,
  area: "cage" as const,
  idempotencyKey: crypto.randomUUID(),
});

describe("the multiple transaction log", () => {
  test("an entry moves the player over the threshold", async () => {
    expect(await as(CASHIER_1, () => createMtlEntry(entry()))).toMatchObject({ ok: true });
    const { rows } = await owner().query<{ day: string }>("select current_date::text as day");
    // the seed has 3,500 dollars for each visit
    expect(await as(CASHIER_1, () => dayTotals({ gamingDay: rows[0]?.day ?? "" }))).toMatchObject({
      ok: true,
      data: [
        { playerId: playerId(1), inCents: 1_050_000, badge: "ctr-met" },
        { playerId: playerId(4), inCents: 350_000, badge: "watchlist" },
      ],
    });
  });

  test("a note is written by an active pit boss, on an entry of the own casino", async () => {
    const { rows } = await owner().query<{ id: string }>("select id from mtl_entry where staff_id = $1 limit 1", [
      PIT_BOSS_1.staffId,
    ]);
    const entryId = rows[0]?.id ?? "";
    expect(await as(PIT_BOSS_1, () => addAuditNote({ entryId, note: " Seen twice " }))).toMatchObject({
      ok: true,
      data: { note: "Seen twice" },
    });
    expect(await as(PIT_BOSS_2, () => addAuditNote({ entryId, note: "Foreign" }))).toMatchObject({ code: "FORBIDDEN" });
    expect(await as(CASHIER_1, () => addAuditNote({ entryId, note: "Cage" }))).toMatchObject({ code: "FORBIDDEN" });
  });

  test("not by somebody who was suspended, with the old token", async () => {
    const stale = await runWithRequest({ accessToken: tokenWith(staleClaimsOf(SUSPENDED_1)) }, () =>
      createMtlEntry(entry()),
    );
    expect(stale).toMatchObject({ ok: false, code: "FORBIDDEN" });
  });
});
