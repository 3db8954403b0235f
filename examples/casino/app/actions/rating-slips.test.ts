import { describe, expect, test } from "vitest";
import { closeRatingSlip, listActiveSlips, pauseRatingSlip, startRatingSlip } from "@/app/actions/rating-slips";
import { owner, useCasinoDatabase } from "@/test/support/database";
import { as, CASHIER_1, openTableId, PIT_BOSS_1, PIT_BOSS_2, playerId, visitId } from "@/test/support/people";

useCasinoDatabase();

const seated = { visitId: visitId("11"), tableId: openTableId(1), seat: 5, averageBetCents: 10_000 };

describe("rating slips", () => {
  test("from sitting down to leaving", async () => {
    const started = await as(PIT_BOSS_1, () => startRatingSlip(seated));
    if (!started.ok) throw new Error(started.error);
    const { ratingSlipId } = started.data;

    expect(await as(PIT_BOSS_1, () => pauseRatingSlip({ ratingSlipId }))).toMatchObject({ ok: true });
    const active = await as(PIT_BOSS_1, () => listActiveSlips({ tableLabel: "BJ-01" }));
    expect(active.ok && active.data.find((slip) => slip.rating_slip_id === ratingSlipId)).toMatchObject({
      seat: 5,
      status: "paused",
      player_id: playerId(1),
    });

    const closed = await as(PIT_BOSS_1, () => closeRatingSlip({ ratingSlipId, averageBetCents: 12_500 }));
    expect(closed).toMatchObject({ ok: true, data: { averageBetCents: 12_500 } });
    expect(await as(PIT_BOSS_1, () => closeRatingSlip({ ratingSlipId }))).toMatchObject({
      ok: false,
      code: "CONFLICT",
      error: "SLIP_NOT_OPEN",
    });
  });

  test("a visit of another casino does not exist here", async () => {
    const slip = await as(PIT_BOSS_2, () => startRatingSlip(seated));
    expect(slip).toMatchObject({ ok: false, code: "NOT_FOUND" });
  });

  test("a banned player does not sit down", async () => {
    await owner().query("update player_casino set status = 'banned' where player_id = $1", [playerId(4)]);
    const slip = await as(PIT_BOSS_1, () => startRatingSlip({ ...seated, visitId: visitId("14") }));
    expect(slip).toMatchObject({ ok: false, code: "FORBIDDEN", error: "the player may not play" });
  });

  test("a cashier opens none, and a seat is one of nine", async () => {
    expect(await as(CASHIER_1, () => startRatingSlip(seated))).toMatchObject({ ok: false, code: "FORBIDDEN" });
    expect(await as(PIT_BOSS_1, () => startRatingSlip({ ...seated, seat: 10 }))).toMatchObject({
      ok: false,
      code: "INVALID_INPUT",
    });
  });
});
