/**
 * `npm run bench:apply`: the cost of apply and rollback to an application that is busy. 30 relations on a native
 * PostgreSQL 15, 6 and 12 connections of short transactions; the peer is one transaction of the same statements with
 * `lock_timeout`, tried again until it succeeds. Changes and ways back are windows in turn, and each is followed by a
 * control: a window of the same length without a change. What is compared is the median over the windows of the longest
 * stall (the longest time in which no statement on some relation completed) and of the longest statement, since one
 * that the machine delayed would decide otherwise. Then four relations on a server that is 200 ms away. Prints a table,
 * writes bench/results/apply-locks.json.
 *
 * `npm run bench:apply -- --connections 6 --how "apply --by auto" --windows 4` measures one row.
 */
import { fork } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { parseArgs } from "node:util";
import pg from "pg";
import type { Cut } from "../src/apply/index.ts";
import { openServer } from "../src/db/server.ts";
import { ToolError } from "../src/errors.ts";
import { inspect } from "../src/inspect/inspect.ts";
import { applyToDatabase, rollbackDatabase } from "../src/pipeline/apply-database.ts";
import type { Plan } from "../src/plan/index.ts";
import { BOOTSTRAP } from "../src/scratch/bootstrap.ts";
import type { Figures } from "../test/faults/figures.ts";
import { planFor } from "../test/support/plan.ts";
import { startServer } from "../test/support/server.ts";
import { startDistance } from "./distance.ts";

const RELATIONS = 30;
const TENANTS = [1, 2, 3, 4].map((n) => `0000000${n}-0000-4000-8000-000000000000`);
/** milliseconds of a window at least */
const WINDOW = 4000;
/** the defaults of the command */
const LIMITS = { lockTimeout: 2000, statementTimeout: 30_000, giveUpAfter: 120_000 };

interface Row {
  connections: number;
  how: string;
  /** milliseconds of the windows of both kinds */
  ms: number;
  /** changes that went through, and those that gave up */
  changes: number;
  refused: number;
  /** attempts, the most of one group */
  tries: number | null;
  groups: number | null;
  /** milliseconds that a lock was held, the median of the longest of each change */
  held: number | null;
  changed: Windows;
  control: Windows;
  /** the median of the longest stalls, divided by that of the control; and of the longest statements */
  ratio: { stall: number; longest: number };
  /** SQLSTATEs that the application saw while the target was changed */
  errors: Record<string, number>;
}

/** Windows of one kind. */
interface Windows {
  transactionsPerSecond: number;
  /** milliseconds without a completed statement on some relation: the longest of each window */
  stall: Longest;
  /** milliseconds of a statement of the application: the longest of each window */
  longest: Longest;
}

interface Longest {
  /** in order of length */
  each: number[];
  median: number;
}

interface Far {
  relations: number;
  roundTrip: number;
  seconds: number;
  held: number;
}

interface Changed {
  tries: number;
  groups: number;
  held: number;
}

const EXPRESSION =
  "tenant_id = coalesce(nullif(current_setting('app.tenant_id', true), '')::uuid, (auth.jwt() -> 'app_metadata' ->> 'tenant_id')::uuid)";

const names = (relations: number): string[] =>
  Array.from({ length: relations }, (_, n) => `public.t${String(n).padStart(2, "0")}`);

const schema = (relations: number): string =>
  names(relations)
    .map(
      (
        table,
      ) => `create table ${table} (id bigint generated always as identity primary key, tenant_id uuid not null, body text);
create index on ${table} (tenant_id);
insert into ${table} (tenant_id, body) select t::uuid, 'known' from unnest('{${TENANTS.join(",")}}'::text[]) t, generate_series(1, 20);
alter table ${table} enable row level security;
grant select, insert, update, delete on ${table} to authenticated;
create policy s on ${table} for select to authenticated using (${EXPRESSION});
create policy w on ${table} for all to authenticated using (${EXPRESSION}) with check (${EXPRESSION});
alter table ${table} owner to deployer;
analyze ${table};`,
    )
    .join("\n");

const LOGINS = `create role deployer login bypassrls password 'test-pw';
create role app login noinherit password 'test-pw' in role authenticated;
grant authenticated to deployer;`;

const as = (url: string, login: string, database: string): string => {
  const to = new URL(url);
  [to.username, to.password, to.pathname] = [login, "test-pw", `/${database}`];
  return to.toString();
};

/** A database with the relations, and the plan for it. */
async function target(url: string, database: string, relations: number): Promise<Plan> {
  const admin = await openServer(url);
  await admin.exec(`create database ${database} owner deployer`);
  await admin.close();
  const db = await openServer(as(url, "postgres", database));
  try {
    await db.exec(BOOTSTRAP);
    await db.exec("grant usage, create on schema public to deployer; grant usage on schema auth to deployer");
    await db.exec(schema(relations));
    return planFor(await inspect(db), {
      context: { "app.tenant_id": { claim: "app_metadata.tenant_id", type: "uuid" } },
    });
  } finally {
    await db.close();
  }
}

