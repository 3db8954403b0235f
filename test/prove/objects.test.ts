import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Db } from "../../src/db/port.ts";
import { inspect } from "../../src/inspect/inspect.ts";
import { compareObjects } from "../../src/prove/objects/index.ts";
import { openScratch } from "../../src/scratch/open.ts";
import type { Scratch } from "../../src/scratch/scratch.ts";
import { withFork } from "../support/fork.ts";
import { startServer, type TestServer } from "../support/server.ts";
import { A, BASE, OBJECT_CASES, ROLE_CASES, ROLES, type ObjectCase } from "./objects-cases.ts";

// a server of its own: cases create roles
let server: TestServer;
let base: Scratch;

beforeAll(async () => {
  server = await startServer(18);
  base = await openScratch({ kind: "server", url: server.url, superuser: true });
  await base.db.exec(ROLES);
}, 60_000);

afterAll(async () => {
  await base.close();
  await server.stop();
});

/** The rows that the statement gives to the role, as a member of organisation A; none where it raises an error. */
async function rows(db: Db, { sql, role = "web" }: NonNullable<ObjectCase["reach"]>): Promise<number> {
  await db.exec("begin");
  try {
    await db.query("select set_config('request.jwt.claims', $1, true)", [JSON.stringify({ org: A })]);
    await db.exec(`set local role ${role}`);
    const [row] = await db.query<{ count: number }>(`select count(*)::int as count from (${sql}) as q`);
    return row?.count ?? 0;
  } catch {
    return 0;
  } finally {
    await db.exec("rollback");
  }
}

async function check(given: ObjectCase): Promise<void> {
  await withFork(
    `${BASE} ${given.base ?? ""}`,
    async (db) => {
      const before = await inspect(db);
      const first = given.reach ? await rows(db, given.reach) : 0;
      await db.exec(given.change);
      const after = await inspect(db);
      if (given.reach) expect([first, await rows(db, given.reach)], "what PostgreSQL shows").toEqual(given.reach.rows);
      const told = compareObjects(before, after);
      const weighty = told.filter(({ effect }) => effect !== "changes");
      const shown = weighty.map(({ effect, kind, name }) => `${effect} ${kind} ${name}`);
      // what a role reaches by a membership is told of each object too, and in no other way
      if (ROLE_CASES.includes(given)) {
        expect(shown).toEqual(expect.arrayContaining(given.expected));
        expect(weighty.every(({ effect }) => given.expected[0]?.startsWith(effect))).toBe(true);
      } else expect(shown).toEqual(given.expected);
      expect(compareObjects(after, after)).toEqual([]);
    },
    base,
  );
}

describe("a change of an object opens, closes, or cannot be told", () => {
  for (const given of [...OBJECT_CASES, ...ROLE_CASES]) test(given.title, async () => check(given));
});
