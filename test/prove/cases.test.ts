import { readdirSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openScratch } from "../../src/scratch/open.ts";
import type { Scratch } from "../../src/scratch/scratch.ts";
import { readCases } from "../cases/prove/case-file.ts";
import { agrees, describeVerdict, runCase } from "../cases/prove/run-case.ts";

/** Expected verdicts were confirmed on PostgreSQL 15: `npx jiti test/cases/prove/confirm.ts FILE…`. */
const DIR = join(import.meta.dirname, "../cases/prove");

let scratch: Scratch;
beforeAll(async () => {
  scratch = await openScratch({ kind: "embedded" });
});
afterAll(async () => scratch.close());

for (const file of readdirSync(DIR).filter((name) => name.endsWith(".json")))
  describe(`${file}`, () => {
    for (const given of readCases(join(DIR, file)))
      test(`${given.id}: ${given.title}`, async () => {
        const verdict = await runCase(scratch.db, given);
        const why = verdict.reasons.map(({ message, expression }) => `${message}: ${expression ?? ""}`).join("; ");
        expect(agrees(given, verdict) ? describeVerdict(given.expected) : `${describeVerdict(verdict)} ${why}`).toBe(
          describeVerdict(given.expected),
        );
      });
  });
