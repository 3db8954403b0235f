import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Db } from "../../src/db/port.ts";
import { inspect } from "../../src/inspect/inspect.ts";
import { compareObjects } from "../../src/prove/objects/index.ts";
import { openScratch } from "../../src/scratch/open.ts";
import type { Scratch } from "../../src/scratch/scratch.ts";
import { withFork } from "../support/fork.ts";
import { sliced } from "../support/slice.ts";
import { startServer, type TestServer } from "../support/server.ts";
import { ATTRIBUTE_CASES, ROLE_ATTRIBUTE_CASES } from "./object-attribute-cases.ts";
import { EDGE_CASES } from "./object-edge-cases.ts";
import { HIDDEN_CASES } from "./object-hidden-cases.ts";
import { VALUE_CASES } from "./object-value-cases.ts";
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
async function rows(db: Db, { sql, role = "web", first = "" }: NonNullable<ObjectCase["reach"]>): Promise<number> {
  await db.exec("begin");
  try {
    await db.query("select set_config('request.jwt.claims', $1, true)", [JSON.stringify({ org: A })]);
    await db.exec(`set local role ${role}; ${first}`);
    const [row] = await db.query<{ count: number }>(`select count(*)::int as count from (${sql}) as q`);
    return row?.count ?? 0;
  } catch {
    return 0;
  } finally {
    await db.exec("rollback");
  }
}

/** What PostgreSQL shows before and after, and what is told: in words, and the effects alone. */
async function tell(given: ObjectCase): Promise<{ seen: (number | undefined)[]; shown: string[]; itself: unknown[] }> {
  return withFork(
    `${BASE} ${given.base ?? ""}`,
    async (db) => {
      const before = await inspect(db);
      const first = given.reach && (await rows(db, given.reach));
      await db.exec(given.change);
      const after = await inspect(db);
      const second = given.reach && (await rows(db, given.reach));
      if (given.last !== undefined) await db.exec(given.last);
      const weighty = compareObjects(before, after).filter(({ effect }) => effect !== "changes");
      return {
        seen: [first, second],
        shown: weighty.map(({ effect, kind, name }) => `${effect} ${kind} ${name}`),
        itself: compareObjects(after, after),
      };
    },
    base,
  );
}

const shownByPostgres = ({ reach }: ObjectCase): unknown => reach?.rows ?? [undefined, undefined];

describe("a change of an object opens, closes, or cannot be told", () => {
  for (const given of sliced(OBJECT_CASES))
    test(`${given.title}`, async () => {
      const { seen, shown, itself } = await tell(given);
      expect(seen, "what PostgreSQL shows").toEqual(shownByPostgres(given));
      expect([shown, itself]).toEqual([given.expected, []]);
    });
});

describe("a change that opens two steps away, and those next to it", () => {
  for (const given of sliced(EDGE_CASES))
    test(`${given.title}`, async () => {
      const { seen, shown, itself } = await tell(given);
      expect(seen, "what PostgreSQL shows").toEqual(shownByPostgres(given));
      expect([shown.toSorted(), itself]).toEqual([given.expected.toSorted(), []]);
    });
});

describe("a change of what values come to be or mean", () => {
  for (const given of sliced(VALUE_CASES))
    test(`${given.title}`, async () => {
      const { seen, shown, itself } = await tell(given);
      expect(seen, "what PostgreSQL shows").toEqual(shownByPostgres(given));
      expect([shown.toSorted(), itself]).toEqual([given.expected.toSorted(), []]);
    });
});

describe("a change of an attribute, or of what a name stands for", () => {
  for (const given of [...sliced(ATTRIBUTE_CASES), ...ROLE_ATTRIBUTE_CASES])
    test(`${given.title}`, async () => {
      const { seen, shown, itself } = await tell(given);
      expect(seen, "what PostgreSQL shows").toEqual(shownByPostgres(given));
      expect([shown.toSorted(), itself]).toEqual([given.expected.toSorted(), []]);
    });
});

describe("a change of what hides something without a policy", () => {
  for (const given of sliced(HIDDEN_CASES))
    test(`${given.title}`, async () => {
      const { seen, shown, itself } = await tell(given);
      expect(seen, "what PostgreSQL shows").toEqual(shownByPostgres(given));
      expect([shown.toSorted(), itself]).toEqual([given.expected.toSorted(), []]);
    });
});

describe("a change of a role; what it reaches by a membership is told of each object too, and in no other way", () => {
  for (const given of ROLE_CASES)
    test(`${given.title}`, async () => {
      const { seen, shown, itself } = await tell(given);
      expect(seen, "what PostgreSQL shows").toEqual(shownByPostgres(given));
      expect(shown).toEqual(expect.arrayContaining(given.expected));
      const effects = new Set(shown.map((line) => line.split(" ")[0]));
      expect([[...effects], itself]).toEqual([given.expected.map((line) => line.split(" ")[0]), []]);
    });
});
