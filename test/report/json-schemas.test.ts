import { expect, test } from "vitest";
import { inspect } from "../../src/inspect/inspect.ts";
import { verifyScratch } from "../../src/pipeline/verify.ts";
import { silent } from "../../src/progress.ts";
import { jsonWriter } from "../../src/report/verify-json.ts";
import { withFork } from "../support/fork.ts";
import { schemaFaults } from "../support/json-schema.ts";
import { CLEAN, FOUND } from "./verification.ts";

test("what verify prints is valid: breaches, exceptions, cells of each kind", async () => {
  await withFork(
    `create table public.note (id uuid primary key default gen_random_uuid(), org_id uuid not null, body text not null);
     alter table public.note enable row level security;
     create policy own on public.note to authenticated
       using (org_id = (select (auth.jwt() -> 'app_metadata' ->> 'org_id')::uuid));
     create policy all_read on public.note for select to authenticated using (true);
     create table public.word (id int primary key, text text not null);
     alter table public.word enable row level security;
     create policy all_read on public.word for select to authenticated using (true);
     create view public.notes as select * from public.note;`,
    async (db) => {
      let text = "";
      const writer = jsonWriter((piece) => (text += piece));
      const found = await verifyScratch(db, await inspect(db), null, (cell) => writer.cell(cell), silent);
      writer.end(found, null);
      expect(found.breaches.length).toBeGreaterThan(1);
      expect(schemaFaults(text)).toEqual([]);
    },
  );
});

test.each([FOUND, CLEAN])(
  "a field that the schema does not know, or a word that it does not have, is refused",
  (found) => {
    let text = "";
    jsonWriter((piece) => (text += piece)).end(found, null);
    expect(schemaFaults(text)).toEqual([]);
    const valid = JSON.parse(text) as object;
    const faults = (value: object): string[] => schemaFaults(JSON.stringify({ ...valid, ...value }));
    expect(faults({ nothingTried: false })).toEqual([expect.stringContaining("nothingTried")]);
    expect(faults({ ground: "somewhere" })).toEqual([expect.stringContaining("/ground")]);
    expect(faults({ formatVersion: 3 })).toEqual([expect.stringContaining("/formatVersion")]);
    expect(faults({ format: "rlsmith-plan" }).length).toBeGreaterThan(0);
  },
);
