import { afterAll, beforeAll, expect, test } from "vitest";
import { verifyScratch } from "../../src/pipeline/verify.ts";
import { silent } from "../../src/progress.ts";
import type { Breach } from "../../src/verify/matrix/breach.ts";
import type { Cell } from "../../src/verify/matrix/cell.ts";
import type { Verification } from "../../src/verify/matrix/verification.ts";
import { migratedCasino, type Migrated } from "../support/casino.ts";
import { startServer, type TestServer } from "../support/server.ts";

interface Attacked {
  found: Verification;
  /** cells in which a variable of the map was set, by what set it */
  bySet: Cell[];
  byFunction: Cell[];
}

let server: TestServer;
let casino: Migrated;
let before: Attacked;
let after: Attacked;

async function attacked({ scratch, catalog }: Migrated["before"]): Promise<Attacked> {
  const bySet: Cell[] = [];
  const byFunction: Cell[] = [];
  const found = await verifyScratch(
    scratch.db,
    catalog,
    casino.config,
    (cell) => {
      if (cell.standing.startsWith("SET")) bySet.push(cell);
      if (cell.standing.startsWith("through")) byFunction.push(cell);
    },
    silent,
  );
  return { found, bySet, byFunction };
}

beforeAll(async () => {
  server = await startServer(15);
  casino = await migratedCasino({ kind: "server", url: server.url, superuser: true });
  before = await attacked(casino.before);
  after = await attacked(casino.after);
});
afterAll(async () => {
  await casino.close();
  await server.stop();
});

const through = ({ found }: Attacked, door: Breach["door"]): Breach[] =>
  found.breaches.filter((breach) => breach.door === door);

const breached = (cells: readonly Cell[]): Cell[] => cells.filter(({ judgement }) => judgement === "breach");

test("before the migration a set variable opens relations, through SET and through functions that set it from their arguments", () => {
  expect(through(before, "session-variable").length).toBeGreaterThan(0);
  expect(breached(before.bySet).length).toBeGreaterThan(0);
  expect(breached(before.byFunction).length).toBeGreaterThan(0);
});

test("after it no variable opens anything, however it is set", () => {
  // the cells are there: nothing has been left out to get here
  expect(after.bySet.length).toBeGreaterThan(1000);
  expect(after.byFunction.length).toBeGreaterThan(1000);
  expect(through(after, "session-variable")).toEqual([]);
  expect(breached(after.bySet)).toEqual([]);
  expect(breached(after.byFunction)).toEqual([]);
});

test("what reaches another tenant after it are functions that were open before: they run above row security and believe their arguments", () => {
  const left = after.found.breaches.filter(({ kind }) => kind === "tenancy");
  const definers = new Set(
    casino.after.catalog.functions.filter(({ securityDefiner }) => securityDefiner).map(({ name }) => name),
  );
  const plain = left.filter(({ object }) => !definers.has(object.name.replace(/^public\.|\(.*/g, "")));
  expect(plain).toEqual([]);
  const open = new Set(before.found.breaches.map(({ object }) => object.name));
  expect(left.filter(({ object }) => !open.has(object.name))).toEqual([]);
});
