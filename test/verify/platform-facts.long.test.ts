import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { generateRows } from "../../src/fixtures/index.ts";
import { inspect } from "../../src/inspect/inspect.ts";
import { inspectCatalog } from "../../src/pipeline/inspection.ts";
import { copyOf } from "../../src/pipeline/scratch-base.ts";
import { verifyScratch } from "../../src/pipeline/verify.ts";
import { silent } from "../../src/progress.ts";
import { openScratch } from "../../src/scratch/open.ts";
import { EARLIER_SUPABASE } from "../../src/scratch/platform/index.ts";
import type { Scratch } from "../../src/scratch/scratch.ts";
import { deactivation } from "../../src/verify/personas/deactivation.ts";

let plain: Scratch;
let supabase: Scratch;
/** A Supabase project whose new tables the roles of the Data API are not granted. */
let ungranted: Scratch;
beforeAll(async () => {
  plain = await openScratch({ kind: "embedded" }, { platform: { kind: "plain" } });
  // a PostgREST project without Supabase, which has the usual names of roles
  await plain.db.exec(
    "create role anon nologin; create role authenticated nologin; grant usage on schema public to anon",
  );
  supabase = await openScratch({ kind: "embedded" });
  ungranted = await openScratch(
    { kind: "embedded" },
    { platform: { ...EARLIER_SUPABASE, defaultGrants: { state: "not granted", source: "today" } } },
  );
});
afterAll(async () => {
  for (const scratch of [plain, supabase, ungranted]) await scratch.close();
});

interface Judged {
  breaches: string[];
  findings: string[];
  share: number;
}

async function judged(scratch: Scratch, sql: string): Promise<Judged> {
  const fork = await scratch.fork();
  try {
    await fork.db.exec(sql);
    const catalog = await inspect(fork.db);
    const { breaches, settlement } = await verifyScratch(fork.db, catalog, null, () => {}, silent);
    return {
      breaches: breaches.map(({ door, object }) => `${door} ${object.name}`).toSorted(),
      findings: inspectCatalog(catalog)
        .findings.map(({ code, at }) => `${code} ${at.kind === "relation" ? at.relation : ""}`.trim())
        .toSorted(),
      share: settlement.share,
    };
  } finally {
    await fork.close();
  }
}

const ORG = "(nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'org_id')::int";

/** A table of tenants' rows, which only the tenant's members reach. */
const closed = (name: string, role = "authenticated"): string => `
  create table ${name} (id uuid primary key default gen_random_uuid(), org_id int not null, body text not null default '');
  alter table ${name} enable row level security;
  create policy own on ${name} to ${role} using (org_id = ${ORG});
  grant select, insert, update, delete on ${name} to ${role};`;

describe("default privileges of anon and authenticated", () => {
  const FUTURE: [string, string][] = [
    ["tables of public", "alter default privileges in schema public grant select on tables to authenticated;"],
    [
      "all rights, for a role of its own",
      "create role maker; grant create on schema public to maker; alter default privileges for role maker in schema public grant all on tables to authenticated;",
    ],
    ["functions of public", "alter default privileges in schema public grant execute on functions to authenticated;"],
    [
      "a schema named storage",
      "create schema storage; grant usage on schema storage to authenticated; alter default privileges in schema storage grant select on tables to authenticated;",
    ],
  ];

  test.each(FUTURE)("without Supabase they are the project's: %s", async (_, sql) => {
    const { breaches } = await judged(plain, `${sql} ${closed("public.note")}`);
    expect(breaches).toEqual([expect.stringMatching(/^default-privileges (public|storage)$/)]);
  });

  test.each(["grant all on tables to authenticated", "grant execute on functions to authenticated"])(
    "with Supabase they are the platform's: %s",
    async (grant) => {
      const { breaches } = await judged(
        supabase,
        `alter default privileges in schema public ${grant}; ${closed("public.note")}`,
      );
      expect(breaches).toEqual([]);
    },
  );

  test("with Supabase those of a role of the project are its own", async () => {
    const { breaches } = await judged(
      supabase,
      `create role maker; grant create on schema public to maker;
       alter default privileges for role maker in schema public grant select on tables to authenticated; ${closed("public.note")}`,
    );
    expect(breaches).toEqual(["default-privileges public"]);
  });

  test.each([
    ["plain", (): Scratch => plain],
    ["Supabase", (): Scratch => supabase],
  ])("an owner's grant to itself opens nothing: %s", async (_, scratch) => {
    const { breaches } = await judged(
      scratch(),
      `create schema shop; grant usage, create on schema shop to authenticated;
       alter default privileges for role authenticated grant select on tables to authenticated;
       alter default privileges for role authenticated in schema shop grant select on tables to authenticated; ${closed("shop.note")}`,
    );
    expect(breaches).toEqual([]);
  });

  const ALL = "alter default privileges in schema public grant all on tables to authenticated;";
  test("TRUNCATE that they gave is a breach without Supabase", async () => {
    const { breaches, findings } = await judged(plain, `${ALL} create role service_role; ${closed("public.note")}`);
    expect(breaches).toContain("truncate public.note");
    expect(findings).toContain("truncate-granted note");
  });

  test("TRUNCATE that they gave is Supabase's with Supabase", async () => {
    const { breaches, findings } = await judged(supabase, closed("public.note"));
    expect(breaches).toEqual([]);
    expect(findings).not.toContain("truncate-granted note");
  });

  test("a sequence that they opened counts for the project without Supabase", async () => {
    const counted = closed("public.note").replace(
      "id uuid primary key default gen_random_uuid()",
      "id bigserial primary key",
    );
    const open = "alter default privileges in schema public grant usage, select on sequences to authenticated;";
    expect((await judged(plain, `${open} ${counted}`)).breaches).toEqual(["sequence-oracle public.note_id_seq"]);
    expect((await judged(supabase, counted)).breaches).toEqual([]);
  });
});

