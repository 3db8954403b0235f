import { afterAll, beforeAll, expect, test } from "vitest";
import type { Db } from "../../src/db/port.ts";
import { openServer } from "../../src/db/server.ts";
import { nameKey, type NameKey } from "../../src/pg/name.ts";
import { printRowKeys, readRowKeys, rowKey, rowKeySql, rowKeysSql } from "../../src/pg/row-key.ts";
import { openSource } from "../../src/pipeline/source.ts";
import { verifySource } from "../../src/pipeline/verify.ts";
import { silent } from "../../src/progress.ts";
import { BOOTSTRAP } from "../../src/scratch/bootstrap.ts";
import type { Cell } from "../../src/verify/matrix/cell.ts";
import type { Verification } from "../../src/verify/matrix/verification.ts";
import { project } from "../support/cli.ts";
import { startServer, type TestServer } from "../support/server.ts";
import { A, B, KEYS, keyedTable, MEMBERS } from "./keys.ts";

// A dot in a schema, a relation whose name begins with the rest of it: as joined text both are the same.
const OPEN = { schema: "shop", name: "eu.parcel" };
const FENCED = { schema: "shop.eu", name: "parcel" };
const ordinary = { columns: [["id", "text"]], a: ["1"], b: ["2"] } satisfies (typeof KEYS)[string];

let server: TestServer;
let db: Db;
beforeAll(async () => {
  server = await startServer(15);
  db = await openServer(server.url);
  await db.exec(BOOTSTRAP);
  await db.exec(MEMBERS);
  for (const [name, keys] of Object.entries(KEYS)) {
    await db.exec(keyedTable("open", name, keys, true));
    await db.exec(keyedTable("fenced", name, keys, false));
  }
  await db.exec(keyedTable(OPEN.schema, OPEN.name, ordinary, true));
  await db.exec(keyedTable(FENCED.schema, FENCED.name, ordinary, false));
});
afterAll(async () => {
  await db.close();
  await server.stop();
});

async function attacked(writes: boolean): Promise<{ found: Verification; cells: Cell[] }> {
  const source = await openSource({
    projectDir: project({ "README.md": "" }),
    db: server.url,
    scratch: { kind: "embedded" },
    strict: false,
    progress: silent,
  });
  const cells: Cell[] = [];
  try {
    return { found: await verifySource(source, { writes }, (cell) => cells.push(cell), silent), cells };
  } finally {
    await source.close();
  }
}

const open = (): NameKey[] =>
  [...Object.keys(KEYS).map((name) => nameKey({ schema: "open", name })), nameKey(OPEN)].toSorted();
const openedBy = ({ breaches }: Verification): string[] => breaches.map(({ object }) => object.name).toSorted();

test("rows that are there: each open relation is a breach whatever its keys hold, and no fenced one is", async () => {
  const { found, cells } = await attacked(false);
  expect(openedBy(found)).toEqual(open());
  for (const relation of open()) {
    const read = cells.find(
      (cell) => cell.relation === relation && cell.attack === "read" && cell.personaClass === "member",
    );
    // one row of each tenant
    expect([relation, read?.outcome]).toEqual([relation, { kind: "allowed", own: 1, foreign: 1, evidence: null }]);
  }
  for (const name of Object.keys(KEYS)) {
    const relation = nameKey({ schema: "fenced", name });
    const read = cells.find(
      (cell) => cell.relation === relation && cell.attack === "read" && cell.personaClass === "member",
    );
    expect([name, read?.outcome]).toEqual([name, { kind: "allowed", own: 1, foreign: 0, evidence: null }]);
  }
});

test("rows of two invented tenants beside them: the same breaches", async () => {
  const { found } = await attacked(true);
  expect(openedBy(found)).toEqual(open());
  // both values of a boolean key are taken: no row can be put in beside them, and the two that are there are read
  const full = nameKey({ schema: "open", name: "booleans" });
  expect(found.withoutRows).not.toContain(full);
  expect(found.notes.find(({ code, about }) => code === "no-rows" && about === full)?.message).toContain("were read");
});

test.each(Object.entries(KEYS))(
  "%s: PostgreSQL's keys, and the same from the values",
  async (name, { columns, a, b }) => {
    const names = columns.map(([column]) => column);
    const sql = rowKeysSql(rowKeySql(names, "t"), `open."${name}" t where org_id in ('${A}', '${B}')`);
    const [row] = await db.query<{ keys: string }>(`select (${sql}) as keys`);
    const keys = readRowKeys(row?.keys ?? "");
    expect(keys).toHaveLength(2);
    expect(printRowKeys(keys)).toBe(row?.keys);
    // JavaScript has no timestamptz in the form that PostgreSQL prints
    const fromValues = columns.some(([, type]) => type === "timestamptz") ? keys : [rowKey(a), rowKey(b)];
    expect(new Set(keys)).toEqual(new Set(fromValues));
  },
);

test("NULL is no text", async () => {
  const sql = rowKeysSql(rowKeySql(["v"], "t"), "(values (null), ('null'), (''), ('NULL')) t(v)");
  const [row] = await db.query<{ keys: string }>(`select (${sql}) as keys`);
  const keys = readRowKeys(row?.keys ?? "");
  expect(new Set(keys)).toEqual(new Set([rowKey([null]), rowKey(["null"]), rowKey([""]), rowKey(["NULL"])]));
  expect(printRowKeys(keys)).toBe(row?.keys);
});
