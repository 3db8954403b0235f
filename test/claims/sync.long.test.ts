import { expect, test } from "vitest";
import type { UserConfig } from "../../src/config.ts";
import { claimsSections } from "../../src/report/claims-terminal.ts";
import { withFork } from "../support/fork.ts";
import { ALL, look, syncFunction, TABLE, trigger } from "./support.ts";

const on = async (sql: string, options: Parameters<typeof look>[1] = {}): ReturnType<typeof look> =>
  withFork(sql, async (db) => look(db, options));

const CONFIG: UserConfig = {
  claimsSync: {
    relation: "public.staff",
    user: "user_id",
    claims: { "app_metadata.casino_id": "casino_id", "app_metadata.role": "role" },
    active: "status = 'active'",
  },
};
const EVERY = "insert or delete or update";

test("a complete sync has no findings", async () => {
  const { facts, codes } = await on(TABLE + syncFunction(ALL) + trigger(EVERY));
  expect(codes).toEqual([]);
  expect(facts.source).toMatchObject({
    kind: "known",
    value: {
      user: "user_id",
      from: "trigger",
      claims: [
        { path: ["app_metadata", "casino_id"], sql: "casino_id" },
        { path: ["app_metadata", "role"], sql: "role" },
      ],
      // the write stands behind `if status <> 'active' then … return`
      active: { columns: ["status"], from: "function body" },
    },
  });
  expect(facts.behaviour).toMatchObject({ kind: "known" });
});

test("an inactive row that is inserted: the sync writes the claims, and the report does not say that they stayed", async () => {
  await withFork(TABLE + syncFunction({ relink: true, remove: true }) + trigger(EVERY), async (db) => {
    const { facts } = await look(db, { config: CONFIG });
    const sections = claimsSections({ facts, readFrom: "live", jwtExpirySeconds: 3600, findings: [] });
    const line = sections.flatMap(({ lines }) => lines).find((one) => one.includes("insert of an inactive row"));
    expect(line).toMatch(/✗ insert of an inactive row: status +claims written for an inactive row$/);
    // PostgreSQL: there were none before
    const [user] = await db.query<{ id: string }>(
      "insert into auth.users (id, raw_app_meta_data) values (gen_random_uuid(), '{}') returning id",
    );
    await db.exec(
      `insert into staff (casino_id, user_id, role, status) values (gen_random_uuid(), '${user?.id}', 'boss', 'suspended')`,
    );
    const [now] = await db.query<{ role: string | null }>(
      `select raw_app_meta_data ->> 'role' as role from auth.users where id = '${user?.id}'`,
    );
    expect(now?.role).toBe("boss");
  });
});

test("no trigger at all", async () => {
  const { codes } = await on(TABLE, { config: CONFIG });
  expect(codes).toEqual(["error sync-trigger-missing"]);
});

test("no trigger, no config, and a policy that reads a claim", async () => {
  const { codes, findings } = await on(`${TABLE}
    alter table staff enable row level security;
    create policy p on staff using (casino_id = (auth.jwt() -> 'app_metadata' ->> 'casino_id')::uuid);`);
  expect(codes).toEqual(["error sync-trigger-missing"]);
  expect(findings[0]?.message).toMatch(/app_metadata\.casino_id/);
  expect(findings[0]?.hint).toMatch(/claimsSync/);
});

test("a disabled trigger, and one that only replicas fire", async () => {
  const made = TABLE + syncFunction(ALL) + trigger(EVERY);
  expect((await on(`${made} alter table staff disable trigger sync;`)).codes).toEqual(["error sync-trigger-disabled"]);
  expect((await on(`${made} alter table staff enable replica trigger sync;`)).codes).toEqual([
    "error sync-trigger-disabled",
  ]);
});

