import { afterAll, beforeAll, expect, test } from "vitest";
import { parseConfig } from "../../../src/config.ts";
import { planCleanup, type CleanupPlan } from "../../../src/pipeline/cleanup-sql.ts";
import { openScratch, type Scratch } from "../../../src/scratch/index.ts";
import { catalogOf } from "../../support/catalog-of.ts";

// What must stay: each project has something that still reads the variable, or may still call what sets it.

const BASE = `
create table org_note (id uuid primary key, org_id uuid, body text);
create function set_org(p_org uuid) returns void language plpgsql as $$ begin perform set_config('app.org_id', p_org::text, true); end $$;
create function add_note(p_org uuid) returns uuid language plpgsql as $$
begin
  perform set_org(p_org);
  insert into org_note values (p_org, p_org, '') ;
  return p_org;
end $$;
`;
const ORG = "nullif(current_setting('app.org_id', true), '')::uuid";
const CONTEXT = { "app.org_id": { claim: "app_metadata.org_id", type: "uuid" } } as const;

let base: Scratch;
beforeAll(async () => {
  base = await openScratch({ kind: "embedded" });
  await base.db.exec(BASE);
});
afterAll(async () => base.close());

async function planned(sql: string, more: Parameters<typeof parseConfig>[0] = {}): Promise<CleanupPlan> {
  const config = parseConfig({ context: CONTEXT, ...(more as object) });
  return planCleanup(await catalogOf(base, sql), config);
}

const names = ({ plan }: CleanupPlan): string[] => plan.steps.map(({ title }) => title);

test("with nothing that reads the variable, the call and the setter go", async () => {
  expect(names(await planned(""))).toEqual(["take the session variables out of add_note", "drop set_org"]);
});

const READERS: [what: string, sql: string][] = [
  ["a view", `create view mine as select * from org_note where org_id = ${ORG}`],
  ["a check constraint", `alter table org_note add check (org_id is null or org_id = ${ORG})`],
  ["a column default", `alter table org_note alter org_id set default ${ORG}`],
  [
    "a trigger function",
    `create function stamp() returns trigger language plpgsql as $$ begin new.org_id := ${ORG}; return new; end $$;
     create trigger stamp before insert on org_note for each row execute function stamp();`,
  ],
  [
    "a condition of a trigger",
    `create function nothing() returns trigger language plpgsql as $$ begin return new; end $$;
     create trigger t before insert on org_note for each row when (new.org_id = ${ORG}) execute function nothing();`,
  ],
  [
    "a function that only roles without a token may call",
    `create function nightly() returns uuid language plpgsql as $$ begin return ${ORG}; end $$;
     revoke execute on function nightly() from public, anon, authenticated;`,
  ],
  [
    "a statement that is made at run time",
    `create function dynamic() returns uuid language plpgsql as $$ declare v uuid; begin execute 'select current_setting(''app.org_id'', true)::uuid' into v; return v; end $$;`,
  ],
  [
    "a function that computes the name of the setting",
    `create function any_of(p text) returns text language sql as $$ select current_setting('app.' || p, true) $$`,
  ],
  [
    "a caller of a function that reads any setting",
    `create function setting(p text) returns text language sql as $$ select nullif(current_setting(p, true), '') $$;
     create function mine() returns uuid language sql as $$ select setting('app.org_id')::uuid $$;`,
  ],
  [
    "a caller of such a function in PL/pgSQL",
    `create function setting(p text) returns text language plpgsql as $$ begin return current_setting(p, true); end $$;
     create function mine() returns uuid language plpgsql as $$ declare v uuid := setting('app.org_id'); begin return v; end $$;`,
  ],
  ["a rule", `create rule r as on insert to org_note where new.org_id <> ${ORG} do instead nothing`],
];

test.each(READERS)("%s reads the variable, so what sets it stays", async (_, sql) => {
  const made = await planned(sql);
  expect(names(made)).toEqual([]);
  expect(made.cleanup.neededVariables).toEqual(["app.org_id"]);
});

