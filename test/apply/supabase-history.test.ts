import { expect, test } from "vitest";
import { repairNote } from "../../src/apply/journal/supabase-history.ts";
import { withFork } from "../support/fork.ts";

const CLEAN = "drop schema if exists supabase_migrations cascade; create schema supabase_migrations;";
const LIST = `${CLEAN}
  create table supabase_migrations.schema_migrations (version text primary key, statements text[], name text);
  insert into supabase_migrations.schema_migrations values ('20260101000000')`;

test("a version that the list lacks, or still has, is named with its repair", async () => {
  await withFork(LIST, async (db) => {
    expect(await repairNote(db, "20260101000000", "applied")).toBeNull();
    expect(await repairNote(db, "20260101000000", "reverted")).toContain("--status reverted 20260101000000");
    expect(await repairNote(db, "20260102000000", "applied")).toContain("--status applied 20260102000000");
    expect(await repairNote(db, "20260102000000", "reverted")).toBeNull();
  });
  await withFork(CLEAN, async (db) => expect(await repairNote(db, "20260101000000", "applied")).toBeNull());
});

test.each([
  "create view supabase_migrations.schema_migrations as select public.told()::text as version",
  `create table supabase_migrations.schema_migrations (version text); insert into supabase_migrations.schema_migrations values ('1');
   alter table supabase_migrations.schema_migrations enable row level security, force row level security;
   create policy p on supabase_migrations.schema_migrations using (public.told() > 0)`,
])("nothing of another role runs when the list is read: %s", async (sql) => {
  await withFork(
    `create function public.told() returns int language plpgsql as $$ begin raise exception 'it ran'; end $$;
     ${CLEAN} ${sql}`,
    async (db) => {
      expect(await repairNote(db, "20260101000000", "applied")).toBeNull();
    },
  );
});
