import { describe, expect, test } from "vitest";
import { withFork } from "../support/fork.ts";
import type { Db } from "../../src/db/port.ts";
import { pgErrorOf } from "../../src/db/port.ts";
import { FINDING_CASES } from "./finding-cases.ts";

const ORG = "aaaaaaaa-0000-4000-8000-000000000001";
const USER = "00000000-0000-4000-8000-00000000000a";

/** The SQLSTATE of a statement of a member, or the number of its rows. */
async function asMember(db: Db, statement: string, subject = USER): Promise<string> {
  await db.exec(`begin; set local role authenticated;
    select set_config('request.jwt.claims', '{"sub":"${subject}","role":"authenticated","app_metadata":{"org_id":"${ORG}"}}', true);`);
  try {
    return `${(await db.query(statement)).length} rows`;
  } catch (error) {
    return pgErrorOf(error)?.sqlstate ?? "no SQLSTATE";
  } finally {
    await db.exec("rollback");
  }
}

const sqlOf = (code: string, name: string): string => {
  const { found = [], silent = [] } = FINDING_CASES.find((one) => one.code === code) ?? {};
  const variant = [...found, ...silent].find((one) => one.name === name);
  if (!variant) throw new Error(`no case ${code}: ${name}`);
  return `create schema app; ${variant.sql} grant usage on schema app to authenticated; grant all on all tables in schema public to authenticated;`;
};

describe("PostgreSQL does what the findings say", () => {
  const doc = `insert into doc (org_id) values ('${ORG}');`;
  test.each([
    [
      "select-narrower-than-write",
      "a boolean mark",
      doc,
      "update doc set gone = true where org_id is not null",
      "42501",
    ],
    [
      "select-narrower-than-write",
      "a time of deletion, and WITH CHECK of its own",
      doc,
      "update doc set deleted_at = now() where org_id is not null",
      "42501",
    ],
    [
      "select-narrower-than-write",
      "a new row is hidden by its default",
      "",
      `insert into doc (org_id) values ('${ORG}') returning id`,
      "42501",
    ],
    [
      "select-narrower-than-write",
      "another SELECT policy shows it",
      doc,
      "update doc set gone = true where org_id is not null returning id",
      "1 rows",
    ],
    [
      "row-hidden-after-insert",
      "IN, and a trigger fills the members",
      "",
      "insert into club (title) values ('x')",
      "0 rows",
    ],
    [
      "row-hidden-after-insert",
      "IN, and a trigger fills the members",
      "",
      "insert into club (title) values ('x') returning id",
      "42501",
    ],
    ["row-hidden-after-insert", "a helper", "", "insert into club (title) values ('x') returning id", "42501"],
    [
      "row-hidden-after-insert",
      "the creator sees it as well",
      "",
      "insert into club (title) values ('x') returning id",
      "1 rows",
    ],
    [
      "write-without-select",
      "UPDATE",
      `insert into doc (org_id) values ('${ORG}');`,
      "update doc set id = 2 where org_id is not null returning 1",
      "0 rows",
    ],
    [
      "write-without-select",
      "one policy for all commands",
      `insert into doc (org_id) values ('${ORG}');`,
      "update doc set id = 2 where org_id is not null returning 1",
      "1 rows",
    ],
  ] as const)("%s, %s: %s%s", async (code, name, rows, statement, answer) => {
    await withFork(sqlOf(code, name) + rows, async (db) => {
      expect(await asMember(db, statement)).toBe(answer);
    });
  });

  test("auth.uid() raises for a subject that is no uuid", async () => {
    await withFork(
      `${sqlOf("subject-cast-to-uuid", "in one policy")} insert into todo values (1, 'user_2a');`,
      async (db) => {
        expect(await asMember(db, "select * from todo", "user_2a")).toBe("22P02");
      },
    );
    await withFork(
      `${sqlOf("subject-cast-to-uuid", "no auth.uid()")} insert into todo values (1, 'user_2a');`,
      async (db) => {
        expect(await asMember(db, "select * from todo", "user_2a")).toBe("1 rows");
      },
    );
  });
});
