/**
 * `npm run bench:verify`: the cells that the matrix runs in a second on both engines, beside the rate of a bare loop of
 * the same statements on the same server, and the growth of memory with their number. Prints a table, writes
 * bench/results/verify.json.
 */
import { mkdirSync, writeFileSync } from "node:fs";
import type { Db } from "../src/db/port.ts";
import { inspect } from "../src/inspect/inspect.ts";
import { openSource } from "../src/pipeline/source.ts";
import { verifyScratch } from "../src/pipeline/verify.ts";
import { silent } from "../src/progress.ts";
import { openScratch } from "../src/scratch/open.ts";
import type { ScratchTarget } from "../src/scratch/scratch.ts";
import { startServer } from "../test/support/server.ts";

interface Row {
  project: string;
  engine: string;
  relations: number;
  personas: number;
  cells: number;
  seconds: number;
  cellsPerSecond: number;
  /** the same texts sent again in the same order, without anything around them */
  barePerSecond: number;
  /** of the two rates; at least 0.6 */
  ratio: number;
  /** of the heap while it ran */
  peakMb: number;
}

/** `relations` tables of two tenants, with one policy for each command. */
const generated = (relations: number): string =>
  Array.from({ length: relations }, (_, n) => {
    const table = `public.t${n}`;
    const own = `org_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'org_id')::uuid)`;
    return `create table ${table} (id uuid primary key default gen_random_uuid(), org_id uuid not null, name text not null);
alter table ${table} enable row level security;
create policy s on ${table} for select to authenticated using (${own});
create policy i on ${table} for insert to authenticated with check (${own});
create policy u on ${table} for update to authenticated using (${own}) with check (${own});
create policy d on ${table} for delete to authenticated using (${own});`;
  }).join("\n");

/** A connection that keeps the texts of its transactions. */
function recording(db: Db): { db: Db; sent: string[] } {
  const sent: string[] = [];
  return {
    sent,
    db: {
      ...db,
      query: async (sql, params) => db.query(sql, params),
      exec: async (sql) => {
        sent.push(sql);
        return db.exec(sql);
      },
      close: async () => db.close(),
    },
  };
}

/** Seconds that the texts take when they are only sent again; what fails a second time, as CREATE does, is passed over. */
async function bareLoop(db: Db, sent: readonly string[]): Promise<number> {
  const started = performance.now();
  for (const sql of sent) await db.exec(sql).catch(() => {});
  await db.exec("rollback").catch(() => {});
  return (performance.now() - started) / 1000;
}

async function measure(project: string, target: ScratchTarget, relations: number | null): Promise<Row> {
  const source =
    relations === null
      ? await openSource({ projectDir: project, scratch: target, strict: false, progress: silent })
      : null;
  const scratch = source?.origin.kind === "migrations" ? source.origin.scratch : await openScratch(target);
  try {
    if (relations !== null) await scratch.db.exec(generated(relations));
    const catalog = source?.catalog ?? (await inspect(scratch.db));
    const { db, sent } = recording(scratch.db);
    let peak = 0;
    let cells = 0;
    const started = performance.now();
    const found = await verifyScratch(
      db,
      catalog,
      source?.config?.config ?? null,
      () => {
        cells += 1;
        if (cells % 500 === 0) peak = Math.max(peak, process.memoryUsage().heapUsed);
      },
      silent,
    );
    const seconds = (performance.now() - started) / 1000;
    const bare = await bareLoop(scratch.db, sent);
    return {
      project: relations === null ? "casino" : "generated",
      engine: target.kind === "embedded" ? "embedded 18" : "native 15",
      relations: new Set(found.heat.map(({ relation }) => relation)).size,
      personas: found.personas.length,
      cells,
      seconds,
      cellsPerSecond: cells / seconds,
      barePerSecond: cells / bare,
      ratio: bare / seconds,
      peakMb: peak / 1e6,
    };
  } finally {
    await scratch.close();
  }
}

const server = await startServer(15);
try {
  const native: ScratchTarget = { kind: "server", url: server.url, superuser: true };
  const embedded: ScratchTarget = { kind: "embedded" };
  const rows: Row[] = [];
  for (const [target, relations] of [
    [native, null],
    [embedded, null],
    [native, 100],
    [native, 200],
  ] as const)
    rows.push(await measure("examples/casino", target, relations));
  console.log("project    engine       relations  personas   cells  seconds  cells/s  bare loop  ratio  peak heap");
  for (const row of rows)
    console.log(
      [
        row.project.padEnd(10),
        row.engine.padEnd(12),
        String(row.relations).padStart(9),
        String(row.personas).padStart(9),
        String(row.cells).padStart(7),
        row.seconds.toFixed(1).padStart(8),
        row.cellsPerSecond.toFixed(0).padStart(8),
        row.barePerSecond.toFixed(0).padStart(10),
        row.ratio.toFixed(2).padStart(6),
        `${row.peakMb.toFixed(0)} MB`.padStart(10),
      ].join(" "),
    );
  mkdirSync("bench/results", { recursive: true });
  writeFileSync("bench/results/verify.json", `${JSON.stringify(rows, null, 2)}\n`);
} finally {
  await server.stop();
}
