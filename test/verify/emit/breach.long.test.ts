import pg from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { parseConfig } from "../../../src/config.ts";
import { inspect } from "../../../src/inspect/inspect.ts";
import { quoteIdent } from "../../../src/pg/identifier.ts";
import { openScratch } from "../../../src/scratch/open.ts";
import type { Scratch } from "../../../src/scratch/scratch.ts";
import { pgtap } from "../../../src/verify/emit/pgtap.ts";
import { readCases, type VerifyCase } from "../../cases/verify/case-file.ts";
import { debianMissing, startDebianServer, type DebianServer } from "../../support/debian-server.ts";
import { emittedWithBreaches, piecesOf, runFile, type FileRun } from "../../support/emitted.ts";
import { sliced } from "../../support/slice.ts";

const cases = readCases();

/** Corrections of planted defects, several of a kind: the emitted file has to pass after each, whatever was corrected. */
const CORRECTIONS: Record<string, Record<string, string>> = {
  "function-scalar-count": {
    "runs as its caller": "alter function public.pupil_count(uuid) security invoker",
    revoked: "revoke execute on function public.pupil_count(uuid) from authenticated",
    "is gone": "drop function public.pupil_count(uuid)",
  },
  "function-copies-into-own": {
    "runs as its caller": "alter function public.copy_note(uuid) security invoker",
    "copies own rows": `create or replace function public.copy_note(p_id uuid) returns void
      language sql security definer set search_path = '' as $$
        insert into public.notes (org_id, title) select org_id, title from public.notes
        where id = p_id and org_id = public.my_org()
      $$`,
  },
  "truncate-public": {
    revoked: "revoke truncate on staging.uploads from public",
    "granted to the job's role alone": `revoke all on staging.uploads from public;
      grant truncate on staging.uploads to service_role`,
  },
  "view-owner-rights": {
    "runs as its caller": "alter view public.all_notes set (security_invoker = true)",
    revoked: "revoke all on public.all_notes from public, anon, authenticated",
    "has a condition, and checks it": `create or replace view public.all_notes with (security_barrier) as select id, org_id, body from public.notes
      where org_id = (auth.jwt() -> 'app_metadata' ->> 'org_id')::uuid with check option`,
    "is gone": "drop view public.all_notes",
  },
  "session-only": {
    "reads the claim": `alter policy consignments_select on public.consignments
        using (fleet_id = (auth.jwt() -> 'app_metadata' ->> 'fleet_id')::uuid);
      alter policy consignments_insert on public.consignments
        with check (fleet_id = (auth.jwt() -> 'app_metadata' ->> 'fleet_id')::uuid)`,
    "has no policy": `drop policy consignments_select on public.consignments;
      drop policy consignments_insert on public.consignments`,
  },
  "policy-using-true": {
    "reads the claim": `alter policy prescriptions_select on public.prescriptions
      using (clinic_id = (auth.jwt() -> 'app_metadata' ->> 'clinic_id')::uuid)`,
    "may not be read": "revoke select on public.prescriptions from anon, authenticated",
  },
  "policy-column-grant-read": {
    "reads the claim": `alter policy read on public.letters
      using (org_id = (auth.jwt() -> 'app_metadata' ->> 'org_id')::uuid)`,
    "may not be read": "revoke select (subject) on public.letters from authenticated",
  },
  "owner-not-forced-reachable": {
    forced: "alter table yard.crates force row level security",
    "has another owner": "alter table yard.crates owner to current_user",
  },
  "bypass-role-by-way-of-another": {
    revoked: "revoke harbour_root from harbour_staff",
    "is subject to row security": "alter role harbour_root nosuperuser",
  },
  "trigger-rule-elsewhere": {
    "compares the tenant": `create or replace rule tip_counts as on insert to public.tips do also
      update public.balances set total = total + new.amount where member_no = new.member_no and org_id = new.org_id`,
    "is gone": "drop rule tip_counts on public.tips",
  },
  "seeded-template-write": {
    "reads the claim": `alter policy checklists_all on public.checklists
      using (agency_id = (auth.jwt() -> 'app_metadata' ->> 'agency_id')::uuid)`,
  },
  "immutable-claim": {
    "is stable": "alter function app.tenant() stable",
  },
  "notify-row": {
    "sends the key": `create or replace function public.tell() returns trigger language plpgsql security definer
      set search_path = '' as $$ begin perform pg_notify('chats', new.id::text); return new; end $$`,
    "is gone": "drop trigger chat_said on public.chats",
  },
};

