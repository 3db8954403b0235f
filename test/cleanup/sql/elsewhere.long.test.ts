import { afterAll, beforeAll, expect, test } from "vitest";
import { parseConfig } from "../../../src/config.ts";
import { inspect, inspectElsewhere } from "../../../src/inspect/index.ts";
import { planCleanup, type CleanupPlan } from "../../../src/pipeline/cleanup-sql.ts";
import { openScratch, type Scratch } from "../../../src/scratch/index.ts";

// What names a variable or a setter outside of bodies and policies: settings of roles and databases, jobs, comments.

const PROJECT = `
create table note (id uuid primary key, org_id uuid);
create function set_org(p_org uuid) returns void language plpgsql as $$ begin perform set_config('app.org_id', p_org::text, true); end $$;
create function add_note(p_org uuid) returns uuid language plpgsql as $$ begin perform set_org(p_org); return p_org; end $$;
create function add_note(p_org uuid, p_actor uuid) returns uuid language sql as $$ select p_actor $$;
create role "night job";
`;
const CONFIG = parseConfig({ context: { "app.org_id": { claim: "app_metadata.org_id", type: "uuid" } } });

let base: Scratch;
beforeAll(async () => {
  base = await openScratch({ kind: "embedded" });
  await base.db.exec(PROJECT);
});
afterAll(async () => base.close());

async function planned(sql: string): Promise<CleanupPlan> {
  const fork = await base.fork();
  try {
    await fork.db.exec(sql);
    return planCleanup(await inspect(fork.db), CONFIG, { elsewhere: await inspectElsewhere(fork.db) });
  } finally {
    await fork.close();
  }
}

/** ALTER … DATABASE for the database that the statement runs in. */
const here = (statement: string): string =>
  `do $do$ begin execute format($$${statement}$$, current_database()); end $do$;`;

test("nothing names it elsewhere, and the other overload is named", async () => {
  const { cleanup, dropped } = await planned("");
  expect(cleanup.others).toEqual([]);
  expect(cleanup.overloads).toEqual(["public.add_note(p_org uuid, p_actor uuid)"]);
  expect(dropped.map(({ name }) => name)).toEqual(["set_org"]);
});

test("a setting of a role, and of a role in this database", async () => {
  const set = `alter role "night job" set app.org_id = 'x'; alter role "night job" set app.org_id_of_report = 'z';
    ${here(`alter role "night job" in database %I set app.org_id = 'y'`)}`;
  const { cleanup } = await planned(set);
  expect(cleanup.others).toMatchObject([
    { kind: "role setting", names: ["app.org_id"] },
    { kind: "role setting", names: ["app.org_id"] },
  ]);
  // PostgreSQL takes the statements, and nothing is left then
  const statements = cleanup.others.map(({ statement }) => statement).join(";");
  expect((await planned(`${set} ${statements}`)).cleanup.others).toEqual([]);
});

test("a setting of the database", async () => {
  const { cleanup } = await planned(here("alter database %I set app.org_id = 'x'"));
  expect(cleanup.others).toMatchObject([{ kind: "database setting", names: ["app.org_id"] }]);
  expect(cleanup.others[0]?.statement).toMatch(/^alter database .* reset /);
});

test("a job that calls the setter keeps it", async () => {
  const { cleanup, callers, dropped } = await planned(`
    create schema if not exists cron;
    create table if not exists cron.job (jobid bigint, jobname text, command text, schedule text);
    insert into cron.job (jobid, jobname, command, schedule) values (1, 'nightly', 'select set_org(null); select add_note(null)', '* * * * *'), (2, 'other', 'select 1', '* * * * *')`);
  expect(cleanup.others).toMatchObject([{ kind: "job of pg_cron", name: "nightly", names: ["set_org"] }]);
  expect(callers.named).toEqual(["job of pg_cron nightly"]);
  expect(dropped).toEqual([]);
});

test("a function of an extension that reads the variable, and one that calls the setter", async () => {
  const own = (name: string, body: string): string =>
    `create function ${name}() returns text language sql as $$ ${body} $$; alter extension plpgsql add function ${name}();`;
  const { cleanup, callers, dropped } = await planned(
    [
      own("reads", "select current_setting('app.org_id', true)"),
      own("calls", "select set_org(null)::text"),
      own("other", "select current_setting('app.other', true)"),
    ].join(" "),
  );
  expect(cleanup.others).toMatchObject([
    { kind: "extension function", name: "calls()", names: ["set_org"] },
    { kind: "extension function", name: "reads()", names: ["app.org_id"] },
  ]);
  expect(callers.named).toEqual(["extension function calls()"]);
  expect(dropped).toEqual([]);
});

test("comments of columns", async () => {
  const { cleanup, dropped } = await planned("comment on column note.org_id is 'as app.org_id; set_org sets it'");
  expect(cleanup.others).toMatchObject([
    { kind: "comment", name: expect.stringContaining("column org_id of table"), names: ["app.org_id", "set_org"] },
  ]);
  expect(dropped).toHaveLength(1);
});
