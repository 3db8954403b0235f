import { describe, expect, test } from "vitest";
import { openServer } from "../../../src/db/server.ts";
import type { Db } from "../../../src/db/port.ts";
import type { ContextMap } from "../../../src/pg/context.ts";
import {
  readRequests,
  recordAppliedAt,
  recorderMigration,
  type RecorderOptions,
} from "../../../src/watch/database/index.ts";
import type { RequestsReading } from "../../../src/watch/sample.ts";
import { inDatabase, onServers } from "./statistics.ts";

const ROLES = `
do $$ declare r text; begin
  foreach r in array array['anon', 'authenticated', 'service_role', 'stranger'] loop
    if to_regrole(r) is null then execute format('create role %I', r); end if;
  end loop;
  if to_regrole('authenticator') is null then
    create role authenticator login noinherit password 'x';
  end if;
  grant anon, authenticated, service_role, stranger to authenticator;
end $$;
create table visit (id int); grant insert on visit to authenticated;
alter table visit enable row level security;
`;

const CONTEXT: ContextMap = {
  claims: { kind: "setting", setting: "request.jwt.claims" },
  variables: [
    { setting: "app.tenant_id", claim: ["app_metadata", "tenant_id"], type: "uuid", separator: "," },
    { setting: "app.tenant", claim: ["app_metadata", "tenant_id"], type: "uuid", separator: "," },
    { setting: "app.user_id", claim: ["sub"], type: "uuid", separator: "," },
    { setting: "app.site", claim: ["site.name's"], type: "text", separator: "," },
  ],
};
const SITE = `"site.name's"`;

const OPTIONS: RecorderOptions = { roles: ["anon", "authenticated"], login: "authenticator", preRequest: null };

const migration = recorderMigration(CONTEXT, OPTIONS);

/**
 * The statements that PostgREST documents for a request: a transaction, READ ONLY for GET, its settings, the pre-request
 * function, the query. PostgREST itself is not here; the order of its statements is what the recorder depends on.
 */
async function request(
  db: Db,
  {
    role,
    claims,
    headers = {},
    readOnly = true,
    query = "select 1",
  }: {
    role: string;
    claims: string;
    headers?: Record<string, string>;
    readOnly?: boolean;
    query?: string;
  },
): Promise<void> {
  await db.exec(`begin isolation level read committed ${readOnly ? "read only" : "read write"}`);
  try {
    await db.query(
      "select set_config('search_path', 'public', true), set_config('role', $1, true), set_config('request.jwt.claims', $2, true), set_config('request.method', 'GET', true), set_config('request.headers', $3, true)",
      [role, claims, JSON.stringify(headers)],
    );
    await db.query('select "rlsmith_recorder"."request"()');
    await db.query(query);
    await db.exec("commit");
  } catch (error) {
    await db.exec("rollback");
    throw error;
  }
}

const FULL = { sub: "u", iat: 2_000_000_000, app_metadata: { tenant_id: "t" }, "site.name's": "s" };
const full = JSON.stringify(FULL);
const NONE = { [SITE]: 0, "app_metadata.tenant_id": 0, sub: 0 };
const byRole = (reading: RequestsReading): Record<string, Omit<RequestsReading["hours"][number], "hour" | "role">> =>
  Object.fromEntries(reading.hours.map(({ hour: _, role, ...rest }) => [role, rest]));

