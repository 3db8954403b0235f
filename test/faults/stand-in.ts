import { resolve } from "node:path";
import type { Cluster } from "./cluster.ts";
import { POLICIES } from "./fixture.ts";
import { sweep, type Case, type Sweep, type SweepOptions } from "./harness.ts";
import { withClient } from "./with-client.ts";

const STAND_IN = resolve(import.meta.dirname, "stand-in.mjs");

/** What the stand-in (stand-in.mjs) is held to, on one cluster. */
export interface StandIn {
  run(
    make: "atomic" | "two-transactions" | "optimist",
    options: Pick<SweepOptions, "actions" | "budgetMs">,
  ): Promise<Sweep>;
}

/**
 * Learn the policies before and after from a run without a fault, and hold each case to them: policies and journal tell
 * the same, a command that says it succeeded has done so, and a second run finishes the work.
 */
export async function standIn(cluster: Cluster, template: string, up: string): Promise<StandIn> {
  let after = "";
  const before = await withClient(cluster.url(template), policiesOf);

  const consistent = async ({ client, run }: Case): Promise<void> => {
    const policies = await policiesOf(client);
    const journal = await hasJournal(client);
    const state = policies === before ? "old" : policies === after ? "new" : "half";
    if (state === "half") throw new Error("half of the policies changed");
    if (journal !== (state === "new")) throw new Error(`${state} policies, ${journal ? "a" : "no"} journal row`);
    if (run.code === 0 && state === "old") throw new Error("it said that it had succeeded");
  };
  const finished = async (one: Case): Promise<void> => {
    await consistent(one);
    if (one.run.code !== 0 || !(await hasJournal(one.client)))
      throw new Error(`the second run did not finish it: exit ${one.run.code} ${one.run.stderr.trim()}`);
  };
  const run: StandIn["run"] = async (make, options) =>
    sweep({
      cluster,
      template,
      login: "deployer",
      program: (url) => ({ file: process.execPath, args: [STAND_IN, make, up], env: { STAGING_URL: url } }),
      examine: consistent,
      examineRepeated: finished,
      ...options,
    });

  await run("atomic", { actions: [] });
  after = await withClient(cluster.url("target"), policiesOf);
  if (!before.includes("app.tenant_id") || after.includes("app.tenant_id")) throw new Error("nothing was migrated");
  return { run };
}

const policiesOf = async (client: Case["client"]): Promise<string> =>
  String((await client.query<{ policies: string }>(POLICIES)).rows[0]?.policies);

async function hasJournal(client: Case["client"]): Promise<boolean> {
  const there = await client.query("select where to_regclass('rlsmith.history') is not null");
  if (there.rowCount === 0) return false;
  return (await client.query("select from rlsmith.history")).rowCount === 1;
}
