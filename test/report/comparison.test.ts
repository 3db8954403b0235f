import pc from "picocolors";
import { expect, test } from "vitest";
import * as rlsmith from "../../src/index.ts";
import { addedRelations, compareObjects } from "../../src/prove/index.ts";
import { renderComparison } from "../../src/report/verdicts.ts";
import { withFork } from "../support/fork.ts";

const BASE = `
  create table public.crate (id uuid primary key, owner uuid not null);
  alter table public.crate enable row level security;
  grant select on public.crate to authenticated;
  create policy own on public.crate for select to authenticated using (owner = auth.uid());`;

/** The lines after the table of verdicts of a comparison with the base. */
const closing = async (change: string): Promise<string[]> =>
  withFork(BASE, async (db) => {
    const before = await rlsmith.inspect(db);
    await db.exec(change);
    const after = await rlsmith.inspect(db);
    const text = renderComparison(
      {
        before: "before",
        after: "after",
        verdicts: rlsmith.prove(before, after),
        added: addedRelations(before, after),
        objects: compareObjects(before, after),
        nothingGranted: false,
      },
      pc.createColors(false),
    );
    const lines = text.trimEnd().split("\n");
    return lines.slice(lines.findIndex((line) => line.startsWith("  nothing assumed")) + 1);
  });

test("a table of equivalent verdicts alone stands at the end where nothing else opens", async () => {
  expect(await closing("comment on table public.crate is 'boxes'")).toEqual([]);
});

test("a function past row security opens access, and the last line says so below equivalent verdicts", async () => {
  expect(
    await closing(`create function public.crates() returns setof public.crate language sql security definer
      set search_path = '' as 'select * from public.crate'`),
  ).toEqual(["not in this table: access opens by 1 object, listed above"]);
});

test("a new relation without row security that a role reaches is counted, too", async () => {
  expect(
    await closing("create table public.label (id uuid primary key); grant select on public.label to authenticated"),
  ).toEqual([expect.stringMatching(/access opens by .*1 new relation without row security, listed above$/)]);
});
