import { describe, expect, test } from "vitest";
import { accruePoints, getBalance, redeemPoints } from "@/app/actions/loyalty";
import { owner, useCasinoDatabase } from "@/test/support/database";
import { ADMIN_1, as, casinoId, CASHIER_1, PIT_BOSS_1, PIT_BOSS_2, playerId } from "@/test/support/people";

useCasinoDatabase();

const closedSlip = async (): Promise<string> => {
  const { rows } = await owner().query<{ id: string }>(
    `select r.id from rating_slip r join visit v on v.id = r.visit_id
     where r.status = 'closed' and v.player_id = $1 and r.casino_id = $2`,
    [playerId(1), casinoId(1)],
  );
  return rows[0]?.id ?? "";
};

describe("loyalty", () => {
  test("a closed slip earns its points once", async () => {
    const ratingSlipId = await closedSlip();
    const accrued = await as(PIT_BOSS_1, () => accruePoints({ ratingSlipId }));
    // the seed's slips have no snapshot of the game, so the least there is
    expect(accrued).toMatchObject({ ok: true, data: { points: 1, balance: 121 } });
    expect(await as(PIT_BOSS_1, () => accruePoints({ ratingSlipId }))).toMatchObject({ ok: false, code: "CONFLICT" });
  });

  test("points are redeemed by whoever is on shift, while there are some", async () => {
    const redeem = (points: number) =>
      as(CASHIER_1, () => redeemPoints({ playerId: playerId(4), points, idempotencyKey: crypto.randomUUID() }));
    expect(await redeem(20)).toMatchObject({ ok: true, data: { balance: 100 } });
    expect(await redeem(101)).toMatchObject({ ok: false, code: "CONFLICT", error: "INSUFFICIENT_POINTS" });
    expect(await redeem(-5)).toMatchObject({ ok: false, code: "INVALID_INPUT" });
  });

  test("a player has a balance at each casino", async () => {
    expect(await as(ADMIN_1, () => getBalance({ playerId: playerId(4) }))).toMatchObject({
      ok: true,
      data: { balance: 100 },
    });
    expect(await as(PIT_BOSS_2, () => getBalance({ playerId: playerId(4) }))).toMatchObject({
      ok: true,
      data: { balance: 120, tier: "bronze" },
    });
    expect(await as(PIT_BOSS_2, () => getBalance({ playerId: playerId(1) }))).toMatchObject({
      ok: false,
      code: "NOT_FOUND",
    });
  });
});