describe.skipIf(debianMissing !== null)("the emitted file, on PostgreSQL 15", () => {
  let server: DebianServer;
  let base: Scratch;
  beforeAll(async () => {
    const started = await startDebianServer();
    if (!started) throw new Error("the packages are there, and the server is not");
    server = started;
    base = await openScratch({ kind: "server", url: server.url("postgres"), superuser: true });
  });
  afterAll(async () => {
    await base?.close();
    server?.stop();
  });

  /** Roles belong to the server: those that a case creates are gone after it. */
  async function inFork<Result>(work: (fork: Scratch) => Promise<Result>): Promise<Result> {
    const roles = async (): Promise<string[]> =>
      (await base.db.query<{ rolname: string }>("select rolname from pg_roles")).map(({ rolname }) => rolname);
    const before = new Set(await roles());
    const fork = await base.fork();
    try {
      return await work(fork);
    } finally {
      await fork.close();
      for (const role of await roles()) if (!before.has(role)) await base.db.exec(`drop role ${quoteIdent(role)}`);
    }
  }

  async function emitted(planted: VerifyCase): Promise<{ text: string; breaches: Map<string, string[]> }> {
    return inFork(async (fork) => {
      await fork.db.exec(planted.sql);
      const config = parseConfig(planted.config, planted.id);
      const { tests, breaches } = await emittedWithBreaches(fork.db, await inspect(fork.db), config, planted.id);
      return { text: pgtap(tests), breaches };
    });
  }

  async function ran(text: string, sql: string): Promise<FileRun> {
    return inFork(async (fork) => {
      await fork.db.exec(sql);
      const [row] = await fork.db.query<{ name: string }>("select current_database() as name");
      const client = new pg.Client({ connectionString: server.url(row?.name ?? "") });
      await client.connect();
      try {
        return await runFile(client, piecesOf(text), "");
      } finally {
        await client.end();
      }
    });
  }

  const isError = (line: string): boolean => line.startsWith("error ");

  test.each(sliced(cases).map((planted) => [planted.id, planted] as const))("%s", async (_, planted) => {
    const { text, breaches } = await emitted(planted);
    expect(Math.max(...text.split("\n").map((line) => line.length))).toBeLessThanOrEqual(160);
    const { failed } = await ran(text, planted.sql);
    // a file that an error ends says nothing of the breach
    expect(failed.filter(isError)).toEqual([]);
    expect(failed.length > 0, failed.slice(0, 3).join("; ")).toBe(planted.expected.length > 0);
    const titles = failed.map((line) => line.replace(/^not ok \d+ - /, ""));
    const unseen = [...breaches].filter(([, tests]) => !tests.some((test) => titles.includes(test)));
    expect(unseen).toEqual([]);
  });

  const corrected = Object.entries(CORRECTIONS).flatMap(([id, ways]) =>
    Object.entries(ways).map(([way, sql]) => [id, way, sql] as const),
  );
  test.each(corrected)("%s, corrected: %s", async (id, _way, sql) => {
    const planted = cases.find((one) => one.id === id);
    if (!planted) throw new Error(`there is no case ${id}`);
    const { passed, failed } = await ran((await emitted(planted)).text, `${planted.sql};\n${sql}`);
    expect([failed, passed > 0]).toEqual([[], true]);
  });
});
