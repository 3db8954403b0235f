import { afterAll, beforeAll, test } from "vitest";
import { openScratch } from "../../src/scratch/open.ts";
import type { Scratch } from "../../src/scratch/scratch.ts";
import { sliced } from "../support/slice.ts";
import { startServer, type TestServer } from "../support/server.ts";
import { cases, check } from "./plan-case.ts";

// Planned, proved and applied; plan-rehearsed.long.test.ts rehearses all of them.
let server: TestServer;
let base: Scratch;
beforeAll(async () => {
  server = await startServer(15);
  base = await openScratch({ kind: "server", url: server.url, superuser: true });
});
afterAll(async () => {
  await base.close();
  await server.stop();
});

test.each(sliced(cases))("$id: $spec.title", async (each) => check(base, each, each.spec.both === true));
