// Makes each policy of the migrated casino worse in turn, and shows that the matrix notices: `npm run mutants:verify`
import pc from "picocolors";
import { mutantsOnScratch } from "../src/pipeline/verify-mutants.ts";
import { silent } from "../src/progress.ts";
import { renderMutants } from "../src/report/mutants.ts";
import { mutationScore } from "../src/verify/mutation-score.ts";
import { migratedCasino } from "../test/support/casino.ts";
import { startServer } from "../test/support/server.ts";

const WANTED = 0.99;

const server = await startServer(15);
try {
  const casino = await migratedCasino({ kind: "server", url: server.url });
  try {
    const { scratch, catalog } = casino.after;
    const outcomes0 = await mutantsOnScratch(scratch.db, catalog, casino.config, silent);
    const score = mutationScore(outcomes0);
    (await import("node:fs")).writeFileSync(
      "/tmp/vn.json",
      (await import("../src/report/mutants.ts")).mutantsJson(outcomes0, score),
    );
    process.stdout.write(renderMutants(score, pc));
    if (score.killed < WANTED) process.exitCode = 1;
  } finally {
    await casino.close();
  }
} finally {
  await server.stop();
}
