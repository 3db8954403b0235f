import { expect, test } from "vitest";
import { parseConfig } from "../../src/config.ts";
import type { Db } from "../../src/db/port.ts";
import { inspect } from "../../src/inspect/inspect.ts";
import { auditReading } from "../../src/pipeline/watch-hourly.ts";
import type { AuditReading } from "../../src/watch/sample.ts";
import { claimsServer } from "../claims/native.ts";

const fresh = claimsServer();

const CONFIG = parseConfig(
  {
    claimsSync: {
      relation: "public.staff",
      user: "user_id",
      claims: { "app_metadata.role": "role" },
      active: "active",
    },
  },
  "test",
);

const NOW = "2026-01-01T00:00:00.000Z";

/** Six users: two in step, one with another role, one without claims, one without a row, one whose row is not active. */
const STAFF = `
  create table public.staff (user_id uuid unique, role text not null, active boolean not null default true);
  select users(6);
  insert into public.staff select id(n), 'dealer', n <> 6 from generate_series(1, 6) n where n <> 5;
  update auth.users set raw_app_meta_data = raw_app_meta_data || '{"role": "dealer"}' where id in (id(1), id(2), id(5));
  update auth.users set raw_app_meta_data = raw_app_meta_data || '{"role": "boss"}' where id = id(3);`;

const audit = async (db: Db, config: typeof CONFIG | null = CONFIG): Promise<AuditReading> =>
  auditReading(db, await inspect(db), config, NOW);

test("counts members by the state of their stored claims, and keeps no id", async () => {
  const reading = await audit(await fresh(STAFF));
  expect(reading).toMatchObject({
    source: "audit",
    cursor: NOW,
    lacks: [],
    members: { stale: 1, missing: 1, orphaned: 1, ambiguous: 0 },
  });
  expect(reading.members?.synced).toBeGreaterThanOrEqual(2);
  expect(JSON.stringify(reading)).not.toMatch(/a0000000-|dealer|boss/);
});

test("what it may not read, or cannot compare, is a lack and no all-clear", async () => {
  const db = await fresh(`${STAFF} create role looker; grant usage on schema auth, public to looker;`);
  await db.exec("set role looker");
  expect(await audit(db)).toMatchObject({ members: null, lacks: [{ lack: "privilege" }] });
  await db.exec("reset role; drop owned by looker; drop role looker");
  // nothing says where the claims come from
  expect(await audit(db, null)).toMatchObject({ members: null, lacks: [{ lack: "not readable" }] });
});

test("where a custom access token hook makes the claims, those of the row prove nothing", async () => {
  const db = await fresh(`${STAFF}
    do $$ begin if to_regrole('supabase_auth_admin') is null then create role supabase_auth_admin; end if; end $$;
    create function public.token_hook(event jsonb) returns jsonb language sql stable as $$
      select jsonb_set(event, '{claims,app_metadata,role}', to_jsonb((select role from public.staff where user_id = (event ->> 'user_id')::uuid)))
    $$;
    grant execute on function public.token_hook to supabase_auth_admin`);
  expect(await audit(db)).toMatchObject({
    members: null,
    lacks: [{ lack: "setting", what: "the custom access token hook" }],
  });
});
