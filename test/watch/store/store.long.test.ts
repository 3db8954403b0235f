import { mkdtempSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Db } from "../../../src/db/port.ts";
import { openEmbedded } from "../../../src/db/pglite.ts";
import { fileStore } from "../../../src/watch/store/file-store.ts";
import type { Sample } from "../../../src/watch/sample.ts";
import { BATCH, BEGIN, type SampleStore } from "../../../src/watch/store/store.ts";
import { targetStore } from "../../../src/watch/store/target-store.ts";
import { gateOf } from "../../../src/watch/gate.ts";
import { sampleOf, watchedOf } from "../criteria/watched.ts";

let db: Db;
beforeAll(async () => {
  db = await openEmbedded();
});
afterAll(async () => db.close());

let folders = 0;
const folder = (): string => join(mkdtempSync(join(tmpdir(), "rlsmith-store-")), String(folders++));

const STORES: [string, (name: string) => SampleStore][] = [
  ["files", () => fileStore(folder())],
  ["target", (name) => targetStore(db, { target: name, planHash: "0".repeat(64) })],
];

const all = async (store: SampleStore): Promise<Sample[]> => (await store.read(BEGIN)).samples;

describe.each(STORES)("samples in %s", (_, open) => {
  test("are read in the order in which they were kept, and only the newest has its cursors", async () => {
    const store = open("order");
    expect([await all(store), await store.newest()]).toEqual([[], null]);
    expect(await store.append(sampleOf(1), { log: { at: 1 } })).toBe(true);
    expect(await store.append(sampleOf(2), { log: { at: 2 } })).toBe(true);
    expect((await all(store)).map(({ number }) => number)).toEqual([1, 2]);
    expect(await store.newest()).toEqual({ sample: sampleOf(2), cursors: { log: { at: 2 } } });
  });

  test("are read on from where a reader was, in parts", async () => {
    const store = open("parts");
    const count = BATCH + 3;
    for (let number = 1; number <= count; number += 1) await store.append(sampleOf(number), {});
    const first = await store.read(BEGIN);
    expect([first.samples.length, first.position.number]).toEqual([BATCH, BATCH]);
    const second = await store.read(first.position);
    expect(second.samples.map(({ number }) => number)).toEqual([BATCH + 1, BATCH + 2, BATCH + 3]);
    expect(await store.read(second.position)).toEqual({ samples: [], position: second.position });
  });

  test("of an earlier rlsmith are read, and what it did not keep is unknown", async () => {
    const store = open("earlier");
    const statement = { queryId: "7", role: "member", command: "SELECT", relations: [], rowsAreReal: true };
    const earlier = sampleOf(1, {
      readings: [
        { source: "statements", lacks: [], statements: [statement] },
        { source: "isolation", lacks: [], statements: 9, breaches: [], unsettled: 0 },
        { source: "requests", lacks: [], hours: [] },
      ] as unknown as Sample["readings"],
    });
    Object.assign(earlier.server, { bypassing: undefined });
    await store.append(earlier, {});
    await store.append(sampleOf(2), {});
    const [first] = await all(store);
    expect(first).toMatchObject({
      server: { bypassing: [] },
      readings: [
        { source: "statements", owners: null, statements: [{ ...statement, touched: [] }] },
        { source: "isolation", held: 0 },
        { source: "requests", ages: false },
      ],
    });
    // the chain of hashes covers what was kept
    expect((await all(store)).length).toBe(2);
    const { judgements } = gateOf({ target: "staging", planHash: "" }, watchedOf(await all(store)), {});
    expect(judgements.filter(({ state }) => state === "passed").map(({ criterion }) => criterion)).toEqual([]);
  });

  test("a reader notices that what it has read is not there any more", async () => {
    const store = open("replaced");
    await store.append(sampleOf(1), {});
    const { position } = await store.read(BEGIN);
    for (const [other, at] of [
      [open("empty"), position],
      [store, { ...position, hash: "0".repeat(64) }],
    ] as const)
      await expect(other.read(at)).rejects.toMatchObject({ code: "SAMPLES_NOT_TRUSTED" });
  });

  test("of two watchers one is first, and what the other has counted is not kept", async () => {
    const store = open("two");
    await store.append(sampleOf(1), { log: "first" });
    const kept = [
      await store.append(sampleOf(2, { run: "a" }), { log: "a" }),
      await store.append(sampleOf(2, { run: "b" }), { log: "b" }),
    ];
    expect(kept).toEqual([true, false]);
    expect(await store.newest()).toEqual({ sample: sampleOf(2, { run: "a" }), cursors: { log: "a" } });
    expect(await store.append(sampleOf(2), {})).toBe(false);
  });
});

test("a file that was changed is noticed, and one that is gone", async () => {
  const place = folder();
  const store = fileStore(place);
  for (const number of [1, 2, 3]) await store.append(sampleOf(number), {});
  const files = readdirSync(place).toSorted();
  expect(files).toEqual(["00000001.json", "00000002.json", "00000003.json"]);
  const [, second = ""] = files;
  const text = readFileSync(join(place, second), "utf8");
  writeFileSync(join(place, second), text.replace("staging", "stagimg"));
  await expect(all(store)).rejects.toMatchObject({ code: "SAMPLES_NOT_TRUSTED" });
  writeFileSync(join(place, second), text);
  expect(await all(store)).toHaveLength(3);
});

test("a table of that name that another has made is refused, and a row that was changed", async () => {
  const store = targetStore(db, { target: "changed", planHash: "0".repeat(64) });
  await store.append(sampleOf(1), {});
  await db.exec(
    "update rlsmith.samples set sample = replace(sample::text, 'after', 'befor')::json where target = 'changed'",
  );
  await expect(all(store)).rejects.toMatchObject({ code: "SAMPLES_NOT_TRUSTED" });
  await db.exec(
    "delete from rlsmith.samples where target = 'changed'; create role writer; grant insert on rlsmith.samples to writer",
  );
  await expect(store.newest()).rejects.toMatchObject({
    code: "SAMPLES_NOT_TRUSTED",
    list: ["writer may write to it, and is not its owner"],
  });
  await db.exec("revoke insert on rlsmith.samples from writer");
  expect(await all(store)).toEqual([]);
});
