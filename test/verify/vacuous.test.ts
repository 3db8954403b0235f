import { expect, test } from "vitest";
import type { Db } from "../../src/db/port.ts";
import { inspect } from "../../src/inspect/inspect.ts";
import { verifyScratch } from "../../src/pipeline/verify.ts";
import { silent } from "../../src/progress.ts";
import { withFork } from "../support/fork.ts";

const notes = async (condition: string): Promise<string[]> => {
  const sql = `
      create table public.notes (id uuid primary key default gen_random_uuid(), org_id uuid not null, body text not null);
      alter table public.notes enable row level security;
      create policy own on public.notes to authenticated
        using (org_id = (select (auth.jwt() -> 'app_metadata' ->> 'org_id')::uuid) ${condition});`;
  const work = async (db: Db): Promise<string[]> => {
    const found = await verifyScratch(db, await inspect(db), null, () => {}, silent);
    return found.notes.map(({ code }) => code);
  };
  return withFork(sql, work);
};

test("that no member reaches a row of his own tenant is said", async () => {
  expect(await notes("")).not.toContain("no-own-rows");
  // nothing that is made is as long as that
  expect(await notes("and length(body) > 1000")).toContain("no-own-rows");
});