const CALLERS: [what: string, sql: string][] = [
  [
    "another statement of a function",
    `create function other(p uuid) returns text language plpgsql as $$ declare v text; begin select set_org(p)::text into v; return v; end $$`,
  ],
  [
    "a constant statement of EXECUTE",
    `create function other(p uuid) returns void language plpgsql as $$ begin execute 'select set_org($1)' using p; end $$`,
  ],
  [
    "a statement of EXECUTE that is made at run time",
    `create function other(p text) returns void language plpgsql as $$ begin execute 'select ' || p; end $$`,
  ],
  [
    "a call behind two dashes in a text",
    `create function other(p uuid) returns text language plpgsql as $$ declare v text := '--'; begin select v || set_org(p)::text into v; return v; end $$`,
  ],
  [
    "a default of an argument",
    `create function other(p text default set_org(null)::text) returns text language sql as $$ select p $$`,
  ],
  [
    "a body that PostgreSQL has parsed",
    `create function other(p uuid) returns void language sql begin atomic select set_org(p); end`,
  ],
  [
    "a default",
    `create function with_org(p uuid) returns uuid language sql as $$ select p $$; alter table org_note alter body set default (set_org(null))::text`,
  ],
];

test.each(CALLERS)("%s may call the setter, so it is not dropped", async (_, sql) => {
  const made = await planned(sql);
  expect(names(made)).not.toContain("drop set_org");
  expect([...made.callers.named, ...made.callers.dynamic, ...made.cleanup.neededVariables]).not.toEqual([]);
});

test("a setter that also sets a constant is asked about where it is called, in SQL as in PL/pgSQL", async () => {
  const made = await planned(
    `create procedure begin_work(p_org uuid) language plpgsql as $$ begin
       perform set_config('app.org_id', p_org::text, true); perform set_config('app.job', 'yes', true); end $$;
     create function twice(p_org uuid) returns text language sql as $$ select set_config('app.org_id', p_org::text, true); select 'done' $$;
     create function work(p_org uuid) returns void language plpgsql as $$ begin call begin_work(p_org); insert into org_note (id) values (p_org); end $$;`,
  );
  expect(names(made)).toEqual([
    "take the session variables out of add_note",
    "take the session variables out of twice",
  ]);
  expect(made.cleanup.functions.find(({ fn }) => fn.name === "work")).toMatchObject({
    kind: "asked",
    questions: [{ tag: "sets-other-settings" }],
  });
});

test("a role that the call refuses, and the function does not, is asked about", async () => {
  const made = await planned("revoke execute on function set_org(uuid) from public, anon");
  expect(names(made)).toEqual([]);
  expect(made.cleanup.functions).toMatchObject([
    { kind: "asked", questions: [{ tag: "call-refuses-roles" }, { tag: "call-refuses-roles" }] },
  ]);
});

test("a decision of the config answers for a trigger function", async () => {
  const [, sql = ""] = READERS.find(([what]) => what === "a trigger function") ?? [];
  const reason = "a person writes notes, never a job";
  const claim = await planned(sql, { cleanup: { functions: { "public.stamp": { decision: "claim", reason } } } });
  expect(names(claim)).toContain("take the session variables out of stamp");
  expect(names(claim)).toContain("drop set_org");
  const keep = await planned(sql, { cleanup: { functions: { "public.stamp": { decision: "keep", reason } } } });
  expect(names(keep)).toEqual([]);
});

test("defaults are rewritten where the config says so", async () => {
  const [, sql = ""] = READERS.find(([what]) => what === "a column default") ?? [];
  const made = await planned(sql, { columnDefaults: "rewrite" });
  expect(names(made)).toEqual([
    "take the session variables out of add_note",
    "default of org_note.org_id",
    "drop set_org",
  ]);
});