const JITI = join(dirname(createRequire(import.meta.url).resolve("jiti/package.json")), "lib", "jiti-cli.mjs");

/** The load, in a process of its own. */
function startLoad(
  url: string,
  connections: number,
): { begin(): Promise<void>; end(): Promise<Figures>; stop(): Promise<void> } {
  const child = fork(JITI, [join(import.meta.dirname, "lock-load.ts")], { execArgv: [] });
  child.send({ url, connections, relations: names(RELATIONS), tenants: TENANTS });
  const ask = async (message: string): Promise<unknown> =>
    new Promise((done) => {
      child.once("message", done);
      child.send(message);
    });
  return {
    begin: async () => void (await ask("begin")),
    end: async () => (await ask("end")) as Figures,
    stop: async () =>
      new Promise((done) => {
        child.once("exit", () => done());
        child.send("stop");
      }),
  };
}

const changedBy = ({ groups }: { groups: { tries: number; locks: { held: number }[] }[] }): Changed => ({
  tries: Math.max(...groups.map(({ tries }) => tries)),
  groups: groups.length,
  held: Math.max(...groups.flatMap(({ locks }) => locks.map(({ held }) => held))),
});

/** The peer: the same statements in one transaction, as any migration tool would run them. */
async function plain(url: string, statements: readonly string[]): Promise<Changed> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  const began = performance.now();
  try {
    for (let tries = 1; ; tries += 1)
      try {
        await client.query(`begin; set local lock_timeout = '2s'; ${statements.join("; ")}`);
        await client.query("commit");
        return { tries, groups: 1, held: Number.NaN };
      } catch (error) {
        await client.query("rollback");
        if (performance.now() - began > LIMITS.giveUpAfter) throw error;
        await pause(100 * Math.random());
      }
  } finally {
    await client.end();
  }
}

type Way = (back: boolean) => Promise<Changed>;

/** Windows with a change and windows without one, in turn. */
async function measure(
  { connections, how, windows }: { connections: number; how: string; windows: number },
  load: ReturnType<typeof startLoad>,
  way: Way,
): Promise<Row> {
  const done: Changed[] = [];
  const changed: Figures[] = [];
  const control: Figures[] = [];
  let refused = 0;
  let back = false;
  for (let n = 0; n < windows; n += 1) {
    await load.begin();
    const began = performance.now();
    try {
      done.push(await way(back));
      back = !back;
    } catch (error) {
      refused += 1;
      console.error(
        `${how}: ${error instanceof ToolError ? `${error.code}: ${error.summary.slice(0, 60)}` : String(error)}`,
      );
    }
    await pause(Math.max(300, WINDOW - (performance.now() - began)));
    changed.push(await load.end());
    await load.begin();
    await pause(changed.at(-1)?.ms ?? WINDOW);
    control.push(await load.end());
  }
  // the next kind finds the state before the change
  if (back) await way(true).catch((error: unknown) => console.error(`${how}, back: ${String(error)}`));
  const most = (values: number[]): number | null => (values.length === 0 ? null : Math.max(...values));
  const [one, other] = [windowsOf(changed), windowsOf(control)];
  const held = done.map((change) => change.held).filter((ms) => !Number.isNaN(ms));
  return {
    connections,
    how,
    ms: changed.reduce((sum, { ms }) => sum + ms, 0),
    changes: done.length,
    refused,
    tries: most(done.map(({ tries }) => tries)),
    groups: most(done.map(({ groups }) => groups)),
    held: held.length === 0 ? null : medianOf(held),
    changed: one,
    control: other,
    ratio: { stall: one.stall.median / other.stall.median, longest: one.longest.median / other.longest.median },
    errors: errorsOf(changed),
  };
}

function windowsOf(figures: readonly Figures[]): Windows {
  const sum = (of: (one: Figures) => number): number => figures.reduce((total, one) => total + of(one), 0);
  const transactionsPerSecond = sum(({ transactions }) => transactions) / (sum(({ ms }) => ms) / 1000);
  const stall = longestOf(figures.map((one) => Math.max(...Object.values(one.stall))));
  return { transactionsPerSecond, stall, longest: longestOf(figures.map(({ latency }) => latency.max)) };
}

const longestOf = (values: readonly number[]): Longest => ({
  each: values.toSorted((a, b) => a - b),
  median: medianOf(values),
});

function medianOf(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const [low, high] = [sorted[Math.floor((sorted.length - 1) / 2)], sorted[Math.ceil((sorted.length - 1) / 2)]];
  return ((low ?? 0) + (high ?? 0)) / 2;
}

