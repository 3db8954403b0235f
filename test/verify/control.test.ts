import { expect, test } from "vitest";
import { parseConfig, type UserConfig } from "../../src/config.ts";
import { inspect } from "../../src/inspect/inspect.ts";
import { verifyScratch } from "../../src/pipeline/verify.ts";
import { silent } from "../../src/progress.ts";
import { withFork } from "../support/fork.ts";

const share = async (condition: string, after = ""): Promise<{ conclusive: boolean; causes: string[] }> =>
  withFork(
    `create table public.notes (id uuid primary key default gen_random_uuid(), org_id uuid not null, body text not null);
     alter table public.notes enable row level security;
     create policy own on public.notes to authenticated
       using (org_id = (select (auth.jwt() -> 'app_metadata' ->> 'org_id')::uuid) ${condition});
     ${after}`,
    async (db) => {
      const found = await verifyScratch(db, await inspect(db), null, () => {}, silent);
      expect(found.breaches).toEqual([]);
      return { conclusive: found.conclusive, causes: found.notSettled.map(({ cause }) => cause.kind) };
    },
  );

test("where no member reaches a row of its own, nothing is held, and the run is no pass", async () => {
  const reached = await share("");
  expect(reached.conclusive).toBe(true);
  expect(reached.causes).not.toContain("no control");
  // no body that is made is as long as that
  const none = await share("and length(body) > 1000");
  expect(none.conclusive).toBe(false);
  expect(none.causes[0]).toBe("no control");
});

test("where no role of requests holds a privilege, all that held is the grants: policies were not tried", async () => {
  const none = await share("", "revoke all on public.notes from public, anon, authenticated;");
  expect(none).toEqual({ conclusive: false, causes: ["no privilege"] });
  // one column is enough to try them
  const some = await share(
    "",
    "revoke all on public.notes from public, anon, authenticated; grant select (id, org_id) on public.notes to authenticated;",
  );
  expect(some.conclusive).toBe(true);
  expect(some.causes).not.toContain("no privilege");
});

test("where rows of unknown owner were reached, other cells that held settle nothing", async () => {
  const settled = async (config: UserConfig): Promise<{ share: number; unknown: number; heat: number }> =>
    withFork(
      `create table public.errand (id uuid primary key, owner uuid not null, body text);
       create table public.postcard (id uuid primary key, body text not null);
       alter table public.errand enable row level security;
       alter table public.postcard enable row level security;
       create policy errand_own on public.errand to authenticated using (owner = (select auth.uid()));
       create policy postcard_all on public.postcard for select to authenticated using (true);`,
      async (db) => {
        const found = await verifyScratch(db, await inspect(db), parseConfig(config, "test"), () => {}, silent);
        expect(found.breaches).toEqual([]);
        return {
          share: found.settlement.share,
          unknown: found.notSettled.find(({ cause }) => cause.kind === "owner unknown")?.triples ?? 0,
          heat: found.heat.filter(({ ownerUnknown }) => ownerUnknown > 0).length,
        };
      },
    );
  // each signed-in persona reads every postcard, and nothing says whose these are; anon, whom no policy names, reads none
  const open = await settled({});
  expect(open.unknown).toBeGreaterThan(0);
  expect(open.share).toBeLessThan(1);
  expect(open.heat).toBeGreaterThan(0);
  // a shared table has no owners
  expect(await settled({ verify: { shared: { "public.postcard": "everybody reads the cards" } } })).toEqual({
    share: 1,
    unknown: 0,
    heat: 0,
  });
});
