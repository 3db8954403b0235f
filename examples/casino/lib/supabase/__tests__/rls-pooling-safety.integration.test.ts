import { describe, expect, test } from "vitest";
import { injectRLSContext } from "@/lib/supabase/rls-context";
import { createServerClient } from "@/lib/supabase/server-client";
import { owner, useCasinoDatabase } from "@/test/support/database";
import { sqlstateOf, withClaims, withVariables } from "@/test/support/paths";
import { ADMIN_1, as, casinoId, PIT_BOSS_1, PIT_BOSS_2, type Person } from "@/test/support/people";

// The pooler gives a connection to one request after the other. All tests here run on one connection.

useCasinoDatabase();

const settings = `select current_setting('app.casino_id', true) as casino, current_setting('app.actor_id', true) as actor,
  current_setting('app.staff_role', true) as role`;

const visits = async (who: Person): Promise<string[]> =>
  as(who, async () => {
    const { data, error } = await createServerClient().from("visit").select("casino_id");
    if (error) throw new Error(error.message);
    return [...new Set(data.map(({ casino_id }) => casino_id))];
  });

describe("nothing is left on the connection", () => {
  test("after the transaction the variables are empty", async () => {
    const inside = await withVariables(PIT_BOSS_1, async (sql) => (await sql.query(settings)).rows[0]);
    expect(inside).toEqual({ casino: casinoId(1), actor: PIT_BOSS_1.staffId, role: "pit_boss" });

    const { rows } = await owner().query<{ casino: string | null; actor: string | null; role: string | null }>(
      settings,
    );
    // '' and not null: the setting is known to the connection from now on
    expect(rows).toEqual([{ casino: "", actor: "", role: "" }]);
  });

  test("the same in a transaction that failed", async () => {
    const failed = withVariables(PIT_BOSS_1, (sql) => sql.query("select 1 / 0"));
    await expect(failed).rejects.toThrow("division by zero");
    const { rows } = await owner().query<{ casino: string }>(settings);
    expect(rows[0]?.casino).toBe("");
  });

  test("a request without a context sees what its token says, whoever had the connection before", async () => {
    await withVariables(PIT_BOSS_2, (sql) => sql.query("select 1"));
    expect(await visits(PIT_BOSS_1)).toEqual([casinoId(1)]);
  });
});

describe("requests one after the other", () => {
  test("two casinos in turn", async () => {
    for (let turn = 0; turn < 5; turn += 1) {
      expect(await visits(PIT_BOSS_1)).toEqual([casinoId(1)]);
      expect(await visits(PIT_BOSS_2)).toEqual([casinoId(2)]);
    }
  });

  test("two casinos at once", async () => {
    const seen = await Promise.all(Array.from({ length: 10 }, (_, n) => visits(n % 2 === 0 ? PIT_BOSS_1 : PIT_BOSS_2)));
    expect(seen).toEqual(Array.from({ length: 10 }, (_, n) => [casinoId(n % 2 === 0 ? 1 : 2)]));
  });

  test("an injected context does not reach the request after it", async () => {
    await as(ADMIN_1, async () =>
      injectRLSContext(createServerClient(), {
        actorId: PIT_BOSS_2.staffId,
        casinoId: casinoId(2),
        staffRole: "admin",
      }),
    );
    expect(await visits(ADMIN_1)).toEqual([casinoId(1)]);
  });
});

describe("bare settings (issue FLOOR-412)", () => {
  // a policy that reads app.actor_id without NULLIF meets '' on a connection that was used before
  test("a report cannot be asked for on a used connection", async () => {
    await withVariables(ADMIN_1, (sql) => sql.query("select 1"));
    const sqlstate = await withClaims(ADMIN_1, (sql) =>
      sqlstateOf(() =>
        sql.query("insert into report (casino_id, kind, requested_by) values ($1, 'shift', $2)", [
          casinoId(1),
          ADMIN_1.staffId,
        ]),
      ),
    );
    expect(sqlstate).toBe("22P02");
  });

  test("with the variables it can", async () => {
    const sqlstate = await withVariables(ADMIN_1, (sql) =>
      sqlstateOf(() =>
        sql.query("insert into report (casino_id, kind, requested_by) values ($1, 'shift', $2)", [
          casinoId(1),
          ADMIN_1.staffId,
        ]),
      ),
    );
    expect(sqlstate).toBeNull();
  });
});

describe("through the pooler", () => {
  const pooler = process.env["POOLER_URL"];

  test("a hundred requests on twenty connections", async () => {
    if (!pooler) {
      console.warn("POOLER_URL is not set");
      return;
    }
    const answers = await Promise.all(Array.from({ length: 100 }, () => fetch(pooler)));
    expect(answers.every(({ ok }) => ok)).toBe(true);
  });
});
