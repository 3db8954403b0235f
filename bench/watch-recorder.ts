/**
 * `npm run bench:watch-recorder`: what the recorder adds to a request. PostgREST is not on this machine; its documented
 * sequence for GET is sent by a plain connection: BEGIN READ ONLY, set_config of role, claims and headers, the function
 * of `pgrst.db_pre_request`, a query of one row, COMMIT. Requests with the recorder, with an empty function in its place
 * and without a function alternate in one run, so that all see the same load of the machine. Prints a table, writes
 * bench/results/watch-recorder.json.
 */
import { mkdirSync, writeFileSync } from "node:fs";
import type { Db } from "../src/db/port.ts";
import { openServer } from "../src/db/server.ts";
import { readRequests, recordAppliedAt, recorderMigration } from "../src/watch/database/index.ts";
import { startServer } from "../test/support/server.ts";

const ROUNDS = Number(process.env["BENCH_ROUNDS"] ?? 4000);
const WARM = 200;

const SCHEMA = `
create role anon; create role authenticated; create role service_role;
create table visit (id int primary key, tenant_id uuid);
alter table visit enable row level security;
create policy own on visit using (tenant_id = (select (nullif(current_setting('request.jwt.claims', true), '')::jsonb -> 'app_metadata' ->> 'tenant_id')::uuid));
insert into visit select n, '00000000-0000-4000-8000-000000000001' from generate_series(1, 1000) n;
grant select on visit to authenticated;
create function nothing() returns void language plpgsql as 'begin end';
analyze;
`;

const TENANT = "00000000-0000-4000-8000-000000000001";
const WHOLE = {
  sub: "u",
  iat: 2_000_000_000,
  role: "authenticated",
  app_metadata: { tenant_id: TENANT, user_id: "u" },
};
const { app_metadata: _, ...LACKING } = WHOLE;

const SETTINGS =
  "select set_config('search_path', 'public', true), set_config('role', $1, true), set_config('request.jwt.claims', $2, true), set_config('request.headers', $3, true)";
const HEADERS = JSON.stringify({ "user-agent": "bench", apikey: "eyJ.made.up", accept: "application/json" });

interface Way {
  name: string;
  /** the pre-request function; null: none */
  call: string | null;
  claims: string;
}

const WAYS: readonly Way[] = [
  { name: "no function", call: null, claims: JSON.stringify(WHOLE) },
  { name: "empty function", call: "select nothing()", claims: JSON.stringify(WHOLE) },
  { name: "recorder", call: "select rlsmith_recorder.request()", claims: JSON.stringify(WHOLE) },
  { name: "recorder, no claims", call: "select rlsmith_recorder.request()", claims: JSON.stringify(LACKING) },
];

/** Microseconds of one request. */
async function request(db: Db, { call, claims }: Way): Promise<number> {
  const from = performance.now();
  await db.exec("begin isolation level read committed read only");
  await db.query(SETTINGS, ["authenticated", claims, HEADERS]);
  if (call !== null) await db.query(call);
  await db.query("select * from visit where id = $1", [7]);
  await db.exec("commit");
  return (performance.now() - from) * 1000;
}

/** Microseconds of the function alone, without a round trip: as many calls in one statement. */
async function alone(db: Db, call: string, claims: string): Promise<number> {
  const times = 20_000;
  await db.exec("begin read only");
  await db.query(SETTINGS, ["authenticated", claims, HEADERS]);
  const from = performance.now();
  await db.exec(`do $$ begin for n in 1..${times} loop perform ${call}; end loop; end $$`);
  const each = ((performance.now() - from) * 1000) / times;
  await db.exec("commit");
  return each;
}

const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;

async function measure(major: 15 | 18): Promise<Record<string, unknown>[]> {
  const server = await startServer(major);
  const db = await openServer(server.url);
  try {
    const { up } = recorderMigration(
      {
        claims: { kind: "setting", setting: "request.jwt.claims" },
        variables: ["tenant_id", "user_id"].map((name) => ({
          setting: `app.${name}`,
          claim: ["app_metadata", name],
          type: "uuid",
          separator: ",",
        })),
      },
      { roles: ["anon", "authenticated", "service_role"], login: null, preRequest: null },
    );
    await db.exec(SCHEMA + up);
    await recordAppliedAt(db, new Date().toISOString());
    const { cursor } = await readRequests(db, null);
    const times = WAYS.map((): number[] => []);
    for (let n = 0; n < ROUNDS + WARM; n += 1)
      for (const [index, way] of WAYS.entries()) {
        const took = await request(db, way);
        if (n >= WARM) times[index]?.push(took);
      }
    await db.query("select pg_stat_force_next_flush()");
    const counted = (await readRequests(db, cursor)).hours.find(({ role }) => role === "authenticated")?.requests;
    const base = median(times[1] ?? []);
    const rows = [];
    for (const [index, { name, call, claims }] of WAYS.entries()) {
      const whole = median(times[index] ?? []);
      rows.push({
        major,
        way: name,
        "request, µs": Math.round(whole),
        "ratio to the empty function": Number((whole / base).toFixed(3)),
        "function alone, µs":
          call === null ? null : Number((await alone(db, call.replace("select ", ""), claims)).toFixed(1)),
        counted: call?.includes("rlsmith") === true ? `${counted} of ${2 * (ROUNDS + WARM)}` : "",
      });
    }
    return rows;
  } finally {
    await db.close();
    await server.stop();
  }
}

const rows = [...(await measure(15)), ...(await measure(18))];
console.table(rows);
mkdirSync("bench/results", { recursive: true });
writeFileSync("bench/results/watch-recorder.json", `${JSON.stringify({ rounds: ROUNDS, rows }, null, 2)}\n`);
