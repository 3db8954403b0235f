import { describe, expect, test } from "vitest";
import { activateLayout, addPit, listLayouts } from "@/app/actions/floor-layout";
import { owner, useCasinoDatabase } from "@/test/support/database";
import { ADMIN_1, ADMIN_2, as, casinoId, PIT_BOSS_1 } from "@/test/support/people";

useCasinoDatabase();

const versionOf = async (casino: 1 | 2, versionNo: 1 | 2): Promise<string> => {
  const { rows } = await owner().query<{ id: string }>(
    `select v.id from floor_layout_version v join floor_layout l on l.id = v.layout_id
     where l.casino_id = $1 and v.version_no = $2`,
    [casinoId(casino), versionNo],
  );
  return rows[0]?.id ?? "";
};

describe("floor layouts", () => {
  test("the own layouts with their versions", async () => {
    const layouts = await as(ADMIN_1, () => listLayouts({}));
    expect(layouts).toMatchObject({
      ok: true,
      data: [
        {
          name: "Main floor",
          versions: [
            { versionNo: 1, status: "approved" },
            { versionNo: 2, status: "draft" },
          ],
        },
      ],
    });
    expect(layouts.ok && layouts.data[0]?.versions[0]?.id).toBe(await versionOf(1, 1));
  });

  test("an admin adds pits to the own layout, at the end", async () => {
    const layoutVersionId = await versionOf(1, 2);
    expect(await as(ADMIN_1, () => addPit({ layoutVersionId, label: "High limit" }))).toMatchObject({
      ok: true,
      data: { label: "High limit", sequence: 2 },
    });
    expect(await as(ADMIN_2, () => addPit({ layoutVersionId, label: "Foreign" }))).toMatchObject({ code: "FORBIDDEN" });
    expect(await as(PIT_BOSS_1, () => addPit({ layoutVersionId, label: "Pit 9" }))).toMatchObject({
      code: "FORBIDDEN",
    });
  });

  test("an approved version is activated, a draft is not", async () => {
    const activate = async (layoutVersionId: string, requestId: string) =>
      as(PIT_BOSS_1, () => activateLayout({ layoutVersionId, requestId }));
    expect(await activate(await versionOf(1, 1), "monday")).toMatchObject({ ok: true });
    expect(await activate(await versionOf(1, 2), "tuesday")).toMatchObject({ ok: false, error: "LAYOUT_NOT_APPROVED" });
    expect(await activate(await versionOf(2, 1), "wednesday")).toMatchObject({
      ok: false,
      error: "LAYOUT_NOT_APPROVED",
    });
  });
});