/**
 * The result of a plain project does not depend on the name of its table of accounts: what is right for `app.accounts`
 * is right for `auth.users`.
 */
describe("a plain project's own auth.users is a table as any other", () => {
  const UID = `create function auth.uid() returns uuid language sql stable as $$
    select (nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'sub')::uuid $$;`;
  const note = (accounts: string, type: string): string => `
    create table public.note (id uuid primary key default gen_random_uuid(), org_id int not null, author ${type} not null references ${accounts} (id), body text);
    alter table public.note enable row level security;
    grant select, insert, update, delete on public.note to authenticated;`;
  const PROJECTS: [string, (name: string) => string][] = [
    [
      "the accounts, with a table of members",
      (name) => `create table ${name} (id uuid primary key default gen_random_uuid(), email text not null unique);
        create table public.members (user_id uuid references ${name} (id), org_id int not null, primary key (user_id, org_id));
        alter table public.members enable row level security;
        create policy own on public.members for select to authenticated using (user_id = auth.uid());
        grant select on public.members to authenticated; ${note(name, "uuid")}
        create policy own on public.note to authenticated
          using (org_id in (select org_id from public.members where user_id = auth.uid()));`,
    ],
    [
      "a table of tenants' rows",
      (name) =>
        `${closed(name)} ${note(name, "uuid")} create policy own on public.note to authenticated using (org_id = ${ORG});`,
    ],
    [
      "a table of tenants' rows, open to all of them",
      (name) => `${closed(name)} create policy all_of_them on ${name} for select to authenticated using (true);
        ${note(name, "uuid")} create policy own on public.note to authenticated using (org_id = ${ORG});`,
    ],
    [
      "accounts by number, and a policy that is true",
      (name) => `create table ${name} (id bigint generated always as identity primary key, org_id int not null);
        alter table ${name} enable row level security; create policy own on ${name} to authenticated using (org_id = ${ORG});
        grant select on ${name} to authenticated; ${note(name, "bigint")}
        create policy own on public.note to authenticated using (org_id = ${ORG});
        create policy all_of_them on public.note for select to authenticated using (true);`,
    ],
    [
      "members, who may change the own row",
      (
        name,
      ) => `create table ${name} (id uuid primary key, org_id int not null, role text not null check (role in ('member', 'admin')));
        create function public.org() returns int language sql stable security definer set search_path = ''
          as $$ select org_id from ${name} where id = auth.uid() $$;
        alter table ${name} enable row level security;
        create policy seen on ${name} for select to authenticated using (org_id = public.org());
        create policy own on ${name} for update to authenticated using (id = auth.uid());
        grant select, update on ${name} to authenticated; ${note(name, "uuid")}
        create policy own on public.note to authenticated using (org_id = public.org());`,
    ],
  ];
  const EXPECTED: Record<string, string[]> = {
    "a table of tenants' rows, open to all of them": ["policy NAME"],
    "accounts by number, and a policy that is true": [
      "foreign-key-oracle public.note_author_fkey",
      "policy public.note",
    ],
    "members, who may change the own row": ["membership NAME", "own-role NAME"],
  };

  test.each(PROJECTS)("%s", async (id, project) => {
    const of = async (name: string): Promise<Judged> => {
      const schemas = "create schema auth; create schema app; grant usage on schema auth, app to authenticated;";
      const found = await judged(plain, `${schemas} ${UID} ${project(name)}`);
      return { ...found, breaches: found.breaches.map((text) => text.replace(name, "NAME")).toSorted(), findings: [] };
    };
    const named = await of("auth.users");
    expect(named).toEqual(await of("app.accounts"));
    expect(named.breaches).toEqual(EXPECTED[id] ?? []);
    expect(named.share).toBeGreaterThan(0.9);
  });

  test("a function that still reads a column of Supabase's accounts makes no statement of a run wrong", async () => {
    const { breaches, share } = await judged(
      plain,
      `${closed("public.note")} create function public.full_name(meta jsonb) returns text language plpgsql
         as $$ declare raw_user_meta_data jsonb := meta; begin return raw_user_meta_data ->> 'full_name'; end $$;`,
    );
    expect(breaches).toEqual([]);
    expect(share).toBe(1);
  });

  test("its own storage.objects belongs to the tenant in its column, not to a folder", async () => {
    const { breaches, share } = await judged(
      plain,
      `create schema storage; grant usage on schema storage to authenticated;
       create table storage.objects (id uuid primary key default gen_random_uuid(), org_id int not null, name text not null);
       alter table storage.objects enable row level security; grant select on storage.objects to authenticated;
       create policy own on storage.objects to authenticated using (org_id = ${ORG});
       create policy all_of_them on storage.objects for select to authenticated using (true);`,
    );
    expect(breaches).toEqual(["policy storage.objects"]);
    expect(share).toBe(1);
  });
});

