import { afterAll, beforeAll, expect, test } from "vitest";
import { prove } from "../../src/prove/prove.ts";
import { confirm } from "../../src/prove/replay/confirm.ts";
import { openScratch } from "../../src/scratch/open.ts";
import type { Scratch } from "../../src/scratch/scratch.ts";
import { guardedBy } from "./tiny.ts";

let scratch: Scratch;
beforeAll(async () => {
  scratch = await openScratch({ kind: "embedded" });
});
afterAll(async () => scratch.close());

test("the text of an object is JSON: a cast of it raises nothing", async () => {
  // both ways lead to the same member, so a row whose title it is was allowed, and is not any more
  const before = guardedBy("auth.jwt() -> 'm' ->> 't' is not null and (auth.jwt() ->> 'm')::jsonb ->> 't' = title");
  const after = guardedBy("false");
  const [verdict] = await confirm(scratch.db, before, after, prove(before, after, { roles: ["reader"] }), []);
  expect(verdict?.witnesses.filter(({ change }) => change === "lost")).toMatchObject([
    { before: "allow", after: "deny" },
  ]);
  expect(verdict?.decision).toBe("tighter");
});

test("the text of an object reads as no uuid", async () => {
  const before = guardedBy("auth.jwt() -> 'm' ->> 't' is not null and (auth.jwt() ->> 'm')::uuid = id");
  const [verdict] = prove(before, guardedBy("false"));
  expect([verdict?.decision, verdict?.errors]).toEqual(["equivalent", ["error->deny"]]);
});

test("a document inside a text of the token", async () => {
  const before = guardedBy("(auth.jwt() ->> 'm')::jsonb ->> 't' = title");
  const after = guardedBy("false");
  const [verdict] = await confirm(scratch.db, before, after, prove(before, after, { roles: ["reader"] }), []);
  expect([verdict?.decision, verdict?.certainty]).toEqual(["tighter", { kind: "replayed" }]);
});
