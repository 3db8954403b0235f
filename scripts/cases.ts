// Runs case files through the prover: `npm run cases -- FILE…`
import { openScratch } from "../src/scratch/open.ts";
import { readCases } from "../test/cases/prove/case-file.ts";
import { agrees, describeVerdict, runCase } from "../test/cases/prove/run-case.ts";

const files = process.argv.slice(2);
if (files.length === 0) {
  process.stderr.write("name at least one file in the format of test/cases/prove/equivalence.json\n");
  process.exit(2);
}
const scratch = await openScratch({ kind: "embedded" });
let passed = 0;
let failed = 0;
for (const given of files.flatMap((file) => readCases(file))) {
  const verdict = await runCase(scratch.db, given);
  const right = agrees(given, verdict);
  if (right) passed += 1;
  else failed += 1;
  const expected = describeVerdict(given.expected);
  process.stdout.write(
    `${right ? "ok  " : "FAIL"}  ${given.id.padEnd(40)} expected ${expected.padEnd(34)} got ${describeVerdict(verdict)}\n`,
  );
  if (!right)
    for (const reason of verdict.reasons)
      process.stdout.write(`        ${reason.message}: ${reason.expression ?? ""}\n`);
}
await scratch.close();
process.stdout.write(`${passed} passed, ${failed} failed\n`);
process.exit(failed === 0 ? 0 : 1);
