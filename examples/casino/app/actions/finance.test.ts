import { describe, expect, test } from "vitest";
import { listTransactions, recordTransaction } from "@/app/actions/finance";
import { owner, useCasinoDatabase } from "@/test/support/database";
import { as, CASHIER_1, CASHIER_2, PIT_BOSS_1, playerId } from "@/test/support/people";

useCasinoDatabase();

const buyIn = () => ({
  playerId: playerId(1),
  direction: "in" as const,
  tender: "cash" as const,
  amountCents: 25_000,
  idempotencyKey: crypto.randomUUID(),
});

describe("transactions", () => {
  test("the same key twice is one transaction", async () => {
    const input = buyIn();
    const [first, second] = [
      await as(CASHIER_1, () => recordTransaction(input)),
      await as(CASHIER_1, () => recordTransaction(input)),
    ];
    expect(first).toMatchObject({ ok: true });
    expect(second.ok && second.data).toEqual(first.ok && first.data);
  });

  test("a pit boss takes buy-ins, cash leaves at the cage", async () => {
    expect(await as(PIT_BOSS_1, () => recordTransaction(buyIn()))).toMatchObject({ ok: true });
    const out = await as(PIT_BOSS_1, () => recordTransaction({ ...buyIn(), direction: "out" }));
    expect(out).toMatchObject({ ok: false, code: "FORBIDDEN", error: "CAGE_ONLY" });
  });

  test("a player of another casino", async () => {
    expect(await as(CASHIER_2, () => recordTransaction(buyIn()))).toMatchObject({
      ok: false,
      code: "CONFLICT",
      error: "PLAYER_NOT_ENROLLED",
    });
  });

  test("the day's list has the rows of one casino, and their net", async () => {
    await as(CASHIER_1, () => recordTransaction({ ...buyIn(), direction: "out", amountCents: 10_000 }));
    const { rows } = await owner().query<{ day: string }>("select current_date::text as day");
    const list = await as(CASHIER_2, () => listTransactions({ gamingDay: rows[0]?.day ?? "" }));
    // the seed: two visits at casino 2, 500 dollars each
    expect(list).toMatchObject({ ok: true, data: { netCents: 100_000 } });
    const own = await as(CASHIER_1, () => listTransactions({ gamingDay: rows[0]?.day ?? "" }));
    expect(own).toMatchObject({ ok: true, data: { netCents: 100_000 + 25_000 + 25_000 - 10_000 } });
  });
});
