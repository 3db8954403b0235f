import { afterAll, beforeAll, describe, expect, test } from "vitest";
import * as rlsmith from "../../src/index.ts";
import { withFork } from "../support/fork.ts";
import { plainScratch } from "../support/plain.ts";

const ORG = "nullif(current_setting('app.org_id', true), '')::uuid";
const SCHEMA = `
  create schema app;
  create table public.docs (id uuid primary key, org_id uuid not null, open boolean not null);
  alter table public.docs enable row level security;`;
const OWN_ROWS = `create policy own on public.docs for select using (org_id = ${ORG});`;
const RAW = "nullif(current_setting('request.jwt.claims', true), '')::jsonb";
const CONFIG = {
  claims: "request.jwt.claims",
  context: { "app.org_id": { claim: "org_id", type: "uuid" as const } },
  sessionOnly: [
    { policy: "*", decision: "claim" as const, reason: "everything moves to the token" },
    { function: "*", decision: "claim" as const, reason: "everything moves to the token" },
  ],
};

let plain: rlsmith.Scratch;
beforeAll(async () => {
  plain = await plainScratch();
});
afterAll(async () => plain.close());

/** The first open question of a plan on PostgreSQL without Supabase, and the policies that it counts. */
const asked = async (
  sql: string,
  config: rlsmith.UserConfig = {},
): Promise<Pick<rlsmith.OpenDecision, "kind" | "question" | "policies"> | null> =>
  withFork(
    SCHEMA + sql,
    async (db) => {
      const { plan } = rlsmith.plan(await rlsmith.inspect(db), rlsmith.parseConfig({ ...CONFIG, ...config }));
      const [first] = plan.open;
      return first ? { kind: first.kind, question: first.question, policies: first.policies } : null;
    },
    plain,
  );

const NOTHING_SETS = "for nothing sets `request.jwt.claims`";

describe("a database in which nothing reads or sets the claims", () => {
  test("PostgreSQL confirms the count: the rows of a request that sets the variable are gone after the migration", async () => {
    const rows = `
      insert into public.docs values ('00000000-0000-4000-8000-000000000001', '00000000-0000-4000-8000-00000000000a', true);
      create role reader; grant usage on schema public to reader; grant select on public.docs to reader;`;
    await withFork(
      SCHEMA + OWN_ROWS + rows,
      async (db) => {
        const { plan, migration } = rlsmith.plan(await rlsmith.inspect(db), rlsmith.parseConfig(CONFIG));
        expect(plan.open).toMatchObject([
          {
            kind: "claims-not-sent",
            policies: ["public.docs.own"],
            question: `1 of 1 policy will deny every request after this migration, ${NOTHING_SETS}`,
          },
        ]);
        const read = async (): Promise<number> => {
          await db.exec("begin; set local role reader; set local app.org_id = '00000000-0000-4000-8000-00000000000a'");
          const found = await db.query("select from public.docs");
          await db.exec("rollback");
          return found.length;
        };
        expect(await read()).toBe(1);
        await db.exec(migration.up);
        expect(await read()).toBe(0);
        await db.exec("drop owned by reader; drop role reader");
      },
      plain,
    );
  });

  test("the answer that init writes is no other case", async () => {
    expect(await asked(OWN_ROWS, { requests: { claims: "none" } })).toEqual(await asked(OWN_ROWS));
  });

  test("only the policies that would deny every request are counted", async () => {
    const more = `
      create policy open_too on public.docs for select using (open or org_id = ${ORG});
      create policy fence on public.docs as restrictive for delete using (org_id = ${ORG});
      create policy all_open on public.docs for select using (open);`;
    expect(await asked(OWN_ROWS + more)).toEqual({
      kind: "claims-not-sent",
      policies: ["public.docs.fence", "public.docs.own"],
      question: `2 of 4 policies will deny every request after this migration, ${NOTHING_SETS}`,
    });
  });

  test("policies that none of them denies everything would still allow less", async () => {
    expect(await asked(`create policy p on public.docs using (open or org_id = ${ORG});`)).toMatchObject({
      kind: "claims-not-sent",
      policies: [],
      question: `1 of 1 policy will allow less after this migration, ${NOTHING_SETS}`,
    });
  });

  test("a policy that the prover cannot read is not settled, and no all-clear", async () => {
    const policy = `create policy p on public.docs using (org_id = ${ORG} or to_tsvector('simple', id::text) @@ to_tsquery('simple', 'a'));`;
    expect(await asked(policy)).toMatchObject({
      kind: "claims-not-sent",
      policies: ["public.docs.p"],
      question: `1 of 1 policy may deny every request after this migration (not settled), ${NOTHING_SETS}`,
    });
  });

  test("policies that read the variable through a helper", async () => {
    const helper = `create function app.org() returns uuid language sql stable as $$ select ${ORG} $$;`;
    expect(await asked(`${helper} create policy p on public.docs using (org_id = app.org());`)).toMatchObject({
      kind: "claims-not-sent",
      policies: ["public.docs.p"],
    });
  });

  test("a column default that comes to read the claim", async () => {
    const fill = `alter table public.docs alter org_id set default ${ORG}; create policy p on public.docs using (open);`;
    expect(await asked(fill, { columnDefaults: "rewrite" })).toMatchObject({ kind: "claims-not-sent", policies: [] });
  });

  test("policies that stay as they are lose nothing", async () => {
    expect(await asked(OWN_ROWS, { keep: { "*": "this project stays on variables" } })).toBeNull();
  });

  test("one setting for each claim, as PostgREST before version 9 and PostGraphile set, is not the token", async () => {
    const legacy =
      "create policy legacy on public.docs using (id::text = current_setting('request.jwt.claim.sub', true));";
    expect(await asked(OWN_ROWS + legacy)).toMatchObject({ kind: "claims-not-sent" });
  });

  test("the function that is the source of claims is no evidence", async () => {
    const made = `create function app.claims() returns jsonb language sql stable as $$ select ${RAW} $$;`;
    expect(await asked(made + OWN_ROWS, { claims: "app.claims()" })).toMatchObject({
      kind: "claims-not-sent",
      question: `1 of 1 policy will deny every request after this migration, ${NOTHING_SETS}`,
    });
  });

  test("nor is a function that it calls", async () => {
    const made = `
      create function app.token() returns jsonb language sql stable as $$ select ${RAW} $$;
      create function app.claims() returns jsonb language sql stable as $$ select app.token() $$;`;
    expect(await asked(made + OWN_ROWS, { claims: "app.claims()" })).toMatchObject({
      kind: "claims-not-sent",
      question: expect.stringContaining(NOTHING_SETS),
    });
  });

  test("a source in a language that is not read: its calls alone would be evidence", async () => {
    const made = `create function app.claims() returns jsonb language plpgsql stable as $$
      begin return current_setting('app.' || 'token', true)::jsonb; end $$;`;
    expect(await asked(made + OWN_ROWS, { claims: "app.claims()" })).toMatchObject({
      question: expect.stringContaining("for nothing sets what `app.claims()` reads"),
    });
  });

  test("it comes before every other question, and stops the plan with its own code", async () => {
    await withFork(
      SCHEMA + OWN_ROWS,
      async (db) => {
        const config = rlsmith.parseConfig({ ...CONFIG, flags: { "app.bypass": { decision: "open" } } });
        const { plan } = rlsmith.plan(await rlsmith.inspect(db), config);
        expect(plan.open.map(({ kind }) => kind)).toEqual(["claims-not-sent", "bypass-flag"]);
        expect(() => rlsmith.refuseOpenDecisions(plan, { config: null } as rlsmith.Source)).toThrow(
          expect.objectContaining({ kind: "open-decision", code: "CLAIMS_NOT_SENT" }),
        );
      },
      plain,
    );
  });
});