describe("a member is deactivated in a table of the project", () => {
  const MEMBERS = (name: string): string => `
    create table ${name} (user_id uuid not null, org_id int not null, status text not null check (status in ('active', 'revoked')), primary key (user_id, org_id));
    alter table ${name} enable row level security;
    create policy own on ${name} for select to authenticated using (user_id = auth.uid() and status = 'active');
    create table public.note (id uuid primary key default gen_random_uuid(), org_id int not null);
    alter table public.note enable row level security;
    create policy own on public.note to authenticated
      using (org_id in (select org_id from ${name} where user_id = auth.uid() and status = 'active'));`;
  const UID = `create schema auth; create function auth.uid() returns uuid language sql stable as $$
    select (nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'sub')::uuid $$;`;

  test.each<[string, () => Scratch, string, string]>([
    ["plain, in schema auth", () => plain, `${UID} ${MEMBERS("auth.members")}`, "auth.members"],
    ["plain, named as Supabase's accounts", () => plain, `${UID} ${MEMBERS("auth.users")}`, "auth.users"],
    ["Supabase, in schema public", () => supabase, MEMBERS("public.members"), "public.members"],
    ["Supabase, in schema auth", () => supabase, MEMBERS("auth.members"), "auth.members"],
  ])("%s", async (_, scratch, sql, table) => {
    const fork = await scratch().fork();
    try {
      await fork.db.exec(sql);
      const catalog = await inspect(fork.db);
      const { inferred } = inspectCatalog(catalog);
      const context = { claims: { kind: "setting" as const, setting: "request.jwt.claims" }, variables: [] };
      expect(inferred.variables).toEqual([]);
      const fixtures = await generateRows(fork.db, catalog, context, { columns: {} });
      const [member] = fixtures.members;
      const statement = member ? deactivation(member, fixtures, catalog) : null;
      expect(statement?.replaceAll('"', "")).toContain(`update ${table} set status`);
    } finally {
      await fork.close();
    }
  });
});

describe("the copy of a database has its platform", () => {
  const has = async (scratch: Scratch, sql: string): Promise<boolean[]> => {
    const fork = await scratch.fork();
    try {
      await fork.db.exec(sql);
      const copy = await copyOf(fork.db, await inspect(fork.db), { kind: "embedded" }, silent);
      try {
        const [row] = await copy.scratch.db.query<{ buckets: boolean; users: boolean }>(
          "select to_regclass('storage.buckets') is not null as buckets, to_regclass('auth.users') is not null as users",
        );
        return [row?.buckets ?? false, row?.users ?? false];
      } finally {
        await copy.close();
      }
    } finally {
      await fork.close();
    }
  };
  const OWN = "create schema auth; create table auth.users (id uuid primary key, email text);";

  test("none for a plain project", async () => expect(await has(plain, "")).toEqual([false, false]));
  test("none for a plain project with its own auth.users", async () =>
    expect(await has(plain, OWN)).toEqual([false, true]));
  test("Supabase for a Supabase project", async () => expect(await has(supabase, "")).toEqual([true, true]));
});

