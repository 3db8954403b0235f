import { expect, test } from "vitest";
import type { Db } from "../../src/db/port.ts";
import { openScratch } from "../../src/scratch/open.ts";

const stateOf = async (db: Db): Promise<unknown[]> =>
  db.query(`select c.relname as name, c.relpersistence::text as kind,
      case c.relname when 'stage' then (select count(*) from public.stage) when 'step' then (select count(*) from public.step)
        else (select count(*) from public.note) end::int as rows
    from pg_class c where c.relname in ('stage', 'step', 'note') order by 1`);

test("a copy of an embedded database has the rows of its UNLOGGED tables, which stay UNLOGGED", async () => {
  const scratch = await openScratch({ kind: "embedded" });
  try {
    await scratch.db.exec(`
      create unlogged table public.stage (id int primary key);
      create unlogged table public.step (id int primary key, stage int not null references public.stage);
      create table public.note (id int primary key);
      insert into public.stage values (1), (2); insert into public.step values (1, 2); insert into public.note values (1);`);
    const copy = await scratch.fork();
    try {
      const expected = [
        { name: "note", kind: "p", rows: 1 },
        { name: "stage", kind: "u", rows: 2 },
        { name: "step", kind: "u", rows: 1 },
      ];
      expect(await stateOf(copy.db)).toEqual(expected);
      expect(await stateOf(scratch.db)).toEqual(expected);
    } finally {
      await copy.close();
    }
  } finally {
    await scratch.close();
  }
});
