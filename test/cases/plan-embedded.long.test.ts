import { afterAll, beforeAll, test } from "vitest";
import { openScratch } from "../../src/scratch/open.ts";
import type { Scratch } from "../../src/scratch/scratch.ts";
import { sliced } from "../support/slice.ts";
import { cases, check } from "./plan-case.ts";

// The same cases on the embedded engine, where a fork takes five times as long as on a server.
let base: Scratch;
beforeAll(async () => {
  base = await openScratch({ kind: "embedded" });
});
afterAll(async () => base.close());

test.each(sliced(cases))("$id: $spec.title", async (each) => check(base, each, each.spec.both === true));
