import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openServer, type ServerDb } from "../../../src/db/server.ts";
import type { CriterionState } from "../../../src/watch/criteria/criterion.ts";
import { seenOf } from "../../../src/watch/criteria/watched.ts";
import { gateOf } from "../../../src/watch/gate.ts";
import { tellingsOf, type Telling, type Told } from "../../../src/watch/notice.ts";
import { fileNotices } from "../../../src/watch/store/file-notices.ts";
import type { NoticeStore } from "../../../src/watch/store/notice-store.ts";
import { targetNotices } from "../../../src/watch/store/target-notices.ts";
import { startServer, type TestServer } from "../../support/server.ts";
import { watchedOf } from "../criteria/watched.ts";

let server: TestServer;
const connections: ServerDb[] = [];
beforeAll(async () => {
  server = await startServer(15);
  for (let n = 0; n < 2; n += 1) connections.push(await openServer(server.url));
});
afterAll(async () => {
  for (const one of connections) await one.close();
  await server?.stop();
});

const on = { target: "staging", planHash: "0".repeat(64) };

/** A gate whose criteria are all passed, but for those that are named. */
const gateWith = (states: Partial<Record<string, CriterionState>>) => {
  const gate = gateOf(on, { ...watchedOf([]), seen: seenOf([]) }, {});
  return {
    ...gate,
    judgements: gate.judgements.map((one) => ({ ...one, state: states[one.criterion] ?? ("passed" as const) })),
  };
};

const telling =
  (number: number, states: Partial<Record<string, CriterionState>>) =>
  (told: Told): Telling[] =>
    tellingsOf(gateWith(states), { number, at: "2026-01-01T00:00:00.000Z" }, told);

/** Two watchers of one target each. */
const STORES: [string, (name: string) => [NoticeStore, NoticeStore]][] = [
  [
    "files",
    () => {
      const folder = join(mkdtempSync(join(tmpdir(), "rlsmith-notices-")), "notices");
      return [fileNotices(folder), fileNotices(folder)];
    },
  ],
  [
    "target",
    (name) => {
      const [one, two] = connections.map((db) => targetNotices(db, { ...on, target: name }));
      if (!one || !two) throw new Error("two connections are open");
      return [one, two];
    },
  ],
];

describe.each(STORES)("messages in %s", (_, open) => {
  const ids = async (store: NoticeStore): Promise<string[]> => {
    const sent: string[] = [];
    await store.deliver(async ({ id }) => void sent.push(id));
    return sent;
  };
  const id = (number: number, rest: string): string => `staging/000000000000/${number}/${rest}`;

  test("at first failures alone, then one for each state that has changed", async () => {
    const [store] = open("changes");
    await store.add(1, telling(1, { denials: "failed" }));
    expect(await ids(store)).toEqual([id(1, "denials/failed")]);
    await store.add(2, telling(2, { denials: "failed" }));
    expect(await ids(store)).toEqual([]);
    await store.add(3, telling(3, { speed: "not enough yet", claims: "failed" }));
    expect(await ids(store)).toEqual([id(3, "claims/failed"), id(3, "denials/passed"), id(3, "speed/not-enough-yet")]);
    expect(await ids(store)).toEqual([]);
  });

  test("a message that was not accepted is sent again with its id, before later ones", async () => {
    const [store] = open("again");
    await store.add(1, telling(1, { denials: "failed", speed: "failed" }));
    const tried: string[] = [];
    const refuse = async ({ id: one }: { id: string }): Promise<void> => {
      tried.push(one);
      throw new Error("503");
    };
    await expect(store.deliver(refuse)).rejects.toThrow("503");
    expect(tried).toEqual([id(1, "denials/failed")]);
    await store.add(2, telling(2, { speed: "failed" }));
    expect(await ids(store)).toEqual([id(1, "denials/failed"), id(1, "speed/failed"), id(2, "denials/passed")]);
  });

  test("of two watchers one sends, also where both are at it, and one that is late tells nothing old", async () => {
    const [one, two] = open("both");
    await one.add(5, telling(5, { denials: "failed" }));
    await two.add(4, telling(4, {}));
    await two.add(5, telling(5, {}));
    const sent: string[] = [];
    let inside: Promise<number> | null = null;
    await one.deliver(async (notice) => {
      // the other one comes while this one is sending
      inside = two.deliver(async ({ id: late }) => void sent.push(late));
      await inside;
      sent.push(notice.id);
    });
    expect([await inside, sent]).toEqual([0, [id(5, "denials/failed")]]);
    expect(await ids(two)).toEqual([]);
  });
});
