// Weakens each policy of the migrated casino in turn, and shows that the emitted pgTAP file fails: `npm run
// mutants:emitted`; RLSMITH_SLICE=2/4 takes a part of them
import pg from "pg";
import pc from "picocolors";
import { explainSurvivor } from "../src/pipeline/verify-mutants.ts";
import { knownOf } from "../src/pipeline/known.ts";
import { renderMutants } from "../src/report/mutants.ts";
import { policyMutants } from "../src/verify/mutation/mutants.ts";
import type { MutantOutcome } from "../src/verify/mutation/mutation.ts";
import { mutationScore } from "../src/verify/mutation/mutation-score.ts";
import { migratedCasino } from "../test/support/casino.ts";
import { debianMissing, startDebianServer } from "../test/support/debian-server.ts";
import { emittedPgtap, piecesOf, runFile } from "../test/support/emitted.ts";
import { sliced, sliceTitle } from "../test/support/slice.ts";

const WANTED = 0.95;

const server = await startDebianServer();
if (!server) throw new Error(`not run: ${debianMissing}`);
try {
  const casino = await migratedCasino({ kind: "server", url: server.url("postgres"), superuser: true });
  try {
    const { scratch, catalog } = casino.after;
    const text = await emittedPgtap(scratch, catalog, casino.config, "casino");
    const pieces = piecesOf(text);
    const [row] = await scratch.db.query<{ name: string }>("select current_database() as name");
    if (!row) throw new Error("a database has a name");
    // otherwise each run of the file would create the extension again
    await server.exec(row.name, "create extension pgtap with schema extensions");
    const client = new pg.Client({ connectionString: server.url(row.name) });
    await client.connect();
    try {
      const whole = await runFile(client, pieces, "");
      if (whole.failed.length > 0) throw new Error(`the file fails before anything is made worse: ${whole.failed[0]}`);
      process.stderr.write(`${whole.passed} tests pass, ${(text.length / 1024).toFixed(0)} kB\n`);

      const mutants = sliced(policyMutants(catalog, knownOf(catalog, casino.config).context));
      const outcomes: MutantOutcome[] = [];
      for (const [n, mutant] of mutants.entries()) {
        if (n % 50 === 0) process.stderr.write(`${n} of ${mutants.length}\n`);
        const { schema, relation } = mutant.original;
        const name = `${schema}.${relation}`;
        const put = `${mutant.apply.join(";\n")};`;
        // one failing test of the relation fails the file: the others need not run then
        let { failed } = await runFile(client, pieces, put, new Set([name]));
        if (failed.length === 0) failed = (await runFile(client, pieces, put)).failed;
        const [first] = failed;
        outcomes.push(
          first === undefined
            ? { mutant, noticed: null, survivor: explainSurvivor(catalog, mutant) }
            : {
                mutant,
                noticed: { persona: "", relation: name, attack: first, before: "ok", after: "not ok" },
                survivor: null,
              },
        );
      }
      const score = mutationScore(outcomes);
      process.stdout.write(`mutants of the casino, against its emitted file: ${sliceTitle()}\n`);
      process.stdout.write(renderMutants(score, pc));
      if (score.killed < WANTED) process.exitCode = 1;
    } finally {
      await client.end();
    }
  } finally {
    await casino.close();
  }
} finally {
  server.stop();
}
