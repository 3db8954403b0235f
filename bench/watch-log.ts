/**
 * `npm run bench:watch-log`: the time and memory that reading a server log takes, in each format, beside the time of
 * reading the bytes of the file alone. Prints a table, writes bench/results/watch-log.json.
 */
import {
  closeSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readSync,
  rmSync,
  statSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { readLog } from "../src/watch/log/index.ts";

/** Of each format. */
const BYTES = 320_000_000;
/** What the issue asks for, in MB a minute. */
const LIMIT = 100;

/** One of 50 entries is a denial, one is another error; the others are statements and their times. */
interface Entry {
  n: number;
  severity: "LOG" | "ERROR";
  state: string;
  message: string;
  statement: string | null;
}

function entryOf(n: number): Entry {
  if (n % 50 === 0) {
    const message = `new row violates row-level security policy for table "visit_${(n / 50) % 20}"`;
    return {
      n,
      severity: "ERROR",
      state: "42501",
      message,
      statement: `insert into visit (note)\nvalues ('größe "${n}"')`,
    };
  }
  if (n % 50 === 25)
    return { n, severity: "ERROR", state: "22012", message: "division by zero", statement: "select 1 / 0" };
  const message = `duration: ${(n % 997) / 10} ms  execute <unnamed>: select id, tenant_id, note from visit where id = $1 and "from" < now()`;
  return { n, severity: "LOG", state: "00000", message, statement: null };
}

const TIME = "2026-01-31 12:00:00.123 UTC";
const pidOf = (n: number): number => 1000 + (n % 40);
const quoted = (text: string): string => `"${text.replaceAll('"', '""')}"`;

const FORMATS: Record<string, (entry: Entry) => string> = {
  jsonlog: ({ message, n, severity, state, statement }) =>
    `${JSON.stringify({ timestamp: TIME, user: "web", dbname: "app", pid: pidOf(n), remote_host: "127.0.0.1", remote_port: 50000, session_id: `6b0d.${pidOf(n)}`, line_num: n, ps: "SELECT", session_start: "2026-01-31 11:00:00 UTC", vxid: "3/12", txid: 0, error_severity: severity, state_code: state, message, ...(statement === null ? {} : { statement }), application_name: "web", backend_type: "client backend", query_id: 123456789 })}\n`,
  csvlog: ({ message, n, severity, state, statement }) =>
    `${TIME},"web","app",${pidOf(n)},"127.0.0.1:50000",6b0d.${pidOf(n)},${n},"SELECT",2026-01-31 11:00:00 UTC,3/12,0,${severity},${state},${quoted(message)},,,,,,${statement === null ? "" : quoted(statement)},,,"web","client backend",,123456789\n`,
  stderr: ({ message, n, severity, state, statement }) => {
    const prefix = `${TIME} [${pidOf(n)}] ${state} web@app `;
    return `${prefix}${severity}:  ${message}\n${statement === null ? "" : `${prefix}STATEMENT:  ${statement.replaceAll("\n", "\n\t")}\n`}`;
  },
};
const PREFIX = "%m [%p] %e %q%u@%d ";

/** Write a log, and return the number of its entries. */
function write(path: string, text: (entry: Entry) => string): number {
  const file = openSync(path, "w");
  let [bytes, n] = [0, 0];
  while (bytes < BYTES) {
    const block = Array.from({ length: 5000 }, (_, more) => text(entryOf(n + more))).join("");
    n += 5000;
    bytes += writeSync(file, block);
  }
  closeSync(file);
  return n;
}

/** Seconds of reading the bytes alone. */
function readAlone(path: string): number {
  const from = performance.now();
  const file = openSync(path, "r");
  const buffer = Buffer.alloc(1024 * 1024);
  while (readSync(file, buffer) > 0);
  closeSync(file);
  return (performance.now() - from) / 1000;
}

setFlagsFromString("--expose-gc");
const collect = runInNewContext("gc") as () => void;
const heap = (): number => {
  collect();
  return process.memoryUsage().heapUsed / 1e6;
};

interface Row {
  format: string;
  megabytes: number;
  entries: number;
  seconds: number;
  cpuSeconds: number;
  /** seconds of reading the bytes alone, in the same run */
  alone: number;
  megabytesPerMinute: number;
  heapBefore: number;
  heapAfter: number;
  peakRss: number;
}

const folder = mkdtempSync(join(tmpdir(), "rlsmith-bench-"));
const rows: Row[] = [];
try {
  for (const [format, text] of Object.entries(FORMATS)) {
    const path = join(folder, `${format}.txt`);
    const entries = write(path, text);
    const megabytes = statSync(path).size / 1e6;
    readAlone(path);
    const alone = readAlone(path);
    const heapBefore = heap();
    let peakRss = 0;
    const timer = setInterval(() => {
      peakRss = Math.max(peakRss, process.memoryUsage().rss / 1e6);
    }, 20);
    const [from, cpu] = [performance.now(), process.cpuUsage()];
    const reading = await readLog(
      { kind: "files", path },
      { cursor: null, start: "begin", format: null, linePrefix: PREFIX, database: "app", heartbeat: null },
    );
    const seconds = (performance.now() - from) / 1000;
    const { system, user } = process.cpuUsage(cpu);
    clearInterval(timer);
    const denials = reading.denials.reduce((sum, { count }) => sum + count, 0);
    if (
      reading.entries !== entries ||
      denials !== entries / 50 ||
      reading.otherErrors !== entries / 50 ||
      reading.unread > 0
    )
      throw new Error(`${format}: ${JSON.stringify({ ...reading, cursor: null })}, written ${entries}`);
    rows.push({
      format,
      megabytes,
      entries,
      seconds,
      cpuSeconds: (user + system) / 1e6,
      alone,
      megabytesPerMinute: (megabytes / seconds) * 60,
      heapBefore,
      heapAfter: heap(),
      peakRss,
    });
    rmSync(path);
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}

const COLUMNS = ["MB", "entries", "seconds", "CPU s", "alone s", "MB/min", "heap before", "after", "peak RSS MB"];
console.log(`${"".padEnd(8)}${COLUMNS.map((column) => column.padStart(13)).join("")}`);
for (const row of rows) {
  const cells = [
    row.megabytes.toFixed(0),
    String(row.entries),
    row.seconds.toFixed(2),
    row.cpuSeconds.toFixed(2),
    row.alone.toFixed(2),
    row.megabytesPerMinute.toFixed(0),
    row.heapBefore.toFixed(1),
    row.heapAfter.toFixed(1),
    row.peakRss.toFixed(0),
  ];
  console.log(`${row.format.padEnd(8)}${cells.map((cell) => cell.padStart(13)).join("")}`);
}
console.log(`\nlimit ${LIMIT} MB/min`);
mkdirSync("bench/results", { recursive: true });
writeFileSync(
  "bench/results/watch-log.json",
  `${JSON.stringify({ node: process.version, rows, limitMegabytesPerMinute: LIMIT }, null, 2)}\n`,
);
