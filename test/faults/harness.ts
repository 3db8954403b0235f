import type pg from "pg";
import { setTimeout as pause } from "node:timers/promises";
import { quoteIdent } from "../../src/pg/identifier.ts";
import { start, type Program, type Run, type Running } from "./child.ts";
import type { Cluster } from "./cluster.ts";
import type { Action } from "./faults.ts";
import { startProxy, type Moment, type Proxy, type Step } from "./proxy.ts";
import { withClient } from "./with-client.ts";

/** One fault, and what came of it. */
export interface Case {
  step: Step;
  moment: Moment;
  action: Action;
  run: Run;
  /** a superuser in the case's database; closed afterwards */
  client: pg.Client;
}

export interface SweepOptions {
  cluster: Cluster;
  /** the database in the state before the command; nothing may be connected to it */
  template: string;
  /** the name that every copy of it gets; default `target` */
  database?: string;
  /** the login of the command, which the copies belong to; default the superuser */
  login?: string;
  program(url: string): Program;
  /** the exit code of the run without a fault; default 0 */
  exit?: number;
  /** for every step of the run without a fault, before and after it; or chosen for each */
  actions: readonly Action[] | ((step: Step, moment: Moment) => readonly Action[]);
  /** Put back what is not in the database: files of the project, roles. */
  reset?: () => Promise<void>;
  /** Throws if the state after the fault is not what it has to be. No process of the command's is left on the server, unless the action holds. */
  examine(one: Case): Promise<void>;
  /** The same after the command was run once more; `run` is that second run. */
  examineRepeated(one: Case): Promise<void>;
  /** the longest time that a command may take, in ms; default 30 s */
  timeoutMs?: number;
  /** No case is begun after that much time; what was not run is counted. */
  budgetMs?: number;
}

export interface Failure {
  /** `before step 7 (COMMIT): child killed` */
  title: string;
  problem: string;
  run: Run | null;
}

export interface Sweep {
  /** the steps of the run without a fault */
  steps: readonly Step[];
  clean: Run;
  /** cases that were run to their end, whatever came of them */
  ran: number;
  /** cases for which the budget was too short */
  notRun: string[];
  /** cases whose step never came, or whose step was another one than in the run without a fault */
  strayed: string[];
  failures: Failure[];
  ms: number;
  perMinute: number;
}

/**
 * Run a command without a fault and count its steps, then once for each of (step × moment × action), from the same
 * state each time, and once more after each fault. Every case that is not as `examine` and `examineRepeated` want it is
 * a failure, and so are: a command that hangs, an action that did not succeed, a process that stays on the server.
 *
 * The command always sees the same address (the proxy's), also when it is repeated.
 */
export async function sweep(options: SweepOptions): Promise<Sweep> {
  const proxy = await startProxy({ host: "127.0.0.1", port: options.cluster.port });
  try {
    return await sweepThrough(proxy, options);
  } finally {
    await proxy.stop();
  }
}

async function sweepThrough(proxy: Proxy, options: SweepOptions): Promise<Sweep> {
  const { actions, budgetMs = Infinity } = options;
  const actionsAt = typeof actions === "function" ? actions : () => actions;
  const stage = stageOf(proxy, options);
  await stage.fresh();
  proxy.arm(null);
  const clean = await stage.launch().ended;
  await settle(proxy, options.cluster);
  const { steps } = proxy;
  const outcome: Sweep = { steps, clean, ran: 0, notRun: [], strayed: [], failures: [], ms: 0, perMinute: 0 };
  if (clean.code !== (options.exit ?? 0)) {
    outcome.failures.push({ title: "without a fault", problem: `exit ${clean.code}`, run: clean });
    return outcome;
  }

  const began = performance.now();
  const faults = steps.flatMap((step) =>
    MOMENTS.flatMap((moment) => actionsAt(step, moment).map((action) => ({ step, moment, action }))),
  );
  for (const fault of faults) {
    const title = `${fault.moment} step ${fault.step.number} (${fault.step.sql}): ${fault.action.name}`;
    if (performance.now() - began > budgetMs) {
      outcome.notRun.push(title);
      continue;
    }
    await runCase(proxy, options, stage, { ...fault, title }, outcome);
    outcome.ran += 1;
  }
  outcome.ms = Math.round(performance.now() - began);
  outcome.perMinute = outcome.ms > 0 ? Math.round((outcome.ran * 60_000) / outcome.ms) : 0;
  return outcome;
}

const MOMENTS: readonly Moment[] = ["before", "after"];

