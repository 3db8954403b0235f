import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startCluster, type Cluster } from "./cluster.ts";
import { crash, cut, halfCut, interrupt, kill, meanwhile, terminate } from "./faults.ts";
import { makeFixture, makeTemplate } from "./fixture.ts";
import type { Sweep } from "./harness.ts";
import { findMajors } from "./majors.ts";
import { standIn, type StandIn } from "./stand-in.ts";

const available = findMajors().findLast(({ missing }) => missing === null);

/** `before step 6`, and the problem. */
const places = ({ failures }: Sweep): string[][] =>
  failures.map(({ title, problem }) => [title.replace(/ \(.*/, ""), problem]);

// the steps of the stand-in: 1 is the journal there? 2 make it, 3 begin, 4 is it done? 5 the migration,
// then 6 the journal row, 7 commit; where it takes two transactions 6 commit, 7 begin, 8 the journal row, 9 commit
describe.skipIf(!available)("the harness itself, on a stand-in", () => {
  let cluster: Cluster;
  let tried: StandIn;

  beforeAll(async () => {
    if (!available?.bin) return;
    // the stand-in reads no config, and its migration needs no rehearsal
    const fixture = await makeFixture({ targets: false, rehearse: false });
    cluster = await startCluster({ bin: available.bin });
    await makeTemplate(cluster, "prepared");
    tried = await standIn(cluster, "prepared", fixture.up);
  });
  afterAll(async () => cluster?.stop());

  test("without a fault: the steps with their names, and how the command ended", async () => {
    const done = await tried.run("atomic", { actions: [] });
    expect(done.clean).toMatchObject({ code: 0, stdout: "applied\n", hung: false });
    expect(done.steps.map(({ sql }) => sql.slice(0, 28))).toEqual([
      "select to_regclass('rlsmith.",
      "create schema rlsmith; creat",
      "begin",
      "select from rlsmith.history ",
      "-- Row-level security by JWT",
      "insert into rlsmith.history ",
      "commit",
    ]);
  });

  test("an atomic command passes every kind of fault around its commit", async () => {
    const actions = [kill, interrupt("SIGTERM"), terminate, crash, cut, halfCut(300)];
    const done = await tried.run("atomic", { actions: ({ number }) => (number >= 6 ? actions : []) });
    // two steps, before and after
    expect([done.failures, done.strayed, done.notRun, done.ran]).toEqual([[], [], [], 4 * actions.length]);
  });

  test("a command of two transactions is caught, between the two and nowhere else", async () => {
    const done = await tried.run("two-transactions", { actions: ({ number }) => (number >= 5 ? [kill] : []) });
    const between = ["after step 6", "before step 7", "after step 7", "before step 8", "after step 8", "before step 9"];
    expect(places(done)).toEqual(between.map((place) => [place, "new policies, no journal row"]));
    expect([done.strayed, done.ran]).toEqual([[], 10]);
  });

  test("a command that says it succeeded where it did not is caught", async () => {
    const done = await tried.run("optimist", { actions: ({ number }) => (number >= 6 ? [cut] : []) });
    // after the commit its word is true
    const untrue = ["before step 6", "after step 6", "before step 7"];
    expect(places(done)).toEqual(untrue.map((place) => [place, "it said that it had succeeded"]));
  });

  test("a change by another session in the middle is seen; an action that fails is a failure", async () => {
    const drop = meanwhile("a policy is dropped", "drop policy note_read on note");
    const nonsense = meanwhile("nonsense", "select nonsense");
    const done = await tried.run("atomic", { actions: ({ number }) => (number === 5 ? [drop, nonsense] : []) });
    const failed = (why: string): string => `the action did not succeed: error: ${why}`;
    expect(places(done)).toEqual([
      ["before step 5", "half of the policies changed"],
      ["before step 5", failed('column "nonsense" does not exist')],
      // the migration has the relation locked
      ["after step 5", failed("canceling statement due to lock timeout")],
      ["after step 5", failed('column "nonsense" does not exist')],
    ]);
  });

  test("situations for which the time is too short are reported as not run", async () => {
    const done = await tried.run("atomic", { actions: ({ number }) => (number < 3 ? [kill] : []), budgetMs: 0 });
    expect([done.ran, done.notRun.length]).toEqual([0, 4]);
  });
});
