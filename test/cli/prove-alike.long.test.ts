import { expect, test } from "vitest";
import { proveFolders } from "../../src/index.ts";
import { project } from "../support/cli.ts";

const TABLE = `create table public.note (id uuid primary key, org_id uuid not null, body text);
alter table public.note enable row level security;
create policy note_org on public.note for select to authenticated
  using (org_id = ((select auth.jwt()) -> 'app_metadata' ->> 'org_id')::uuid);`;
const OPEN = "create policy note_everybody on public.note for select to authenticated using (true);";
const MIGRATIONS = "supabase/migrations";

/** The answer for `base`, and for `base` with a file more; and what is said of reads by `authenticated`. */
async function compared(base: Record<string, string>, more: Record<string, string>): Promise<[string, string[]]> {
  const { answer, verdicts } = await proveFolders(project(base), project({ ...base, ...more }));
  const reads = verdicts.filter(({ component, decision }) => component === "SELECT" && decision !== "equivalent");
  return [answer, reads.map(({ role, decision }) => `${role} ${decision}`)];
}

// every row was out of reach of another organisation's members, and is not any more
const OPENS = ["opens", ["authenticated looser"]];

test("the first file with a date does not change the day of the project", async () => {
  const base = { [`${MIGRATIONS}/0001_note.sql`]: TABLE };
  expect(await compared(base, { [`${MIGRATIONS}/20261130101500_open.sql`]: OPEN })).toEqual(OPENS);
});

test("a first GRANT does not take away what the others have by default", async () => {
  const base = { [`${MIGRATIONS}/0001_note.sql`]: TABLE };
  const more =
    "create table public.tag (id int); alter table public.tag enable row level security; grant select on public.tag to authenticated;";
  expect(await compared(base, { [`${MIGRATIONS}/0002_open.sql`]: `${more} ${OPEN}` })).toEqual(OPENS);
});

const FORCED = `create table public.crate (id uuid primary key, org_id uuid not null);
alter table public.crate enable row level security;
alter table public.crate force row level security;
create policy crate_org on public.crate using (org_id = nullif(current_setting('app.org_id', true), '')::uuid);`;

test("the owner whom FORCE binds is the owner on the other side too", async () => {
  const base = { "migrations/0001_crate.sql": FORCED };
  const unforced = "alter table public.crate no force row level security;";
  const [answer, reads] = await compared(base, { "migrations/0002_unforced.sql": unforced });
  expect([answer, reads]).toEqual(["opens", [expect.stringMatching(/^\w+ looser$/)]]);
  // to bind it closes
  const without = {
    "migrations/0001_crate.sql": FORCED.replace("alter table public.crate force row level security;\n", ""),
  };
  const forced = "alter table public.crate force row level security;";
  const [closed, other] = await compared(without, { "migrations/0002_forced.sql": forced });
  expect([closed, other]).toEqual(["nothing opens", [expect.stringMatching(/^\w+ tighter$/)]]);
});
