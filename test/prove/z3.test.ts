import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { prove } from "../../src/prove/prove.ts";
import type { Smt2Query } from "../../src/prove/smt2/smt2.ts";
import { readCases } from "../cases/prove/case-file.ts";
import { compare, randomQueries, seeds, startZ3, stopZ3 } from "./z3.ts";

beforeAll(startZ3);
afterAll(stopZ3);

test("300 random queries (z3.long.test.ts has 900 more)", async () => {
  const tally = await compare(randomQueries(seeds(1, 300)));
  console.log(tally.asked, "random queries:", tally.yes, "yes,", tally.no, "no,", tally.undecided, "undecided");
  expect(tally.disagreements.slice(0, 1)).toEqual([]);
  expect(tally.undecided).toBeLessThan(0.02 * tally.asked);
  expect(Math.min(tally.yes, tally.no)).toBeGreaterThan(0.25 * tally.asked);
});

/** Every question that the prover asks about the shared cases. */
function* caseQueries(): Generator<Smt2Query> {
  for (const name of ["equivalence", "own-subqueries"])
    for (const given of readCases(join(import.meta.dirname, `../cases/prove/${name}.json`))) {
      const found: Smt2Query[] = [];
      prove(given.before, given.after, {
        relations: new Set([given.relation]),
        roles: [given.role],
        assumptions: [{ name: "assumed", conditions: given.assumption }],
        onQuery: (query) => {
          if (query.component === given.component)
            found.push({ ...query, title: [`case ${given.id}`, query.change ?? "possible"] });
        },
      });
      yield* found;
    }
}

test("every query of the shared cases and of those with sub-queries", async () => {
  const tally = await compare(caseQueries());
  console.log(tally.asked, "queries of cases:", tally.yes, "yes,", tally.no, "no,", tally.undecided, "undecided");
  expect(tally.disagreements.slice(0, 1)).toEqual([]);
  expect(tally.undecided).toBeLessThan(0.02 * tally.asked);
});