describe("what a Supabase project itself creates in auth or storage is judged", () => {
  const off = (name: string): string => `
    create table ${name} (id uuid primary key default gen_random_uuid(), org_id int not null, body text not null default '');
    grant select on ${name} to authenticated;`;
  // the tenant of the project is known from a table in public
  const PUBLIC = closed("public.task");

  test.each<[string, string, string, ...string[]]>([
    ["auth, row security off", off("auth.invites"), "rls-off auth.invites", "table-without-rls invites"],
    ["storage, row security off", off("storage.folders"), "rls-off storage.folders", "table-without-rls folders"],
    [
      "storage, a policy that is true",
      `${closed("storage.labels")} create policy all_of_them on storage.labels for select to authenticated using (true);`,
      "policy storage.labels",
      "policy-always-true",
    ],
    [
      "auth, a view with its owner's rights",
      "create view auth.every as select * from public.task; grant select on auth.every to authenticated;",
      "view auth.every",
      "view-without-security-invoker every",
    ],
    [
      "auth, a SECURITY DEFINER function by id",
      `create function auth.task_by_id(wanted uuid) returns setof public.task language sql security definer set search_path = ''
         as $$ select * from public.task where id = wanted $$;`,
      "function auth.task_by_id(uuid)",
    ],
    [
      "auth, a helper that reads a variable",
      `create function auth.org() returns int language sql stable as $$ select nullif(current_setting('app.org_id', true), '')::int $$;
       create policy by_variable on public.task for select to authenticated using (org_id = auth.org());`,
      "session-variable public.task",
    ],
  ])("%s", async (_, sql, breach, ...expected) => {
    const { breaches, findings } = await judged(ungranted, `${PUBLIC} ${sql}`);
    expect(breaches).toEqual([breach]);
    expect(findings).toEqual(expect.arrayContaining(expected));
  });

  test("the platform's own tables are not", async () => {
    // what a dump of a hosted project creates: without policies, and storage's tables are granted to the API roles
    const dumped = `create table auth.flow_state (id uuid primary key, user_id uuid, auth_code text);
      create table storage.s3_multipart_uploads (id text primary key, bucket_id text, key text);
      grant select on auth.flow_state to authenticated;
      create table auth.made_later (id uuid primary key, user_id uuid not null);
      alter table auth.made_later owner to supabase_auth_admin; grant select on auth.made_later to authenticated;`;
    const { breaches, findings } = await judged(supabase, `${PUBLIC} ${dumped}`);
    expect(breaches).toEqual([]);
    expect(findings).toEqual([]);
  });

  test("its closed tables are silent", async () => {
    const { breaches, findings } = await judged(
      ungranted,
      `${PUBLIC} ${closed("auth.invites")} ${closed("storage.labels")}
       create function auth.org() returns int language sql stable as $$ select ${ORG} $$;
       create policy narrower on public.task as restrictive to authenticated using (org_id = auth.org());`,
    );
    expect(breaches).toEqual([]);
    expect(findings).toEqual([]);
  });
});

/** A role of a plain project is judged by what it may do, whatever it is called. */
describe("roles that have names of Supabase's", () => {
  test.each(["dashboard_user", "service_role", "authenticator"])(
    "without Supabase, %s is a role of requests where policies name it",
    async (role) => {
      const { breaches } = await judged(
        plain,
        `create role ${role}; ${closed("public.note")} grant select on public.note to ${role};
         create policy all_of_them on public.note for select to ${role} using (true);`,
      );
      expect(breaches).toEqual(["policy public.note"]);
    },
  );

  test("without Supabase, an owner called dashboard_user is an owner as any other", async () => {
    const { findings } = await judged(
      plain,
      `create role dashboard_user login; grant create on schema public to dashboard_user; ${closed("public.note", "public")}
       alter table public.note owner to dashboard_user;`,
    );
    expect(findings).toContain("owner-not-forced note");
  });

  test.each(["dashboard_user", "service_role"])("with Supabase, %s is the platform's", async (role) => {
    const { breaches, findings } = await judged(
      supabase,
      `${closed("public.note")} create policy all_of_them on public.note for select to ${role} using (true);`,
    );
    expect(breaches).toEqual([]);
    expect(findings).not.toContain("policy-always-true");
  });
});
