import pg from "pg";
import type { Config } from "../../src/config.ts";
import type { Db } from "../../src/db/port.ts";
import type { Catalog } from "../../src/pg/catalog.ts";
import { knownOf } from "../../src/pipeline/known.ts";
import type { Scratch } from "../../src/scratch/scratch.ts";
import { silent } from "../../src/progress.ts";
import { isolationTests } from "../../src/verify/emit/build.ts";
import { collectExamples } from "../../src/verify/emit/examples.ts";
import type { IsolationTests } from "../../src/verify/emit/isolation-tests.ts";
import { pgtap } from "../../src/verify/emit/pgtap.ts";
import { viewDefinitions } from "../../src/verify/environment/index.ts";
import { scratchEnvironment } from "../../src/verify/environment/scratch-environment.ts";
import { withFork } from "./fork.ts";
import { verify } from "../../src/verify/verify.ts";

/** The tests that `rlsmith verify --emit` writes for a database, in which rows are inserted. */
export const emittedTests = async (db: Db, catalog: Catalog, config: Config, title: string): Promise<IsolationTests> =>
  (await emittedWithBreaches(db, catalog, config, title)).tests;

/** The same, with the breaches that it has tests of: the titles of those tests in pgTAP, by door and object. */
export async function emittedWithBreaches(
  db: Db,
  catalog: Catalog,
  config: Config,
  title: string,
): Promise<{ tests: IsolationTests; breaches: Map<string, string[]> }> {
  const environment = await scratchEnvironment(db, knownOf(catalog, config, await viewDefinitions(db)));
  const examples = collectExamples();
  await verify(environment, {
    config: config.verify,
    liveRole: config.rules.liveRole !== undefined,
    onCell: () => {},
    onExample: examples.add,
    progress: silent,
    otherClient: null,
  });
  const breaches = new Map<string, string[]>();
  for (const { cause, actor, attempt } of examples.all()) {
    const name = `${cause.door} ${cause.object.name}`;
    const test = `${actor.name}: ${attempt.attack}, ${attempt.relation}`.replaceAll(/[\\#]/g, "\\$&");
    breaches.set(name, [...(breaches.get(name) ?? []), test]);
  }
  return { tests: await isolationTests(environment, title, config.verify, examples.all()), breaches };
}

/**
 * The text that `rlsmith verify --emit pgtap` writes for a scratch database without a breach, which stays as it is. The
 * attack itself, which takes minutes on the casino, is left out.
 */
export async function emittedPgtap(scratch: Scratch, catalog: Catalog, config: Config, title: string): Promise<string> {
  return withFork(
    "",
    async (db) =>
      pgtap(
        await isolationTests(
          await scratchEnvironment(db, knownOf(catalog, config, await viewDefinitions(db))),
          title,
          config.verify,
          [],
        ),
      ),
    scratch,
  );
}

/** An emitted file in pieces: the part that every relation needs, and the tests of each relation. */
export interface EmittedPieces {
  head: string;
  sections: Map<string, string>;
  end: string;
}

/** Cut an emitted file before the heading of each relation. */
export function piecesOf(text: string): EmittedPieces {
  const [head = "", ...rest] = text.split(/\n\n(?=-- [^\n]+\nselect pg_temp\.rlsmith_check\()/);
  const sections = rest.map((section): [string, string] => [/^-- (\S+)/.exec(section)?.[1] ?? "", section]);
  const last = sections.at(-1);
  const end = "select * from finish();\nrollback;";
  if (last) last[1] = last[1].replace(end, "");
  return { head, sections: new Map(sections), end };
}

export interface FileRun {
  passed: number;
  /** titles of the tests that failed, or the error that ended the file */
  failed: string[];
}

/**
 * Run statements inside the file's transaction, then the file, with all or some of its relations. All of it is rolled
 * back. An error in a statement counts as a failed test, since pg_prove's run would fail.
 */
export async function runFile(
  client: pg.Client,
  { head, sections, end }: EmittedPieces,
  first: string,
  relations?: ReadonlySet<string>,
): Promise<FileRun> {
  const chosen = [...sections].filter(([relation]) => relations?.has(relation) ?? true).map(([, section]) => section);
  const text = [head.replace(/^begin;$/m, () => `begin;\n${first}`), ...chosen, end].join("\n\n");
  try {
    const results = (await client.query({ text, rowMode: "array" })) as unknown as pg.QueryArrayResult<unknown[]>[];
    const lines = results.flatMap(({ rows }) => rows.flat()).filter((value) => typeof value === "string");
    return {
      passed: lines.filter((line) => /^ok \d+/.test(line)).length,
      failed: lines.filter((line) => /^not ok \d+/.test(line)).map((line) => line.split("\n", 1)[0] ?? ""),
    };
  } catch (error) {
    if (!(error instanceof pg.DatabaseError)) throw error;
    await client.query("rollback");
    return { passed: 0, failed: [`error ${error.code}: ${error.message}`] };
  }
}
