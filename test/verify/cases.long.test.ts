import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { parseConfig } from "../../src/config.ts";
import { inspect } from "../../src/inspect/inspect.ts";
import { verifyScratch } from "../../src/pipeline/verify.ts";
import { silent } from "../../src/progress.ts";
import { openScratch } from "../../src/scratch/open.ts";
import type { Scratch } from "../../src/scratch/scratch.ts";
import type { Verification } from "../../src/verify/matrix/verification.ts";
import { readCases, type VerifyCase } from "../cases/verify/case-file.ts";
import { withFork } from "../support/fork.ts";
import { withoutNewRoles } from "../support/roles.ts";
import { sliced } from "../support/slice.ts";
import { startServer, type TestServer } from "../support/server.ts";

const cases = readCases();

let server: TestServer;
let native: Scratch;
let embedded: Scratch;
beforeAll(async () => {
  server = await startServer(15);
  native = await openScratch({ kind: "server", url: server.url, superuser: true });
  embedded = await openScratch({ kind: "embedded" });
});
afterAll(async () => {
  await native.close();
  await embedded.close();
  await server.stop();
});

const attacked = async (base: Scratch, planted: VerifyCase): Promise<Verification> =>
  withoutNewRoles(base.db, async () =>
    withFork(
      planted.sql,
      async (db) => {
        const config = Object.keys(planted.config).length === 0 ? null : parseConfig(planted.config, planted.id);
        return await verifyScratch(db, await inspect(db), config, () => {}, silent);
      },
      base,
    ),
  );

const causes = (found: Verification): string[] =>
  found.breaches.map(({ door, object }) => `${door} ${object.name}`).toSorted();

const wanted = (planted: VerifyCase): string[] =>
  planted.expected.map(({ door, object }) => `${door} ${object}`).toSorted();

test("there are at least forty planted defects, and every door is among them", () => {
  const defects = cases.filter(({ expected }) => expected.length > 0);
  expect(defects.length).toBeGreaterThanOrEqual(40);
  expect(new Set(defects.flatMap(({ expected }) => expected.map(({ door }) => door))).size).toBe(27);
});

describe("each planted defect is found, and nothing else", () => {
  test.each(sliced(cases).map((planted) => [planted.id, planted] as const))("%s", async (_, planted) => {
    const found = await attacked(native, planted);
    expect(causes(found)).toEqual(wanted(planted));
    // a statement of rlsmith itself that is wrong would end the run with 70
    expect(found.notSettled.filter(({ cause }) => cause.kind === "defect")).toEqual([]);
    // what is told can be pasted: every statement ends, and nothing of it stays
    for (const breach of found.breaches) {
      expect(breach.statements[0]).toBe("begin;");
      expect(breach.statements.at(-1)).toBe("rollback;");
    }
  });
});

// one of each kind of door: the statements are the same, the engine is not
const ON_BOTH = [
  "view-owner-rights",
  "function-delete-by-id",
  "partition-child-granted",
  "session-user",
  "clean-claims",
];

describe("the embedded engine finds the same", () => {
  const chosen = sliced(cases.filter(({ id }) => ON_BOTH.some((name) => id.startsWith(name))));
  test.each(chosen.map((planted) => [planted.id, planted] as const))("%s", async (_, planted) => {
    expect(causes(await attacked(embedded, planted))).toEqual(wanted(planted));
  });
});
