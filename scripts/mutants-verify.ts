// Weakens each policy of the migrated casino in turn, and shows that the matrix notices: `npm run mutants:verify`;
// RLSMITH_SLICE=2/4 takes a part of them
import pc from "picocolors";
import { mutantsOnScratch } from "../src/pipeline/verify-mutants.ts";
import { silent } from "../src/progress.ts";
import { renderMutants } from "../src/report/mutants.ts";
import { mutationScore } from "../src/verify/mutation/mutation-score.ts";
import { migratedCasino } from "../test/support/casino.ts";
import { startServer } from "../test/support/server.ts";
import { sliced, sliceTitle } from "../test/support/slice.ts";

const WANTED = 0.99;

const server = await startServer(15);
try {
  const casino = await migratedCasino({ kind: "server", url: server.url, superuser: true });
  try {
    const { scratch, catalog } = casino.after;
    const score = mutationScore(await mutantsOnScratch(scratch.db, catalog, casino.config, silent, sliced));
    process.stdout.write(`mutants of the casino: ${sliceTitle()}\n`);
    process.stdout.write(renderMutants(score, pc));
    if (score.killed < WANTED) process.exitCode = 1;
  } finally {
    await casino.close();
  }
} finally {
  await server.stop();
}