function errorsOf(figures: readonly Figures[]): Record<string, number> {
  const all: Record<string, number> = {};
  for (const { errors } of figures)
    for (const [sqlstate, count] of Object.entries(errors)) all[sqlstate] = (all[sqlstate] ?? 0) + count;
  return all;
}

/** Apply and rollback of four relations on a server that is 200 ms away. */
async function measureFar(server: string): Promise<Far[]> {
  const plan = await target(server, "far", 4);
  const distance = await startDistance(server, 100);
  const far: Far[] = [];
  const url = distance.through(as(server, "deployer", "far"));
  for (const back of [false, true]) {
    const began = performance.now();
    const done = changedBy(back ? await rollbackDatabase(url) : await applyToDatabase(url, plan));
    const seconds = (performance.now() - began) / 1000;
    far.push({ relations: 4, roundTrip: 200, seconds, held: done.held });
    console.log(
      `four relations at a round trip of 200 ms, ${back ? "rollback" : "apply"}: ${seconds.toFixed(1)} s, locks held for ${done.held.toFixed(0)} ms`,
    );
  }
  await distance.stop();
  return far;
}

const CUTS: readonly (readonly [how: string, cut: Cut])[] = [
  ["apply", { kind: "all" }],
  ["apply --by auto", { kind: "auto" }],
  ["apply --by relation", { kind: "relation" }],
];

const column = (text: string | number | null, width: number): string =>
  (text === null ? "" : String(text)).padStart(width);

const HEAD =
  "connections  how                  seconds  changes  refused  tries  groups  held ms  transactions/s  control  stall ms  most  control  most     ×  longest ms  most  control  most     ×  errors";

const columnsOf = (changed: Longest, control: Longest, ratio: number, width: number): string[] => [
  column(changed.median.toFixed(0), width),
  column(changed.each.at(-1)?.toFixed(0) ?? null, 5),
  column(control.median.toFixed(0), 8),
  column(control.each.at(-1)?.toFixed(0) ?? null, 5),
  column(ratio.toFixed(2), 5),
];

const lineOf = (row: Row): string =>
  [
    column(row.connections, 11),
    ` ${row.how.padEnd(19)}`,
    column((row.ms / 1000).toFixed(1), 8),
    column(row.changes, 8),
    column(row.refused, 8),
    column(row.tries, 6),
    column(row.groups, 7),
    column(row.held?.toFixed(0) ?? null, 8),
    column(row.changed.transactionsPerSecond.toFixed(0), 15),
    column(row.control.transactionsPerSecond.toFixed(0), 8),
    ...columnsOf(row.changed.stall, row.control.stall, row.ratio.stall, 9),
    ...columnsOf(row.changed.longest, row.control.longest, row.ratio.longest, 11),
    ` ${JSON.stringify(row.errors)}`,
  ].join(" ");

const { values: options } = parseArgs({
  options: {
    connections: { type: "string", multiple: true, default: ["6", "12"] },
    how: { type: "string", multiple: true },
    windows: { type: "string", default: "6" },
    far: { type: "boolean" },
  },
});
/** one row of the table was asked for: the server far away is left out */
const isPart = options.how !== undefined || options.far === true;
const isWanted = (how: string): boolean => options.far !== true && (options.how?.includes(how) ?? true);

const server = await startServer(15);
try {
  console.log(HEAD);
  const admin = await openServer(server.url);
  // the roles of the bootstrap belong to the whole server
  await admin.exec(BOOTSTRAP);
  await admin.exec(LOGINS);
  await admin.close();
  const rows: Row[] = [];
  for (const connections of options.far === true ? [] : options.connections.map(Number)) {
    const database = `busy_${connections}`;
    const plan = await target(server.url, database, RELATIONS);
    const url = as(server.url, "deployer", database);
    const load = startLoad(as(server.url, "app", database), connections);
    await pause(2000);
    const run = async (how: string, way: Way, windows = Number(options.windows)): Promise<void> => {
      if (!isWanted(how)) return;
      const row = await measure({ connections, how, windows }, load, way);
      rows.push(row);
      console.log(lineOf(row));
    };
    for (const [how, cut] of CUTS)
      await run(how, async (back) =>
        changedBy(
          back
            ? await rollbackDatabase(url, undefined, { limits: LIMITS })
            : await applyToDatabase(url, plan, { cut, limits: LIMITS }),
        ),
      );
    await run(
      "plain transaction",
      async (back) =>
        plain(url, back ? plan.steps.toReversed().flatMap(({ down }) => down) : plan.steps.flatMap(({ up }) => up)),
      2,
    );
    await load.stop();
  }
  const far = options.how === undefined ? await measureFar(server.url) : [];
  if (isPart) console.log("a part: bench/results is left as it is");
  else {
    mkdirSync("bench/results", { recursive: true });
    writeFileSync("bench/results/apply-locks.json", `${JSON.stringify({ rows, far }, null, 2)}\n`);
  }
} finally {
  await server.stop();
}
