/**
 * `npm run bench:watch-overhead`: the CPU time that samples of `rlsmith watch` take on the server, at one a minute, as a
 * share of one core. The time is that of the server's processes by /proc: of the postmaster, of its children that live,
 * and of those that it has waited for, so that the backends of closed connections are in it. The server has no other
 * client; what it takes by itself is measured in the same run, over as long a time, and subtracted. One sample of sixty
 * attacks. Prints a table, writes bench/results/watch-overhead.json.
 */
import { execFileSync } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { findAllMajors } from "../test/faults/majors.ts";
import { withClient } from "../test/faults/with-client.ts";
import { startWatching } from "../test/watch/situation.ts";

const SAMPLES = Number(process.env["BENCH_SAMPLES"] ?? 30);
/** Entries of pg_stat_statements on a relation of the plan, of 5,000 that it holds by default. */
const ENTRIES = 4000;
/** Percent of one core that the issue allows. */
const LIMIT = 1;
const A_MINUTE = 60;
const TICKS = Number(execFileSync("getconf", ["CLK_TCK"], { encoding: "utf8" }));

/** As many statements that differ by the operators of twelve conditions. */
const STATEMENTS = `do $$ begin for n in 0..${ENTRIES - 1} loop
  execute 'select count(*) from public.note where id < 1'
    || (select string_agg(case when n >> bit & 1 = 1 then ' and id > 0' else ' and id < 0' end, '') from generate_series(0, 11) bit);
end loop; end $$`;

/** The fields of /proc/<pid>/stat after the name, which may hold blanks: the parent is the second. */
const statOf = (pid: string): string[] => {
  const text = readFileSync(`/proc/${pid}/stat`, "utf8");
  return text.slice(text.lastIndexOf(")") + 2).split(" ");
};

/** Seconds of CPU that a server has taken so far. */
function cpuOf(postmaster: string): number {
  const ticks = (fields: string[], from: number, to: number): number =>
    fields.slice(from, to).reduce((sum, value) => sum + Number(value), 0);
  // utime, stime, and those of children that were waited for
  let sum = ticks(statOf(postmaster), 11, 15);
  for (const pid of readdirSync("/proc").filter((name) => /^\d+$/.test(name)))
    try {
      const fields = statOf(pid);
      if (fields[1] === postmaster) sum += ticks(fields, 11, 13);
    } catch {
      // it has ended since the folder was read
    }
  return sum / TICKS;
}

interface Row {
  major: number;
  entries: number;
  samples: number;
  /** milliseconds of CPU on the server */
  sample: number;
  sampleWithAttack: number;
  idle: number;
  /** milliseconds of CPU of rlsmith itself */
  client: number;
  /** percent of one core of the server, at one sample a minute */
  share: number;
}

async function measure(major: number, bin: string): Promise<Row> {
  const watching = await startWatching(bin);
  try {
    const one = await watching.database("overhead");
    await one.exec(STATEMENTS);
    await one.load();
    await one.sample();
    await one.apply();
    const [pid = ""] = await withClient(watching.cluster.url("postgres"), async (client) => {
      const { rows } = await client.query<{ data_directory: string }>("show data_directory");
      return readFileSync(join(rows[0]?.data_directory ?? "", "postmaster.pid"), "utf8").split("\n");
    });
    const taking = async (work: () => Promise<unknown>): Promise<number> => {
      const before = cpuOf(pid);
      await work();
      // the postmaster waits for its children a moment after the connection is closed
      await pause(200);
      return 1000 * (cpuOf(pid) - before);
    };
    const sampleWithAttack = await taking(one.sample);
    const own = process.cpuUsage();
    const from = performance.now();
    const all = await taking(async () => {
      for (let n = 0; n < SAMPLES; n += 1) await one.sample();
    });
    const took = performance.now() - from;
    const { user, system } = process.cpuUsage(own);
    const idle = await taking(async () => pause(took));
    const sample = (all - idle) / SAMPLES;
    const { rows } = (await one.exec(
      "select count(*)::int as n from pg_stat_statements where query ~ 'public.note'",
    )) as { rows: { n: number }[] };
    return {
      major,
      entries: rows[0]?.n ?? 0,
      samples: SAMPLES,
      sample: Number(sample.toFixed(1)),
      sampleWithAttack: Number(sampleWithAttack.toFixed(1)),
      idle: Number(idle.toFixed(1)),
      client: Number(((user + system) / 1000 / SAMPLES).toFixed(1)),
      share: Number(((100 * (59 * sample + sampleWithAttack)) / 60 / 1000 / A_MINUTE).toFixed(3)),
    };
  } finally {
    await watching.stop();
  }
}

const rows: Row[] = [];
for (const { major, bin } of findAllMajors())
  if (bin !== null && (major === 15 || major === 18)) rows.push(await measure(major, bin));
console.table(
  rows.map((row) => ({
    major: row.major,
    "entries of statements": row.entries,
    samples: row.samples,
    "a sample, ms of CPU": row.sample,
    "with an attack": row.sampleWithAttack,
    "rlsmith itself": row.client,
    "% of one core": row.share,
  })),
);
mkdirSync("bench/results", { recursive: true });
writeFileSync("bench/results/watch-overhead.json", `${JSON.stringify(rows, null, 2)}\n`);
if (rows.length === 0 || rows.some(({ share }) => share >= LIMIT)) {
  console.error(`no server, or more than ${LIMIT} % of one core`);
  process.exitCode = 1;
}
