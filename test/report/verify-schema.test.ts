import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { z } from "zod";
import { inspect } from "../../src/inspect/inspect.ts";
import { verifyScratch } from "../../src/pipeline/verify.ts";
import { silent } from "../../src/progress.ts";
import { jsonWriter } from "../../src/report/verify-json.ts";
import { verificationSchema } from "../../src/report/verify-schema.ts";
import { withFork } from "../support/fork.ts";
import { FOUND } from "./verification.ts";

const schema = verificationSchema();

test("the JSON Schema of the package is the one that the tests check by", () => {
  const text = readFileSync("docs/schemas/verification.schema.json", "utf8");
  expect(JSON.parse(text)).toEqual(z.toJSONSchema(schema));
});

test("what a run prints is valid: breaches, exceptions, cells of each kind", async () => {
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
      writer.end(found);
      expect(found.breaches.length).toBeGreaterThan(1);
      const printed: unknown = JSON.parse(text);
      expect(() => schema.parse(printed)).not.toThrow();
    },
  );
});

test("a field that the schema does not know, or a word that it does not have, is refused", () => {
  const { cells, ...rest } = FOUND;
  const valid = { cells: [], cellCount: cells, ...rest, notSettled: [] };
  expect(schema.safeParse(valid).success).toBe(true);
  expect(schema.safeParse({ ...valid, nothingTried: false }).success).toBe(false);
  expect(schema.safeParse({ ...valid, ground: "somewhere" }).success).toBe(false);
});
