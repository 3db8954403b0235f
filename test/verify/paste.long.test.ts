import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { parseConfig } from "../../src/config.ts";
import { inspect } from "../../src/inspect/inspect.ts";
import { verifyScratch } from "../../src/pipeline/verify.ts";
import { silent } from "../../src/progress.ts";
import { openScratch } from "../../src/scratch/open.ts";
import type { Scratch } from "../../src/scratch/scratch.ts";
import type { Breach } from "../../src/verify/matrix/breach.ts";
import { readCases } from "../cases/verify/case-file.ts";
import { withFork } from "../support/fork.ts";
import { withoutNewRoles } from "../support/roles.ts";
import { sliced } from "../support/slice.ts";
import { startServer, type TestServer } from "../support/server.ts";

const PSQL = "/usr/lib/postgresql/15/bin/psql";

let server: TestServer;
let native: Scratch;
beforeAll(async () => {
  server = await startServer(15);
  native = await openScratch({ kind: "server", url: server.url, superuser: true });
});
afterAll(async () => {
  await native.close();
  await server.stop();
});

/** What psql prints for each of the statements, pasted one after the other. */
function pasted(url: string, statements: readonly string[]): string[] {
  const script = statements.map((statement, n) => `\\echo @@${n}@@\n${statement}`).join("\n");
  const { stdout } = spawnSync("/bin/sh", ["-c", `exec "$0" -X -A -t -v VERBOSITY=verbose "$1" 2>&1`, PSQL, url], {
    input: `${script}\n`,
    encoding: "utf8",
  });
  return stdout.split(/^@@\d+@@$/m).slice(1);
}

/** What is wrong with what psql printed, by what the comment of the attack says; null: it is as the comment says. */
function fault({ statements }: Breach, printed: readonly string[]): string | null {
  const attack = statements.findIndex((one) => one.startsWith("-- seen: "));
  const other = statements.findIndex((one) => one.startsWith("-- the other half: "));
  const early = printed.findIndex((text, n) => n < attack && n !== other && /ERROR:/.test(text));
  if (early >= 0) return `before the attack: ${statements[early]}\n${printed[early]}`;
  const said = printed[attack] ?? "";
  const seen = /^-- seen: (.*)$/m.exec(statements[attack] ?? "")?.[1] ?? "";
  const evidence = /^("(?:[^"\\]|\\.)*"), which/.exec(seen)?.[1];
  const is = (): boolean => {
    if (evidence !== undefined) {
      const text = String(JSON.parse(evidence));
      // what a trigger copied is in a row of the own tenant, which a later statement reads
      const shown = printed.slice(attack).join("\n");
      // a document holds it as JSON does
      return shown.includes(text) || shown.includes(JSON.stringify(text).slice(1, -1));
    }
    if (seen.startsWith("error 23505")) return /ERROR: +23505/.test(said) && !/ERROR/.test(printed[other] ?? "");
    if (seen.startsWith("an error")) return /ERROR/.test(said) || /^\s*(?:\[\])?\s*$|0$/.test(said);
    if (seen.startsWith("another answer")) return said.trim() !== (printed[other] ?? "").trim();
    if (seen.startsWith("rows to which")) return /\[\[|\[\{/.test(said);
    if (seen.startsWith("keys of rows")) return /\[\[/.test(said);
    if (seen.startsWith("rows of every tenant")) return /LISTEN/.test(said);
    if (seen.startsWith("it succeeds")) return !/ERROR/.test(said);
    return (
      !/ERROR/.test(said) &&
      (/\b(?:INSERT 0|UPDATE|DELETE|MERGE) [1-9]/.test(said) || /^(?:DO|CALL)\b|\[\{/m.test(said))
    );
  };
  return is() ? null : `${statements.join("\n")}\nprinted: ${said}`;
}

const planted = readCases().filter(({ expected }) => expected.length > 0);

describe("what a breach tells can be pasted into psql, and shows what its comment says", () => {
  test.skipIf(!existsSync(PSQL)).each(sliced(planted).map((one) => [one.id, one] as const))("%s", async (_, one) => {
    const config = Object.keys(one.config).length === 0 ? null : parseConfig(one.config, one.id);
    // two databases, since the first has the invented rows in it; roles belong to the server
    const found = await withoutNewRoles(native.db, async () =>
      withFork(one.sql, async (db) => verifyScratch(db, await inspect(db), config, () => {}, silent), native),
    );
    const faults = await withoutNewRoles(native.db, async () =>
      withFork(
        one.sql,
        async (db) => {
          const [at] = await db.query<{ name: string }>("select current_database() as name");
          const url = new URL(server.url);
          url.pathname = `/${at?.name ?? ""}`;
          return found.breaches.flatMap((breach) => fault(breach, pasted(url.toString(), breach.statements)) ?? []);
        },
        native,
      ),
    );
    expect(faults).toEqual([]);
  });
});
