import { afterAll, beforeAll, expect, test } from "vitest";
import { openScratch } from "../../src/scratch/open.ts";
import type { Scratch } from "../../src/scratch/scratch.ts";
import { readBypassRoles } from "../../src/verify/environment/index.ts";

// roles belong to a whole cluster, so this file has one of its own: the embedded PostgreSQL 18, which has SET options
let scratch: Scratch;
beforeAll(async () => {
  scratch = await openScratch({ kind: "embedded" });
  await scratch.db.exec(`
    create role till nologin; create role clerk nologin; create role auditor nologin bypassrls;
    create role boss nologin superuser; create role closed nologin bypassrls; create role app nologin;
    create role sweeper nologin bypassrls;
    grant auditor to clerk; grant clerk to till;
    grant boss to clerk with set false;
    grant closed to app with set false, inherit true;
    grant till to sweeper;
  `);
});
afterAll(async () => scratch.close());

test("through other roles, shortest way first", async () => {
  expect(await readBypassRoles(scratch.db, ["till", "clerk"])).toEqual([
    { from: "clerk", role: "auditor", attribute: "BYPASSRLS", path: ["auditor"] },
    { from: "till", role: "auditor", attribute: "BYPASSRLS", path: ["clerk", "auditor"] },
  ]);
});

test("a membership without SET leads nowhere, nor does the other direction", async () => {
  expect(await readBypassRoles(scratch.db, ["app", "auditor"])).toEqual([]);
});

test("PostgreSQL agrees: pg_has_role with SET, of each pair", async () => {
  const rows = await scratch.db.query<{ from: string; role: string }>(
    `select s.rolname as "from", g.rolname as role from pg_roles s, pg_roles g
     where s.rolname in ('till', 'clerk', 'app') and (g.rolsuper or g.rolbypassrls)
       and pg_has_role(s.oid, g.oid, 'SET')
     order by 1, 2`,
  );
  const found = await readBypassRoles(scratch.db, ["till", "clerk", "app"]);
  expect(found.map(({ from, role }) => ({ from, role }))).toEqual(rows);
});