onServers({}, (opened) => {
  const recording = async (work: (login: Db, admin: Db) => Promise<void>, sql = migration.up): Promise<void> =>
    inDatabase(opened().cluster, ROLES + sql, async (admin, name) => {
      const login = await openServer(opened().cluster.url(name, "authenticator", "x"), {
        applicationName: "PostgREST",
      });
      try {
        await work(login, admin);
      } finally {
        await login.close();
      }
    });

  /** What is counted while work is done. */
  const counted = async (login: Db, admin: Db, work: () => Promise<void>): Promise<RequestsReading> => {
    const { cursor } = await readRequests(admin, null);
    await work();
    // the backend of the requests adds its counts to the shared ones at once
    await login.query("select pg_stat_force_next_flush()");
    return readRequests(admin, cursor);
  };

  describe("the recorder", () => {
    test("counts requests by role and those without each claim, in READ ONLY transactions", async () => {
      await recording(async (login, admin) => {
        expect(await readRequests(admin, null)).toMatchObject({
          hours: [],
          lacks: [{ lack: "nothing before", what: "rlsmith_recorder" }],
        });
        const reading = await counted(login, admin, async () => {
          for (let n = 0; n < 7; n += 1) await request(login, { role: "authenticated", claims: full });
          const { app_metadata: _, ...without } = FULL;
          for (let n = 0; n < 3; n += 1)
            await request(login, { role: "authenticated", claims: JSON.stringify(without), readOnly: n !== 0 });
          await request(login, {
            role: "authenticated",
            claims: JSON.stringify({ ...FULL, app_metadata: { tenant_id: null } }),
          });
          await request(login, { role: "authenticated", claims: JSON.stringify({ ...FULL, app_metadata: "none" }) });
          await request(login, { role: "anon", claims: '{"role": "anon"}' });
          await request(login, { role: "stranger", claims: full });
        });
        expect(reading.lacks).toEqual([]);
        expect(byRole(reading)).toEqual({
          authenticated: { requests: 12, keys: 0, without: { ...NONE, "app_metadata.tenant_id": 5 }, stale: 0 },
          anon: { requests: 1, keys: 0, without: { [SITE]: 1, "app_metadata.tenant_id": 1, sub: 1 }, stale: 0 },
          other: { requests: 1, keys: 0, without: NONE, stale: 0 },
        });
        expect(reading.hours[0]?.hour).toMatch(/^\d{4}-\d\d-\d\dT\d\d:00:00Z$/);
      });
    });

    test("a request that is denied and rolled back is counted too", async () => {
      await recording(async (login, admin) => {
        const reading = await counted(login, admin, async () => {
          const denied = request(login, {
            role: "authenticated",
            claims: "{}",
            readOnly: false,
            query: "insert into visit values (1)",
          });
          await expect(denied).rejects.toThrow("row-level security");
        });
        expect(byRole(reading)["authenticated"]).toMatchObject({ requests: 1, without: { sub: 1 } });
      });
    });

    test("an opaque key is no token without claims, unless a user's token comes with it", async () => {
      await recording(async (login, admin) => {
        const reading = await counted(login, admin, async () => {
          const key = "sb_publishable_made_up";
          await request(login, { role: "anon", claims: '{"role": "anon"}', headers: { apikey: key } });
          await request(login, { role: "anon", claims: "{}", headers: { authorization: `Bearer ${key}` } });
          await request(login, { role: "anon", claims: "", headers: { apikey: "sb_secret_made_up" } });
          await request(login, { role: "authenticated", claims: '{"sub": "u"}', headers: { apikey: key } });
          await request(login, { role: "anon", claims: '{"role": "anon"}', headers: { apikey: "eyJmade.up.token" } });
        });
        expect(byRole(reading)).toEqual({
          anon: { requests: 4, keys: 3, without: { [SITE]: 1, "app_metadata.tenant_id": 1, sub: 1 }, stale: 0 },
          authenticated: {
            requests: 1,
            keys: 0,
            without: { [SITE]: 1, "app_metadata.tenant_id": 1, sub: 0 },
            stale: 0,
          },
        });
      });
    });

    test("a token that was issued before the plan was applied is stale", async () => {
      await recording(async (login, admin) => {
        await recordAppliedAt(admin, "2001-01-01T00:00:00Z");
        await recordAppliedAt(admin, "2026-01-01T00:00:00Z");
        const applied = Date.UTC(2026, 0, 1) / 1000;
        const reading = await counted(login, admin, async () => {
          for (const iat of [applied - 1, applied, applied + 1, "text", null])
            await request(login, { role: "authenticated", claims: JSON.stringify({ ...FULL, iat }) });
        });
        expect(byRole(reading)["authenticated"]).toMatchObject({ requests: 5, stale: 1 });
      });
    });

    test("no claims, no JSON and no settings at all refuse no request", async () => {
      await recording(async (login, admin) => {
        const reading = await counted(login, admin, async () => {
          await request(login, { role: "authenticated", claims: "" });
          await request(login, { role: "authenticated", claims: "no json" });
          await request(login, { role: "authenticated", claims: "[1]" });
          await request(login, { role: "authenticated", claims: '"text"' });
          // a driver that sets neither role nor claims
          await login.query("select rlsmith_recorder.request()");
        });
        const all = { [SITE]: 4, "app_metadata.tenant_id": 4, sub: 4 };
        expect(byRole(reading)["authenticated"]).toEqual({ requests: 4, keys: 0, without: all, stale: 0 });
        expect(byRole(reading)["other"]?.requests).toBe(1);
      });
    });

    test("counters that cannot be scanned, as after a restore of the schema alone, refuse no request", async () => {
      await recording(async (login, admin) => {
        await admin.exec("refresh materialized view rlsmith_recorder.counter_1 with no data");
        await expect(admin.query("select from rlsmith_recorder.counter_1")).rejects.toThrow("not been populated");
        await request(login, { role: "anon", claims: "{}" });
        await request(login, { role: "authenticated", claims: "{}" });
        expect(await readRequests(admin, null)).toMatchObject({
          hours: [],
          lacks: [{ lack: "not readable", what: "rlsmith_recorder" }],
        });
      });
    });

    test("a role of a request can read no counter, and scan none", async () => {
      await recording(async (login) => {
        await login.exec("begin; set local role authenticated");
        await expect(login.query("select * from rlsmith_recorder.counter_1")).rejects.toThrow("permission denied");
        await login.exec("rollback");
      });
    });

    test("a pre-request function that was there before runs as the role of the request, and may refuse it", async () => {
      const chained = recorderMigration(CONTEXT, { ...OPTIONS, preRequest: "public.check" });
      const check = `create function public.check() returns void language plpgsql as $$ begin
        if current_user <> 'authenticated' then raise 'refused %', current_user; end if; end $$;`;
      await recording(async (login, admin) => {
        const reading = await counted(login, admin, async () => {
          await request(login, { role: "authenticated", claims: full });
          await expect(request(login, { role: "anon", claims: "{}" })).rejects.toThrow("refused anon");
        });
        expect(Object.keys(byRole(reading)).toSorted()).toEqual(["anon", "authenticated"]);
        await admin.exec(chained.down);
        expect(await preRequestOf(admin)).toBe("public.check");
      }, check + chained.up);
    });

    test("its down migration leaves nothing, and an installation after it begins anew", async () => {
      await recording(async (login, admin) => {
        expect(await preRequestOf(admin)).toBe("rlsmith_recorder.request");
        await request(login, { role: "authenticated", claims: full });
        await login.query("select pg_stat_force_next_flush()");
        const first = await readRequests(admin, null);
        await admin.exec(migration.down);
        expect(await preRequestOf(admin)).toBeNull();
        expect(await admin.query("select from pg_namespace where nspname = 'rlsmith_recorder'")).toEqual([]);
        const none = await readRequests(admin, first.cursor);
        expect(none).toMatchObject({ cursor: null, lacks: [{ lack: "not installed", what: "rlsmith_recorder" }] });
        await admin.exec(migration.up);
        const again = await counted(login, admin, async () => request(login, { role: "authenticated", claims: full }));
        expect(byRole(again)["authenticated"]?.requests).toBe(1);
      });
    });

    test("a reset of the counters is a lack", async () => {
      await recording(async (login, admin) => {
        const reading = await counted(login, admin, async () => {
          await request(login, { role: "authenticated", claims: full });
          await login.query("select pg_stat_force_next_flush()");
          await admin.exec("select pg_stat_reset()");
          await request(login, { role: "authenticated", claims: full });
        });
        expect(reading.lacks).toEqual([{ lack: "counters lost", what: "rlsmith_recorder" }]);
        expect(byRole(reading)["authenticated"]?.requests).toBe(1);
      });
    });

    test("claims that a function reads, which needs no search path", async () => {
      const jwt = `create schema auth; create function auth.jwt() returns jsonb language sql stable as $$
        select nullif(current_setting('request.jwt.claims', true), '')::jsonb $$;
        set check_function_bodies = off;
        create function public.token() returns jsonb language sql stable as $$ select jwt() $$;`;
      const of = (schema: string, name: string): string =>
        recorderMigration({ ...CONTEXT, claims: { kind: "function", schema, name } }, OPTIONS).up;
      await recording(
        async (login, admin) => {
          const reading = await counted(login, admin, async () => {
            await request(login, { role: "authenticated", claims: full });
            await request(login, { role: "authenticated", claims: "{}" });
          });
          expect(byRole(reading)["authenticated"]).toMatchObject({ requests: 2, without: { sub: 1 } });
          await admin.exec(migration.down);
          await expect(admin.exec(`set search_path = auth, public; ${of("public", "token")}`)).rejects.toThrow("jwt()");
        },
        jwt + of("auth", "jwt"),
      );
    });

    test("a claims function that the owner may not call is refused when the recorder is installed", async () => {
      const { up } = recorderMigration(
        { ...CONTEXT, claims: { kind: "function", schema: "auth", name: "jwt" } },
        OPTIONS,
      );
      await inDatabase(opened().cluster, ROLES, async (admin) => {
        await expect(admin.exec(`begin; ${up} commit`)).rejects.toThrow('schema "auth" does not exist');
        await admin.exec("rollback");
      });
    });
  });
});

async function preRequestOf(db: Db): Promise<string | null> {
  const [row] = await db.query<{ setting: string | null }>(
    "select (select substring(one from 'pgrst.db_pre_request=(.*)') from unnest(setconfig) one where one like 'pgrst.%') as setting from pg_db_role_setting where setrole = 'authenticator'::regrole",
  );
  return row?.setting ?? null;
}
