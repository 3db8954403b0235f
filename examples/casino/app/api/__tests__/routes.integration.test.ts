import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { GET as exportMtl } from "@/app/api/exports/mtl/route";
import { GET as lobby } from "@/app/api/lobby/[casino]/route";
import { usePool } from "@/lib/db/pool";
import { owner, useCasinoDatabase } from "@/test/support/database";
import { casinoId, CASHIER_1, CASHIER_2, claimsOf, tokenWith, type Person } from "@/test/support/people";

useCasinoDatabase();
beforeAll(() => usePool(owner()));
afterAll(() => usePool(undefined));

const display = async (casino: string): Promise<Response> =>
  lobby(new Request("http://floor.example/api/lobby"), { params: Promise.resolve({ casino }) });

describe("the lobby display", () => {
  test("shows the open tables of its casino, without a login", async () => {
    expect(await (await display(casinoId(1))).json()).toEqual({ tables: [{ label: "BJ-01", game: "blackjack" }] });
  });

  test("what is no id of a casino is not found", async () => {
    expect((await display("harbor")).status).toBe(404);
  });
});

describe("the MTL export", () => {
  const day = async (): Promise<string> =>
    (await owner().query<{ day: string }>("select current_date::text as day")).rows[0]?.day ?? "";
  const exported = async (who: Person): Promise<string[]> => {
    const headers = { authorization: `Bearer ${tokenWith(await claimsOf(who))}` };
    const url = `http://floor.example/api/exports/mtl?day=${await day()}`;
    return (await (await exportMtl(new Request(url, { headers }))).text()).split("\n");
  };

  test("has the entries of the casino that the token names", async () => {
    const [header, ...lines] = await exported(CASHIER_1);
    expect(header).toBe("occurred_at,player,direction,amount_cents,area");
    expect(lines.map((line) => line.split(",")[1]).toSorted()).toEqual(["Player Four", "Player One"]);
    expect(
      (await exported(CASHIER_2))
        .slice(1)
        .map((line) => line.split(",")[1])
        .toSorted(),
    ).toEqual(["Player Four", "Player Two"]);
  });

  test("asks for a token and a day", async () => {
    expect((await exportMtl(new Request("http://floor.example/api/exports/mtl?day=2025-01-01"))).status).toBe(401);
    const headers = { authorization: `Bearer ${tokenWith(await claimsOf(CASHIER_1))}` };
    expect((await exportMtl(new Request("http://floor.example/api/exports/mtl", { headers }))).status).toBe(400);
  });
});
