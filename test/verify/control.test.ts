import { expect, test } from "vitest";
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