test.each([
  // UPDATE OF names the columns; status is left out
  ["insert or delete or update of role, casino_id, user_id", ALL, ["error sync-misses-column"], /`status`/],
  ["insert or delete or update of casino_id, user_id, status", ALL, ["error sync-misses-column"], /`role`/],
  ["delete or update", ALL, ["error sync-misses-insert"], /new active row/],
  ["insert or update", ALL, ["error sync-misses-delete"], /deleted row/],
  // the function never looks at the old user
  [EVERY, { ...ALL, relink: false }, ["error sync-misses-relink"], /old user keeps/],
  // it fires on delete, and does nothing then: NEW is null
  [EVERY, { ...ALL, remove: false }, ["error sync-misses-delete"], /deleted row/],
  // no word of the status: taken from the column's name
  [EVERY, { ...ALL, status: false }, ["error sync-ignores-status"], /by the column's name/],
] as const)("fires on %s, does %o", async (events, parts, codes, message) => {
  const seen = await on(TABLE + syncFunction(parts) + trigger(events));
  expect(seen.codes).toEqual(codes);
  expect(seen.findings[0]?.message).toMatch(message);
  expect(seen.findings[0]?.message).toMatch(/tried on a scratch database/);
});

test("an update of the user column that does not fire loses both users", async () => {
  const { codes, findings } = await on(
    TABLE + syncFunction(ALL) + trigger("insert or delete or update of role, casino_id, status"),
  );
  expect(codes).toEqual(["error sync-misses-column"]);
  expect(findings[0]?.message).toMatch(/`user_id`/);
});

test("a primary key among the claims is a note", async () => {
  const { codes } = await on(
    `${TABLE}${syncFunction(ALL).replace("'role', new.role", "'role', new.role, 'staff_id', new.id")}${trigger("insert or delete or update of role, casino_id, user_id, status")}`,
  );
  // `- 'staff_id'` is not taken away by CLEAR, so the rest of the sync is wrong too; the key alone is asked about here
  expect(codes).toContain("error sync-ignores-status");
  expect(codes.filter((code) => code.endsWith("sync-misses-column"))).toEqual(["info sync-misses-column"]);
});

test("without a scratch database the trigger is read, and the finding says so", async () => {
  const { codes, findings } = await on(TABLE + syncFunction({}) + trigger("insert or update of role, user_id"), {
    scratch: false,
    config: CONFIG,
  });
  expect(codes.toSorted()).toEqual([
    "error sync-ignores-status",
    "error sync-misses-column",
    "error sync-misses-delete",
    "error sync-misses-relink",
    "warning sync-unknown",
  ]);
  expect(findings.find(({ code }) => code === "sync-misses-column")?.message).toMatch(
    /`casino_id`, `status`.*read from the trigger/,
  );
});

test("a trigger that needs rows of another table is unknown, never fine", async () => {
  const { codes, findings } = await on(
    `${TABLE} create table casino (id uuid primary key, open boolean not null);
    ${syncFunction(ALL).replace("begin\n", "begin\n  if not exists (select from public.casino) then raise exception 'no casino'; end if;\n")}
    ${trigger(EVERY)}`,
    { config: CONFIG },
  );
  expect(codes).toEqual(["warning sync-unknown"]);
  expect(findings[0]?.message).toMatch(/P0001 no casino/);
});

test("other triggers, checks and foreign keys do not prevent the probe, and nothing is left behind", async () => {
  const sql = `create table casino (id uuid primary key);
    ${TABLE} alter table staff add foreign key (casino_id) references casino (id), add column badge text not null;
    create function no() returns trigger language plpgsql as $$ begin raise exception 'no'; end $$;
    create trigger a before insert on staff for each row execute function no();
    ${syncFunction(ALL)} ${trigger(EVERY)}`;
  await withFork(sql, async (db) => {
    expect((await look(db)).codes).toEqual([]);
    expect(
      await db.query("select count(*)::int as n from auth.users union all select count(*)::int from staff"),
    ).toEqual([{ n: 0 }, { n: 0 }]);
    expect(await db.query("select tgenabled as e from pg_trigger where tgname = 'a'")).toEqual([{ e: "O" }]);
  });
});

test("two functions that write a claim each are one source", async () => {
  const other = syncFunction(ALL)
    .replace("sync_claims()", "sync_team()")
    .replace("'casino_id', new.casino_id, 'role', new.role", "'team', new.team");
  const { facts } = await on(
    `${TABLE} alter table staff add team text; ${syncFunction(ALL)} ${trigger(EVERY)} ${other}
    create trigger team after ${EVERY} on staff for each row execute function sync_team();`,
  );
  expect(facts.source).toMatchObject({
    value: { claims: [{ path: ["app_metadata", "casino_id"] }, { path: ["app_metadata", "role"] }, { sql: "team" }] },
  });
});

test("triggers on two relations leave the source unknown", async () => {
  const { codes, findings } = await on(
    `${TABLE} create table boss (like staff including all); ${syncFunction(ALL)} ${trigger(EVERY)} ${trigger(EVERY).replace("on staff", "on boss")}`,
  );
  expect(codes).toEqual(["warning claims-source-unknown"]);
  expect(findings[0]?.message).toMatch(/`public\.boss`, `public\.staff`/);
});

test("a computed value is compared with the same computation", async () => {
  const { facts, codes } = await on(
    TABLE + syncFunction(ALL).replace("'role', new.role", "'role', upper(new.role)") + trigger(EVERY),
  );
  expect(codes).toEqual([]);
  expect(facts.source).toMatchObject({ value: { claims: [{}, { sql: "upper(role)", columns: ["role"] }] } });
});

test("a constant among the claims, and a condition with a comment in it", async () => {
  const made =
    TABLE +
    syncFunction(ALL)
      .replace("'role', new.role", "'role', new.role, 'kind', 'staff'")
      .replaceAll("- 'role'", "- 'role' - 'kind'");
  expect((await on(made + trigger(EVERY))).codes).toEqual([]);
  const config: UserConfig = {
    claimsSync: {
      relation: "public.staff",
      user: "user_id",
      claims: { "app_metadata.role": "role", "app_metadata.kind": "'staff'" },
      active: "status = 'active' -- not the suspended",
    },
  };
  expect((await on(made + trigger(EVERY), { config })).codes).toEqual([]);
});

test("a value that does not depend on the row alone leaves the source unknown", async () => {
  const { codes, findings } = await on(
    TABLE +
      syncFunction(ALL).replace("'role', new.role", "'role', (select max(rolname) from pg_catalog.pg_roles)") +
      trigger(EVERY),
  );
  expect(codes).toEqual(["warning claims-source-unknown"]);
  expect(findings[0]?.message).toMatch(/`public\.sync_claims` gives `app_metadata\.role`/);
  expect(findings[0]?.hint).toMatch(/claimsSync/);
});

test("a config that names objects that do not exist", async () => {
  const wrong = (change: object): UserConfig => ({ claimsSync: { ...CONFIG.claimsSync, ...change } as never });
  await expect(on(TABLE, { config: wrong({ relation: "public.nobody" }) })).rejects.toThrow(
    /no relation `public.nobody`/,
  );
  await expect(on(TABLE, { config: wrong({ user: "uid" }) })).rejects.toThrow(/no column `uid`/);
  await expect(on(TABLE, { config: wrong({ active: "state = 'x'" }) })).rejects.toThrow(/no column `state`/);
  await expect(on(TABLE, { config: wrong({ claims: { role: "role" } }) })).rejects.toThrow(/not under app_metadata/);
});

test("policies that read user_metadata, and a claim that the sync does not write", async () => {
  const { codes, findings } = await on(`${TABLE}${syncFunction(ALL)}${trigger(EVERY)}
    alter table staff enable row level security;
    create policy a on staff using (role = auth.jwt() -> 'user_metadata' ->> 'role');
    create policy b on staff using (role = auth.jwt() -> 'app_metadata' ->> 'team');
    create policy c on staff using (role = auth.jwt() -> 'app_metadata' ->> 'provider');`);
  expect(codes).toEqual(["error claims-in-user-metadata", "warning claim-not-synced"]);
  expect(findings[0]?.at).toMatchObject({ policy: "a" });
  // `provider` is Supabase Auth's own
  expect(findings[1]?.message).toMatch(/`app_metadata\.team`,/);
});
