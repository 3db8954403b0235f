import { describe, expect, test } from "vitest";
import { createPlayer, searchPlayers } from "@/app/actions/players";
import { owner, useCasinoDatabase } from "@/test/support/database";
import { as, casinoId, CASHIER_1, PIT_BOSS_1, PIT_BOSS_2 } from "@/test/support/people";

useCasinoDatabase();

describe("players", () => {
  test("a new player is enrolled here, with an account, and found here only", async () => {
    const created = await as(CASHIER_1, () =>
      createPlayer({ firstName: " Ines ", lastName: "Núñez", birthDate: "1984-05-06" }),
    );
    expect(created).toMatchObject({ ok: true });
    const { rows } = await owner().query(
      `select e.casino_id, l.balance from player p join player_casino e on e.player_id = p.id
       join player_loyalty l on l.player_id = p.id and l.casino_id = e.casino_id where p.full_name = 'Ines Núñez'`,
    );
    expect(rows).toEqual([{ casino_id: casinoId(1), balance: 0 }]);

    const here = await as(PIT_BOSS_1, () => searchPlayers({ name: "núñ" }));
    expect(here.ok && here.data.map(({ fullName }) => fullName)).toEqual(["Ines Núñez"]);
    expect(await as(PIT_BOSS_2, () => searchPlayers({ name: "núñ" }))).toMatchObject({ ok: true, data: [] });
  });

  test("nobody under age", async () => {
    const young = await as(CASHIER_1, () =>
      createPlayer({ firstName: "Too", lastName: "Young", birthDate: "2020-01-01" }),
    );
    expect(young).toMatchObject({ ok: false, code: "INVALID_INPUT" });
  });

  test("a pattern is text", async () => {
    expect(await as(PIT_BOSS_1, () => searchPlayers({ name: "%%" }))).toMatchObject({ ok: true, data: [] });
    expect(await as(PIT_BOSS_1, () => searchPlayers({ name: "P" }))).toMatchObject({
      ok: false,
      code: "INVALID_INPUT",
    });
  });
});
