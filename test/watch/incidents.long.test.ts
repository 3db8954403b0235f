import { truncateSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { Cause, CriterionName, Lack, Taken } from "../../src/index.ts";
import { nameKey, type NameKey } from "../../src/pg/name.ts";
import { findMajors } from "../faults/majors.ts";
import { withClient } from "../faults/with-client.ts";
import { rlsmith } from "../support/cli.ts";
import { claimsOf, startWatching, type Watched, type Watching } from "./situation.ts";

/** A hybrid policy, as it was before the plan. */
const HYBRID =
  "tenant_id = coalesce(nullif(current_setting('app.tenant_id', true), '')::uuid, (auth.jwt() -> 'app_metadata' ->> 'tenant_id')::uuid)";

interface Incident {
  name: string;
  /** what happens after the plan was applied and a first sample was clean */
  plant(one: Watched, watching: Watching): Promise<unknown>;
  /** each must be among the causes of the criterion */
  found: [CriterionName, Partial<Cause> & { cause: Cause["cause"] }][];
  /** what a source says that it did not see */
  lacks?: [CriterionName, Partial<Lack>][];
}

const key = (name: string): NameKey => nameKey({ schema: "public", name });

const sql =
  (text: string) =>
  async (one: Watched): Promise<void> => {
    await one.exec(text);
    await one.load();
  };

const INCIDENTS: Incident[] = [
  {
    name: "every token has lost its claim",
    plant: async (one) => one.load({ claims: () => ({ role: "authenticated", app_metadata: {} }) }),
    found: [
      ["denials", { cause: "denial", family: "row check", relation: "note", isNew: true }],
      ["filtering", { cause: "no rows", relation: key("note"), command: "UPDATE", role: "authenticated" }],
      ["filtering", { cause: "no rows", relation: key("customer"), command: "SELECT" }],
    ],
  },
  {
    name: "one tenant of four has lost its claim, and only inserts",
    plant: async (one) =>
      one.load({ tenants: ["00000001-0000-4000-8000-000000000000"], claims: () => ({ role: "authenticated" }) }),
    found: [["denials", { cause: "denial", family: "row check", relation: "invoice" }]],
  },
  {
    name: "the claim is no uuid",
    plant: async (one) => one.load({ times: 1, claims: () => claimsOf("acme") }),
    found: [["denials", { cause: "denial", family: "cast", isNew: true }]],
  },
  {
    name: "the claim of a token is that of a tenant that is gone",
    plant: async (one) =>
      one.load({ claims: () => claimsOf("00000009-0000-4000-8000-000000000000"), relations: ["note"] }),
    found: [["filtering", { cause: "no rows", relation: key("note"), command: "UPDATE" }]],
  },
  {
    name: "a too tight check",
    plant: sql("alter policy invoice_write on public.invoice with check (false)"),
    found: [
      ["denials", { cause: "denial", family: "row check", relation: "invoice" }],
      ["objects", { cause: "object", change: "policy changed", object: "public.invoice.invoice_write" }],
    ],
  },
  {
    name: "a restrictive policy that filters updates without a word",
    plant: sql("create policy frozen on public.note as restrictive for update to authenticated using (false)"),
    found: [
      ["filtering", { cause: "no rows", relation: key("note"), command: "UPDATE" }],
      ["objects", { cause: "object", change: "policy added", object: "public.note.frozen" }],
    ],
  },
  {
    name: "rows that moved to another tenant, so that updates find none",
    plant: sql("update public.note set body = 'moved' where body = 'known'"),
    found: [["filtering", { cause: "no rows", relation: key("note"), command: "UPDATE" }]],
  },
  {
    name: "recursion by a later policy",
    plant: sql(
      "create policy again on public.customer for select to authenticated using (exists (select from public.customer c where c.id = 1))",
    ),
    found: [["denials", { cause: "denial", family: "recursion", relation: "customer" }]],
  },
  {
    name: "a lost privilege on a table",
    plant: sql("revoke insert on public.invoice from authenticated"),
    found: [
      ["denials", { cause: "denial", family: "missing privilege", relation: "invoice" }],
      ["objects", { cause: "object", change: "privilege gone", object: "INSERT of authenticated" }],
    ],
  },
  {
    name: "a lost privilege on the function of the claims",
    plant: sql("revoke execute on function auth.jwt() from public, anon, authenticated"),
    found: [
      ["denials", { cause: "denial", family: "missing privilege", object: "jwt" }],
      ["objects", { cause: "object", change: "privilege gone", relation: key("note") }],
    ],
  },
  {
    name: "a lost index",
    plant: async (one) => {
      await one.exec(
        "insert into public.note (tenant_id, body) select gen_random_uuid(), 'other' from generate_series(1, 60000)",
      );
      await one.exec("drop index public.note_tenant_id_idx; analyze public.note");
      await one.load();
    },
    found: [
      ["objects", { cause: "object", change: "index gone", object: "public.note_tenant_id_idx" }],
      ["speed", { cause: "slower", role: "authenticated", command: "UPDATE" }],
      ["speed", { cause: "worse plan", how: "no index", relation: key("note"), command: "SELECT" }],
    ],
  },
  {
    name: "a lost index of a relation with few rows, which no request is slower without yet",
    plant: sql("drop index public.customer_tenant_id_idx"),
    found: [["speed", { cause: "worse plan", how: "no index", relation: key("customer"), role: "authenticated" }]],
  },
  {
    name: "a policy that asks another relation for each row",
    plant: sql(
      `alter policy invoice_read on public.invoice using (exists (select from public.customer c where c.id <= invoice.id + 1000000))`,
    ),
    found: [
      ["speed", { cause: "worse plan", how: "sub-plan for each row", relation: key("invoice"), command: "SELECT" }],
    ],
  },
  {
    name: "a hybrid policy put back by another migration",
    plant: sql(`alter policy note_read on public.note using (${HYBRID})`),
    found: [
      ["objects", { cause: "object", change: "policy changed", object: "public.note.note_read" }],
      ["objects", { cause: "object", change: "variable read again", relation: key("note") }],
    ],
  },
  {
    name: "a policy of another relation that reads the variable",
    plant: sql(
      `create table public.file (tenant_id uuid); alter table public.file enable row level security; create policy f on public.file using (${HYBRID})`,
    ),
    found: [["objects", { cause: "object", change: "variable read again", relation: key("file") }]],
  },
  {
    name: "a variable that is read without missing_ok",
    plant: sql("alter policy note_read on public.note using (tenant_id = current_setting('app.tenant_id')::uuid)"),
    found: [["denials", { cause: "denial", family: "unset variable", object: "app.tenant_id" }]],
  },
  {
    name: "row security switched off",
    plant: sql("alter table public.customer disable row level security"),
    found: [
      ["objects", { cause: "object", change: "row security changed", relation: key("customer") }],
      ["isolation", { cause: "breach", subject: "public.customer" }],
    ],
  },
  {
    name: "a policy for everybody",
    plant: sql("create policy support on public.invoice for select to authenticated using (true)"),
    found: [
      ["objects", { cause: "object", change: "policy added", object: "public.invoice.support" }],
      ["isolation", { cause: "breach", subject: "public.invoice" }],
    ],
  },
  {
    name: "a policy dropped",
    plant: sql("drop policy customer_write on public.customer"),
    found: [
      ["objects", { cause: "object", change: "policy gone", object: "public.customer.customer_write" }],
      ["denials", { cause: "denial", family: "row check", relation: "customer" }],
    ],
  },
  {
    name: "a new relation without row security",
    plant: sql(
      "create table public.export (tenant_id uuid, body text); grant select on public.export to authenticated",
    ),
    found: [["objects", { cause: "object", change: "relation without row security", relation: key("export") }]],
  },
  {
    name: "a privilege that nobody had",
    plant: sql("create role reporting; grant select on public.note to reporting"),
    found: [["objects", { cause: "object", change: "privilege added", object: "SELECT of reporting" }]],
  },
  {
    name: "a relation renamed",
    plant: async (one) => one.exec("alter table public.note rename to memo"),
    found: [["objects", { cause: "object", change: "relation gone", relation: key("note") }]],
  },
  {
    name: "row_security = off for the login",
    plant: async (one) => {
      await one.exec("alter role app in database dbname set row_security = off".replace("dbname", await nameOf(one)));
      await one.load();
    },
    found: [["denials", { cause: "denial", family: "row security off" }]],
  },
  {
    name: "the plan was taken back by its down file",
    plant: sql(
      `alter policy note_read on public.note using (${HYBRID}); alter policy note_write on public.note using (${HYBRID}) with check (${HYBRID})`,
    ),
    found: [["objects", { cause: "object", change: "policy changed", object: "public.note.note_write" }]],
  },
  {
    name: "the counters of statements were reset",
    plant: async (one) => {
      await one.exec("select pg_stat_statements_reset()");
      await one.load();
    },
    found: [],
    lacks: [["speed", { lack: "counters lost", what: "pg_stat_statements" }]],
  },
  {
    name: "a crash of a backend, after which the server starts anew with empty counters",
    plant: async (one, { cluster }) => {
      await killBackend(cluster.url("postgres"));
      await one.load();
    },
    found: [],
    lacks: [["speed", { lack: "counters lost", what: "pg_stat_statements" }]],
  },
  {
    name: "the log was cut off",
    plant: async (one, { log }) => {
      await one.load({ times: 1 });
      for (const file of readdirSync(log)) truncateSync(join(log, file), 0);
      await one.load();
    },
    found: [],
    lacks: [["denials", { lack: "entries lost" }]],
  },
  {
    name: "a role whose denials are not logged",
    plant: async (one) => one.exec(`alter role app in database ${await nameOf(one)} set log_min_messages = fatal`),
    found: [],
    lacks: [["denials", { lack: "setting", what: "log_min_messages" }]],
  },
  {
    name: "the application connects as a superuser, whom policies do not concern",
    plant: async (one, { cluster }) => one.load({ url: cluster.url(await nameOf(one)), role: "postgres" }),
    found: [["coverage", { cause: "no row security", role: "postgres" }]],
  },
  {
    name: "the application becomes the owner of the relations, whom policies do not concern",
    plant: async (one) => {
      await one.exec(`do $$ begin if to_regrole('owning') is null then create role owning; end if; end $$;
        grant owning to app; grant usage on schema public to owning; alter table public.note owner to owning;
        alter table public.customer owner to owning; alter table public.invoice owner to owning`);
      await one.load({ role: "owning" });
    },
    found: [["coverage", { cause: "no row security", role: "owning" }]],
  },
];

const nameOf = async (one: Watched): Promise<string> =>
  ((await one.exec("select current_database() as name")) as { rows: { name: string }[] }).rows[0]?.name ?? "";

/** The server ends all others, and forgets the counters of statements, when one backend is killed. */
async function killBackend(url: string): Promise<void> {
  await withClient(url, async (client) => {
    const { rows } = await client.query<{ pid: number }>("select pg_backend_pid() as pid");
    process.kill(rows[0]?.pid ?? 0, "SIGKILL");
    await client.query("select 1").catch(() => {});
  });
  for (let n = 0; n < 200; n += 1) {
    const answers = await withClient(url, async (client) => client.query("select 1")).then(
      () => true,
      () => false,
    );
    if (answers) return;
    await pause(50);
  }
}

describe.each(findMajors())("incidents after a change, on $title", ({ bin, missing }) => {
  let watching: Watching;
  beforeAll(async () => {
    if (missing === null) watching = await startWatching(bin);
  });
  afterAll(async () => watching?.stop());
  beforeEach((context) => context.skip(missing !== null, missing ?? ""));

  /** A database with the plan in force, samples before and after it, and ordinary requests. */
  async function settled(name: string): Promise<{ one: Watched; first: Taken }> {
    const one = await watching.database(name);
    await one.load();
    await one.sample();
    await one.apply();
    await one.sample();
    await one.load();
    return { one, first: await one.sample() };
  }

  const failed = ({ gate }: Pick<Taken, "gate">): unknown =>
    gate.judgements.flatMap(({ criterion, state, causes }) => (state === "failed" ? [{ criterion, causes }] : []));

  test.each(INCIDENTS.map((incident, n) => ({ ...incident, n })))("$name", async ({ n, plant, found, lacks = [] }) => {
    const { one, first } = await settled(`incident_${n}`);
    expect(failed(first)).toEqual([]);
    await plant(one, watching);
    const { gate } = await one.sample();
    const of = (criterion: CriterionName) => gate.judgements.find((judged) => judged.criterion === criterion);
    for (const [criterion, cause] of found)
      expect({ state: of(criterion)?.state, causes: of(criterion)?.causes }).toEqual({
        state: "failed",
        causes: expect.arrayContaining([expect.objectContaining(cause)]),
      });
    for (const [criterion, lack] of lacks) expect(of(criterion)?.lacks).toContainEqual(expect.objectContaining(lack));
    expect(gate.outcome).toBe(found.length > 0 ? "failed" : "inconclusive");
  });

  const QUIET: [name: string, noise: (one: Watched, watching: Watching) => Promise<unknown>][] = [
    [
      "logins that fail",
      async (one, { cluster }) => {
        const url = cluster.url(await nameOf(one), "app", "wrong");
        await withClient(url, async () => {}).catch(() => {});
      },
    ],
    [
      "errors of the application: constants and parameters of no type, keys, a relation and a function that are not there",
      async (one, { cluster }) =>
        withClient(cluster.url(await nameOf(one), "app"), async (client) => {
          for (const [text, values] of [
            ["select 'acme'::uuid", []],
            ["select count(*) from pg_class where oid = $1::oid", ["acme"]],
            ["select 1 / 0", []],
            ["select * from public.orders_of_last_year", []],
            ["select public.total_of(1)", []],
            ["do $$ begin raise exception 'not enough credit'; end $$", []],
          ] as const)
            await client.query(text, [...values]).catch(() => {});
        }),
    ],
    ["ANALYZE and VACUUM", async (one) => one.exec("vacuum analyze public.customer")],
    [
      "a deployment: a relation with policies, a function, an index, a column",
      sql(`create table public.plan_item (tenant_id uuid not null); alter table public.plan_item enable row level security;
        create policy item on public.plan_item to authenticated using (tenant_id = (auth.jwt() -> 'app_metadata' ->> 'tenant_id')::uuid);
        grant select on public.plan_item to authenticated; create index on public.note (body);
        alter table public.note add column colour text;
        create function public.colours() returns setof text language sql stable as 'select distinct colour from public.note';`),
    ],
    [
      "statements that were never seen before",
      async (one, { cluster }) =>
        withClient(cluster.url(await nameOf(one), "app"), async (client) => {
          for (let n = 0; n < 30; n += 1) await client.query(`select ${n} as c${n}`);
        }),
    ],
    [
      "denials in another database of the server",
      async (_, { cluster }) =>
        withClient(cluster.url("postgres", "app"), async (client) => {
          await client.query("create table public.t ()").catch(() => {});
          await client.query("select * from pg_authid").catch(() => {});
        }),
    ],
    [
      "an attack by rlsmith itself",
      async (one, { cluster }) =>
        rlsmith(["verify", one.on.projectDir, "--db", cluster.url(await nameOf(one), "deployer")]),
    ],
  ];

  test.each(QUIET.map(([name, noise], n) => ({ name, noise, n })))("no alarm: $name", async ({ noise, n }) => {
    const { one, first } = await settled(`quiet_${n}`);
    expect(failed(first)).toEqual([]);
    await noise(one, watching);
    await one.load();
    const { gate } = await one.sample();
    expect(failed({ gate })).toEqual([]);
    const told = gate.judgements.flatMap(({ criterion, state }) => (state === "passed" ? [criterion] : []));
    expect(told).toEqual(["time", "denials", "filtering", "isolation", "speed", "objects", "coverage"]);
  });
});
