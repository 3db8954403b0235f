import { beforeAll, describe, expect, test } from "vitest";
import { parseConfig } from "../../src/config.ts";
import type { Db } from "../../src/db/port.ts";
import { inspect } from "../../src/inspect/inspect.ts";
import { mutantsOnScratch } from "../../src/pipeline/verify-mutants.ts";
import { silent } from "../../src/progress.ts";
import type { MutantOutcome } from "../../src/verify/mutation/mutation.ts";
import { mutationScore } from "../../src/verify/mutation/mutation-score.ts";
import { withFork } from "../support/fork.ts";

const OWN = "org_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'org_id')::uuid)";

async function mutated(sql: string): Promise<MutantOutcome[]> {
  const work = async (db: Db): Promise<MutantOutcome[]> =>
    mutantsOnScratch(db, await inspect(db), parseConfig({}, "no config"), silent);
  return withFork(sql, work);
}

const called = (outcomes: readonly MutantOutcome[], name: string): MutantOutcome | undefined =>
  outcomes.find(({ mutant }) => mutant.name === name);

describe("a table with a policy a command", () => {
  let outcomes: MutantOutcome[];
  beforeAll(async () => {
    outcomes = await mutated(`
      create table public.note (id uuid primary key default gen_random_uuid(), org_id uuid not null, name text not null);
      alter table public.note enable row level security;
      create policy note_select on public.note for select to authenticated using (${OWN});
      create policy note_insert on public.note for insert to authenticated with check (${OWN} and name <> '');
      create policy note_update on public.note for update to authenticated using (${OWN}) with check (true);
      create policy note_fence on public.note as restrictive to authenticated using (${OWN});`);
  });

  test("every way in which a policy goes wrong is there, and none that says the same", () => {
    // note_update has WITH CHECK true already; its USING is the tenant's conjunct alone, so that to remove it and `using true` are one
    expect(outcomes.map(({ mutant }) => mutant.name).toSorted()).toEqual(
      [
        "public.note.note_fence: dropped",
        "public.note.note_fence: using true",
        "public.note.note_fence: tenant conjunct removed (using, 1)",
        "public.note.note_fence: roles widened",
        "public.note.note_fence: made permissive",
        "public.note.note_insert: dropped",
        "public.note.note_insert: check true",
        "public.note.note_insert: tenant conjunct removed (check, 1)",
        "public.note.note_insert: roles widened",
        "public.note.note_insert: made restrictive",
        "public.note.note_select: dropped",
        "public.note.note_select: using true",
        "public.note.note_select: tenant conjunct removed (using, 1)",
        "public.note.note_select: roles widened",
        "public.note.note_select: made restrictive",
        "public.note.note_update: dropped",
        "public.note.note_update: using true",
        "public.note.note_update: tenant conjunct removed (using, 1)",
        "public.note.note_update: roles widened",
        "public.note.note_update: check removed",
        "public.note.note_update: made restrictive",
      ].toSorted(),
    );
  });

  test("what the fence holds back anyway is the same policy to everybody", () => {
    // a restrictive policy for all commands asks the same of every row, old and new
    for (const name of ["note_select: using true", "note_update: using true", "note_update: check removed"])
      expect(called(outcomes, `public.note.${name}`)?.survivor).toEqual({ kind: "equivalent" });
  });

  test("what can be noticed is noticed, with the cell that tells", () => {
    const { all, killed, survivors } = mutationScore(outcomes);
    expect(survivors.map(({ mutant }) => mutant.name)).toEqual([]);
    expect(killed).toBe(1);
    expect(all.noticed + all.equivalent).toBe(all.mutants);
    // no SELECT policy is left: nobody sees a row
    expect(called(outcomes, "public.note.note_select: dropped")?.noticed).toMatchObject({
      relation: "public.note",
      attack: "read",
      after: '{"kind":"denied"}',
    });
  });
});

test("a relation that cannot be filled tells nothing, and that is what is said", async () => {
  // no row satisfies this CHECK
  const outcomes = await mutated(`
    create table public.note (id uuid primary key, org_id uuid not null, check (id is null));
    alter table public.note enable row level security;
    create policy note_select on public.note for select to authenticated using (${OWN});`);
  const open = called(outcomes, "public.note.note_select: using true");
  expect(open?.noticed).toBeNull();
  expect(open?.survivor?.kind).toBe("different");
  expect(open?.survivor).toMatchObject({
    where: expect.arrayContaining([expect.stringContaining("no rows could be made")]),
  });
  expect(mutationScore(outcomes).killed).toBeLessThan(1);
});
