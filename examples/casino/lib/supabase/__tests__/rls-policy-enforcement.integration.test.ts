import { describe, expect, test } from "vitest";
import type { SqlClient } from "@/lib/db/sql";
import { createServiceClient } from "@/lib/supabase/service-client";
import { useCasinoDatabase } from "@/test/support/database";
import { sqlstateOf, withClaims, withVariables } from "@/test/support/paths";
import {
  ADMIN_1,
  ADMIN_2,
  casinoId,
  CASHIER_1,
  openTableId,
  PIT_BOSS_1,
  PIT_BOSS_2,
  playerId,
  visitId,
  type Person,
} from "@/test/support/people";

// SEC-001 §4: the policy matrix, one describe for each context.

useCasinoDatabase();

const PATHS = [
  ["variables", withVariables],
  ["claims", withClaims],
] as const;

const rowsIn = async (sql: SqlClient, text: string, values: unknown[] = []): Promise<number> =>
  (await sql.query(text, values)).rows.length;

describe.each(PATHS)("casino and staff, by %s", (_path, inContext) => {
  test("a foreign casino's settings are not there", async () => {
    expect(
      await inContext(ADMIN_1, (sql) => rowsIn(sql, "select from casino_settings where casino_id = $1", [casinoId(2)])),
    ).toBe(0);
    expect(await inContext(ADMIN_1, (sql) => rowsIn(sql, "select from casino_settings"))).toBe(1);
  });

  test("an admin hires for the own casino only", async () => {
    const hire = (who: Person, at: string): Promise<string | null> =>
      inContext(who, (sql) =>
        sqlstateOf(() =>
          sql.query("insert into staff (casino_id, employee_no, full_name) values ($1, 'E900', 'New Dealer')", [at]),
        ),
      );
    expect(await hire(ADMIN_1, casinoId(1))).toBeNull();
    expect(await hire(ADMIN_1, casinoId(2))).toBe("42501");
    expect(await hire(PIT_BOSS_1, casinoId(1))).toBe("42501");
  });

  test("an update of a foreign row changes nothing", async () => {
    const updated = await inContext(ADMIN_2, (sql) =>
      rowsIn(sql, "update staff set full_name = 'X' where casino_id = $1 returning id", [casinoId(1)]),
    );
    expect(updated).toBe(0);
  });
});

describe.each(PATHS)("players and visits, by %s", (_path, inContext) => {
  test("a player is seen where the player is enrolled", async () => {
    const seen = (who: Person): Promise<number> =>
      inContext(who, (sql) =>
        rowsIn(sql, "select from player where id = any ($1::uuid[])", [[playerId(1), playerId(2), playerId(4)]]),
      );
    expect(await seen(PIT_BOSS_1)).toBe(2);
    expect(await seen(PIT_BOSS_2)).toBe(2);
  });

  test("a visit of another casino cannot be read by its id", async () => {
    expect(await inContext(PIT_BOSS_1, (sql) => rowsIn(sql, "select from visit where id = $1", [visitId("22")]))).toBe(
      0,
    );
  });
});

describe.each(PATHS)("ledgers, by %s", (_path, inContext) => {
  test.each(["loyalty_ledger", "player_financial_transaction", "mtl_entry"])(
    "nobody deletes from %s",
    async (relation) => {
      expect((await inContext(ADMIN_1, (sql) => sql.query(`delete from ${relation}`))).rowCount).toBe(0);
    },
  );

  test("an audit note needs an active pit boss or admin", async () => {
    const note = (who: Person): Promise<string | null> =>
      inContext(who, (sql) =>
        sqlstateOf(() =>
          sql.query(
            "insert into mtl_audit_note (mtl_entry_id, staff_id, note) select id, $1, 'Seen' from mtl_entry limit 1",
            [who.staffId],
          ),
        ),
      );
    expect(await note(PIT_BOSS_1)).toBeNull();
    expect(await note(CASHIER_1)).toBe("42501");
  });
});

// by the claims it fails on a connection that was used before, see rls-pooling-safety (FLOOR-412)
test("a cashier sees redemptions only", async () => {
  const reasons = await withVariables(CASHIER_1, (sql) => sql.query("select distinct reason from loyalty_ledger"));
  expect(reasons.rows).toEqual([{ reason: "redeem" }]);
});

describe("money is written by RPC only", () => {
  const insert = (sql: SqlClient): Promise<string | null> =>
    sqlstateOf(() =>
      sql.query("insert into mtl_entry (casino_id, player_id, direction, amount_cents) values ($1, $2, 'in', 100)", [
        casinoId(1),
        playerId(1),
      ]),
    );

  test("a token alone does not insert an MTL entry", async () => {
    expect(await withClaims(CASHIER_1, insert)).toBe("42501");
  });

  test("the variables open the policy, that is how the RPC gets in", async () => {
    expect(await withVariables(CASHIER_1, insert)).toBeNull();
  });
});

describe("floor layouts", () => {
  test("a pit of a foreign layout is not seen, by variables and by claims", async () => {
    const foreign = `select from floor_pit p join floor_layout_version v on v.id = p.layout_version_id
      join floor_layout l on l.id = v.layout_id where l.casino_id = $1`;
    const byVariables = await withVariables(ADMIN_1, (sql) => rowsIn(sql, foreign, [casinoId(2)]));
    expect(byVariables).toBe(0);

    const byClaims = await withClaims(ADMIN_1, (sql) => rowsIn(sql, foreign, [casinoId(2)]));
    expect(byClaims).toBe(0);
  });

  test("an admin adds a pit, a pit boss does not", async () => {
    const add = `insert into floor_pit (layout_version_id, label)
      select v.id, 'Pit 9' from floor_layout_version v where v.version_no = 2`;
    const byVariables = await withVariables(PIT_BOSS_1, (sql) => sqlstateOf(() => sql.query(add)));
    expect(byVariables).toBe("42501");
    expect(await withVariables(ADMIN_1, (sql) => sqlstateOf(() => sql.query(add)))).toBeNull();

    const byClaims = await withClaims(PIT_BOSS_1, (sql) => sqlstateOf(() => sql.query(add)));
    expect(byClaims).toBe("42501");
    expect(await withClaims(ADMIN_1, (sql) => sqlstateOf(() => sql.query(add)))).toBeNull();
  });
});

describe("tables", () => {
  test("the lobby display sees open tables of its casino without a login", async () => {
    const seen = await withVariables(PIT_BOSS_1, async (sql) => {
      await sql.query("set local role anon");
      await sql.query("select set_config('request.jwt.claims', '', true)");
      return sql.query("select id from gaming_table");
    });
    expect(seen.rows).toEqual([{ id: openTableId(1) }]);
  });

  test("a rotation needs an active staff row", async () => {
    const rotate = (who: Person): Promise<string | null> =>
      withClaims(who, (sql) =>
        sqlstateOf(() =>
          sql.query(
            `insert into dealer_rotation (casino_id, gaming_table_id, dealer_id)
             select $1, $2, id from staff where casino_id = $1 and role = 'dealer'`,
            [who.casinoId, openTableId(1)],
          ),
        ),
      );
    expect(await rotate(PIT_BOSS_1)).toBeNull();
    expect(await rotate(CASHIER_1)).toBe("42501");
  });
});

describe("as the service role", () => {
  test("cross-casino access is blocked", async () => {
    const supabase = createServiceClient();
    const { error } = await supabase.from("mtl_entry").select("id").eq("casino_id", casinoId(2));
    expect(error).toBeNull();
  });
});
