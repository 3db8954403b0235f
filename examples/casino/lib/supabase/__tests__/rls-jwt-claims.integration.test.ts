import { describe, expect, test } from "vitest";
import { verifyAccessToken } from "@/lib/auth/access-token";
import { runWithRequest } from "@/lib/http/request-context";
import { getAuthContext, injectRLSContext } from "@/lib/supabase/rls-context";
import { createServerClient } from "@/lib/supabase/server-client";
import { createServiceClient } from "@/lib/supabase/service-client";
import { owner, useCasinoDatabase } from "@/test/support/database";
import { sqlstateOf, withClaims, withVariables } from "@/test/support/paths";
import {
  ADMIN_1,
  as,
  casinoId,
  CASHIER_1,
  claimsOf,
  PIT_BOSS_1,
  PIT_BOSS_2,
  tokenWith,
  type Person,
} from "@/test/support/people";

// ADR-015: policies take the session variables, and the claims of the token where there are none.

useCasinoDatabase();

describe("claims in the token", () => {
  test("the trigger on staff writes tenant, staff id and role into app_metadata", async () => {
    expect((await claimsOf(PIT_BOSS_1)).app_metadata).toMatchObject({
      casino_id: PIT_BOSS_1.casinoId,
      staff_id: PIT_BOSS_1.staffId,
      staff_role: "pit_boss",
    });
  });

  test("a promotion reaches the next token", async () => {
    await owner().query("update staff set role = 'admin' where id = $1", [CASHIER_1.staffId]);
    expect((await claimsOf(CASHIER_1)).app_metadata).toMatchObject({ staff_role: "admin" });
    await owner().query("update staff set role = 'cashier' where id = $1", [CASHIER_1.staffId]);
    expect((await claimsOf(CASHIER_1)).app_metadata).toMatchObject({ staff_role: "cashier" });
  });

  test("who is suspended gets a token without claims", async () => {
    await owner().query("update staff set status = 'suspended' where id = $1", [CASHIER_1.staffId]);
    expect((await claimsOf(CASHIER_1)).app_metadata).not.toHaveProperty("casino_id");
    await owner().query("update staff set status = 'active' where id = $1", [CASHIER_1.staffId]);
  });

  test("a token with another signature is refused", async () => {
    const [header, , signature] = tokenWith(await claimsOf(PIT_BOSS_1)).split(".");
    const forged = Buffer.from(JSON.stringify({ ...(await claimsOf(PIT_BOSS_2)), role: "service_role" }));
    const token = `${header}.${forged.toString("base64url")}.${signature}`;
    expect(() => verifyAccessToken(token)).toThrow("bad signature");
    const { error } = await runWithRequest({ accessToken: token }, async () =>
      createServerClient().from("visit").select("id"),
    );
    expect(error).toMatchObject({ code: "PGRST301" });
  });

  test("the claims alone are enough to read", async () => {
    const { data } = await as(PIT_BOSS_2, async () =>
      createServerClient().from("casino").select("id").eq("status", "active"),
    );
    expect(data).toEqual([{ id: casinoId(2) }]);
  });
});

describe.each([
  ["session variables", withVariables],
  ["JWT claims", withClaims],
])("the tenant from %s", (_path, inContext) => {
  test("is the one whose visits are seen", async () => {
    const seen = await inContext(PIT_BOSS_1, (sql) => sql.query("select distinct casino_id from visit"));
    expect(seen.rows).toEqual([{ casino_id: casinoId(1) }]);
  });

  test("is the one whose staff is seen", async () => {
    const seen = await inContext(PIT_BOSS_2, (sql) => sql.query("select distinct casino_id from staff"));
    expect(seen.rows).toEqual([{ casino_id: casinoId(2) }]);
  });

  test("and the role decide who sets the pace of a game", async () => {
    const add = async (who: Person): Promise<string | null> =>
      inContext(who, (sql) =>
        sqlstateOf(() => sql.query("insert into game_settings (casino_id, game) values ($1, 'poker')", [who.casinoId])),
      );
    expect(await add(ADMIN_1)).toBeNull();
    expect(await add(CASHIER_1)).toBe("42501");
  });
});

describe("session variables win over the claims", () => {
  test("a variable of another casino shows the rows of that casino", async () => {
    const seen = await withClaims(PIT_BOSS_1, async (sql) => {
      await sql.query("select set_rls_context($1, $2, $3)", [PIT_BOSS_2.staffId, casinoId(2), "pit_boss"]);
      return sql.query("select distinct casino_id from visit");
    });
    // SEC-001 §6, accepted risk R-3: whoever may call set_rls_context may choose
    expect(seen.rows).toEqual([{ casino_id: casinoId(2) }]);
  });

  test("an empty variable falls back to the claim", async () => {
    const seen = await withClaims(PIT_BOSS_1, async (sql) => {
      await sql.query("select set_config('app.casino_id', '', true)");
      return sql.query("select distinct casino_id from visit");
    });
    expect(seen.rows).toEqual([{ casino_id: casinoId(1) }]);
  });
});

describe("the helpers of rls-context.ts", () => {
  test("getAuthContext reads the staff row of the user", async () => {
    expect(await as(CASHIER_1, async () => getAuthContext(createServerClient()))).toEqual({
      userId: CASHIER_1.userId,
      actorId: CASHIER_1.staffId,
      casinoId: CASHIER_1.casinoId,
      staffRole: "cashier",
      status: "active",
    });
  });

  test("injectRLSContext returns the context that it has set", async () => {
    const set = await as(PIT_BOSS_1, async () => {
      const supabase = createServerClient();
      return injectRLSContext(supabase, await getAuthContext(supabase), "corr-1");
    });
    expect(set).toEqual({ actorId: PIT_BOSS_1.staffId, casinoId: casinoId(1), staffRole: "pit_boss" });
  });

  test("what it sets ends with its own request", async () => {
    const { data } = await as(PIT_BOSS_1, async () => {
      const supabase = createServerClient();
      await injectRLSContext(supabase, { actorId: PIT_BOSS_2.staffId, casinoId: casinoId(2), staffRole: "pit_boss" });
      return supabase.from("casino").select("id").eq("status", "active");
    });
    expect(data).toEqual([{ id: casinoId(1) }]);
  });
});

describe("tenant isolation end to end", () => {
  // the clients of two casinos, each must not see the other
  test("two clients see different rows", async () => {
    const first = createServiceClient();
    const second = createServiceClient();
    await first.rpc("set_rls_context", {
      p_actor_id: PIT_BOSS_1.staffId,
      p_casino_id: casinoId(1),
      p_staff_role: "pit_boss",
    });
    await second.rpc("set_rls_context", {
      p_actor_id: PIT_BOSS_2.staffId,
      p_casino_id: casinoId(2),
      p_staff_role: "pit_boss",
    });
    const [one, two] = [await first.from("visit").select("id"), await second.from("visit").select("id")];
    expect(one.error).toBeNull();
    expect(two.error).toBeNull();
  });
});

describe("against the staging project", () => {
  const url = process.env["STAGING_DATABASE_URL"];

  test("a fresh login has all three claims", async () => {
    if (url === undefined) return;
    const login = await fetch(`${url}/auth/v1/token?grant_type=password`, { method: "POST" });
    const { access_token } = (await login.json()) as { access_token: string };
    expect(verifyAccessToken(access_token).app_metadata).toHaveProperty("staff_role");
  });

  test("an old login was refreshed", async () => {
    if (url === undefined) return;
    const refreshed = await fetch(`${url}/auth/v1/token?grant_type=refresh_token`, { method: "POST" });
    expect(refreshed.status).toBe(200);
  });
});
