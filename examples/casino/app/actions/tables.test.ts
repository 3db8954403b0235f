import { describe, expect, test } from "vitest";
import { listTables, logDrop, requestCredit, requestFill, rotateDealer, snapshotInventory } from "@/app/actions/tables";
import { owner, useCasinoDatabase } from "@/test/support/database";
import { as, casinoId, CASHIER_1, openTableId, PIT_BOSS_1, PIT_BOSS_2 } from "@/test/support/people";

useCasinoDatabase();

const fill = { tableId: openTableId(1), requestId: "fill-77", chipset: { "500": 40, "2500": 20 } };

describe("gaming tables", () => {
  test("the tables of the own casino", async () => {
    const tables = await as(PIT_BOSS_2, () => listTables({ pit: "Pit 1" }));
    expect(tables.ok && tables.data.map(({ id }) => id)).toEqual([
      openTableId(2),
      "e0000000-0000-4000-8000-000000000022",
    ]);
  });

  test("a fill that is asked for twice is one fill", async () => {
    const first = await as(PIT_BOSS_1, () => requestFill(fill));
    expect(first).toMatchObject({ ok: true, data: { amountCents: 70_000 } });
    const second = await as(PIT_BOSS_1, () => requestFill(fill));
    expect(second.ok && second.data).toEqual(first.ok && first.data);
  });

  test("the cage asks for neither fills nor credits", async () => {
    expect(await as(CASHIER_1, () => requestFill({ ...fill, requestId: "f" }))).toMatchObject({ code: "FORBIDDEN" });
    expect(await as(CASHIER_1, () => requestCredit({ ...fill, requestId: "c" }))).toMatchObject({ code: "FORBIDDEN" });
    expect(await as(PIT_BOSS_1, () => requestCredit({ ...fill, requestId: "c-1" }))).toMatchObject({ ok: true });
  });

  test("chips without a value", async () => {
    expect(await as(PIT_BOSS_1, () => requestFill({ ...fill, chipset: {} }))).toMatchObject({ code: "INVALID_INPUT" });
  });

  test("drops and counts are kept with who did them", async () => {
    expect(await as(PIT_BOSS_1, () => logDrop({ tableId: openTableId(1), dropBoxNo: "BOX-7" }))).toMatchObject({
      ok: true,
    });
    const counted = await as(PIT_BOSS_1, () =>
      snapshotInventory({ tableId: openTableId(1), snapshotType: "close", chipset: { "10000": 3 } }),
    );
    expect(counted).toMatchObject({ ok: true, data: { totalCents: 30_000 } });
    const { rows } = await owner().query("select removed_by from table_drop_event where drop_box_no = 'BOX-7'");
    expect(rows).toEqual([{ removed_by: PIT_BOSS_1.staffId }]);
  });

  test("a new dealer ends the rotation before", async () => {
    const { rows: dealers } = await owner().query<{ id: string }>(
      "select id from staff where casino_id = $1 and role = 'dealer'",
      [casinoId(1)],
    );
    const rotated = await as(PIT_BOSS_1, () =>
      rotateDealer({ tableId: openTableId(1), dealerId: dealers[0]?.id ?? "" }),
    );
    expect(rotated).toMatchObject({ ok: true });
    const { rows } = await owner().query(
      "select id from dealer_rotation where gaming_table_id = $1 and ended_at is null",
      [openTableId(1)],
    );
    expect(rows).toHaveLength(1);
  });
});