describe("requests that send claims", () => {
  test.each([
    ["a policy reads them", `create policy p on public.docs for delete using (org_id = (${RAW} ->> 'org_id')::uuid);`],
    [
      "a function sets them",
      `create function app.begin_request(claims text) returns void language sql as $$
        select set_config('request.jwt.claims', claims, true) $$;`,
    ],
    [
      "a function sets them in EXECUTE",
      `create function app.begin_request() returns void language plpgsql as $$
        begin execute 'set local request.jwt.claims = ''{}'''; end $$;`,
    ],
    ["a function reads them", `create function app.me() returns text language sql as $$ select ${RAW} ->> 'sub' $$;`],
    ["a column default reads them", `alter table public.docs alter open set default (${RAW} ->> 'open')::boolean;`],
    [
      "the name in capitals",
      "create policy p on public.docs for delete using (current_setting('Request.JWT.claims') <> '');",
    ],
  ])("%s", async (_, sql) => {
    expect(await asked(sql + OWN_ROWS)).toBeNull();
  });

  test("a policy calls the source of claims", async () => {
    const made = `
      create function app.claims() returns jsonb language sql stable as $$ select ${RAW} $$;
      create policy p on public.docs for delete using (id = (app.claims() ->> 'sub')::uuid);`;
    expect(await asked(made + OWN_ROWS, { claims: "app.claims()" })).toBeNull();
  });

  test("the config says so, with a reason", async () => {
    expect(
      await asked(OWN_ROWS, { requests: { claims: "sent", reason: "the gateway sets them since March" } }),
    ).toBeNull();
  });
  test("an answer without a reason is none", () => {
    expect(() => rlsmith.parseConfig({ requests: { claims: "sent", reason: " " } })).toThrow(
      expect.objectContaining({ code: "INVALID_CONFIG" }),
    );
  });
});

describe("on Supabase", () => {
  const onSupabase = async (config: rlsmith.UserConfig): Promise<string[]> =>
    withFork(SCHEMA + OWN_ROWS, async (db) =>
      rlsmith
        .plan(await rlsmith.inspect(db), rlsmith.parseConfig({ ...CONFIG, claims: "auth.jwt()", ...config }))
        .plan.open.map(({ question }) => question),
    );

  test("the API sends the claims", async () => {
    expect(await onSupabase({})).toEqual([]);
  });
  test("the config says that the requests of today go past the API", async () => {
    expect(await onSupabase({ requests: { claims: "none" } })).toEqual([
      "1 of 1 policy will deny every request after this migration, for no request sends `request.jwt.claims`",
    ]);
  });
});