/** How a case begins: the state, and the command. */
interface Stage {
  database: string;
  timeoutMs: number;
  fresh(): Promise<void>;
  launch(): Running;
}

function stageOf(proxy: Proxy, options: SweepOptions): Stage {
  const { cluster, template, database = "target", login = "postgres", timeoutMs = 30_000 } = options;
  const url = proxy.through(cluster.url(database, login));
  return {
    database,
    timeoutMs,
    launch: () => start(options.program(url), timeoutMs),
    fresh: async () => {
      await withClient(cluster.url("postgres"), async (client) => {
        await client.query(`drop database if exists ${quoteIdent(database)} with (force)`);
        const [name, owner, from] = [database, login, template].map(quoteIdent);
        // copies files instead of writing all of them to the log as well: half the time
        await client.query(`create database ${name} owner ${owner} template ${from} strategy file_copy`);
      });
      await options.reset?.();
    },
  };
}

interface Fault {
  title: string;
  step: Step;
  moment: Moment;
  action: Action;
}

/** Run one case to its end, and put down what is wrong with it. */
async function runCase(
  proxy: Proxy,
  options: SweepOptions,
  stage: Stage,
  { title, ...fault }: Fault,
  outcome: Sweep,
): Promise<void> {
  const { cluster } = options;
  let run: Run | null = null;
  try {
    await stage.fresh();
    const first = (run = await strike(proxy, cluster, stage, fault));
    const came = proxy.sprung;
    if (!came) outcome.strayed.push(`${title}: the step never came`);
    else if (came.sql !== fault.step.sql) outcome.strayed.push(`${title}: was ${came.sql}`);
    if (proxy.failure !== null) throw new Error(`the action did not succeed: ${String(proxy.failure)}`);
    proxy.arm(null);
    if (run.hung) throw new Error(`the command hung for ${stage.timeoutMs} ms`);
    await withClient(cluster.url(stage.database), async (client) => options.examine({ ...fault, run: first, client }));
    const second = (run = await stage.launch().ended);
    await settle(proxy, cluster);
    if (run.hung) throw new Error(`the repeated command hung for ${stage.timeoutMs} ms`);
    await withClient(cluster.url(stage.database), async (client) =>
      options.examineRepeated({ ...fault, run: second, client }),
    );
  } catch (error) {
    outcome.failures.push({ title, problem: error instanceof Error ? error.message : String(error), run });
    // nothing of this case may reach into the next
    proxy.cut();
    await settle(proxy, cluster).catch(() => {});
  }
}

/** How long something of the harness's own may take, in ms. */
const PATIENCE = 20_000;

/** What comes of a promise, or an error when it takes too long. */
async function soon<T>(work: Promise<T>, what: string): Promise<T> {
  const late = new AbortController();
  const timeout = pause(PATIENCE, null, { signal: late.signal }).then(() => {
    throw new Error(`${what} more than ${PATIENCE} ms`);
  });
  // aborted when the work was in time
  timeout.catch(() => {});
  return Promise.race([work, timeout]).finally(() => late.abort());
}

/** Run the command into the trap, to its end. */
async function strike(
  proxy: Proxy,
  cluster: Cluster,
  { database, launch }: Stage,
  { step, moment, action }: Omit<Fault, "title">,
): Promise<Run> {
  const running: Running[] = [];
  proxy.arm({
    step: step.number,
    moment,
    act: async (_, sprung) => {
      const [now] = running;
      if (!now) throw new Error("the command was not started");
      return soon(action.run({ child: now.child, proxy, cluster, database, step: sprung, moment }), "the action takes");
    },
  });
  const started = launch();
  running.push(started);
  const run = await started.ended;
  // a killed child is gone before its action is over
  await proxy.acted();
  if (!action.holds) await settle(proxy, cluster);
  return run;
}

/** Wait until no process of the command's is left on the server: only then is the state what it will be. */
async function settle(proxy: Proxy, cluster: Cluster): Promise<void> {
  await soon(proxy.quiet(), "a connection of the command's is open for");
  const pids = proxy.seen();
  if (pids.length === 0) return;
  const patience = AbortSignal.timeout(PATIENCE);
  await withClient(cluster.url("postgres"), async (client) => {
    const left = "select pid from pg_stat_activity where pid = any ($1) and pid <> pg_backend_pid()";
    while ((await client.query(left, [pids])).rows.length > 0) {
      if (patience.aborted) throw new Error("a process of the command's is still on the server");
      await pause(5);
    }
  });
}
