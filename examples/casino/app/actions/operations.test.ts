import { describe, expect, test } from "vitest";
import { getSettings, listReports, listStaff, setStaffStatus } from "@/app/actions/operations";
import { useCasinoDatabase } from "@/test/support/database";
import { ADMIN_1, ADMIN_2, as, CASHIER_1, claimsOf, PIT_BOSS_1, PIT_BOSS_2 } from "@/test/support/people";

useCasinoDatabase();

describe("operations", () => {
  test("the dealers of the own casino", async () => {
    const dealers = await as(PIT_BOSS_2, () => listStaff({ role: "dealer" }));
    expect(dealers.ok && dealers.data.map(({ full_name }) => full_name)).toEqual(["Dealer 2"]);
  });

  test("who is suspended loses the claims, and gets them back", async () => {
    const set = (status: "active" | "suspended") =>
      as(ADMIN_1, () => setStaffStatus({ staffId: CASHIER_1.staffId, status }));
    expect(await set("suspended")).toMatchObject({ ok: true, data: { status: "suspended" } });
    expect((await claimsOf(CASHIER_1)).app_metadata).not.toHaveProperty("staff_role");
    expect(await as(CASHIER_1, () => getSettings({}))).toMatchObject({ ok: false, code: "UNAUTHORIZED" });

    await set("active");
    expect((await claimsOf(CASHIER_1)).app_metadata).toHaveProperty("staff_role", "cashier");
    expect(await as(CASHIER_1, () => getSettings({}))).toMatchObject({ ok: true });
  });

  test("an admin of another casino finds nobody to suspend, a pit boss may not", async () => {
    const suspend = { staffId: CASHIER_1.staffId, status: "suspended" as const };
    expect(await as(ADMIN_2, () => setStaffStatus(suspend))).toMatchObject({ ok: false, code: "NOT_FOUND" });
    expect(await as(PIT_BOSS_1, () => setStaffStatus(suspend))).toMatchObject({ ok: false, code: "FORBIDDEN" });
  });

  test("reports and settings of the own casino", async () => {
    const reports = await as(ADMIN_2, () => listReports({ kind: "shift" }));
    expect(reports.ok && reports.data.map(({ requested_by }) => requested_by)).toEqual([ADMIN_2.staffId]);
    expect(await as(ADMIN_2, () => getSettings({}))).toMatchObject({
      ok: true,
      data: { timezone: "America/Los_Angeles", ctr_threshold_cents: 1_000_000 },
    });
  });
});
