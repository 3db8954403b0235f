import { expect, test } from "vitest";
import { nameKey } from "../../../src/pg/name.ts";
import { speedCriterion } from "../../../src/watch/criteria/speed.ts";
import type { PlanCount, StatementCount, StoredReading } from "../../../src/watch/sample.ts";
import { watchedOf, withReadings } from "./watched.ts";

const relation = nameKey({ schema: "public", name: "bill" });

const statement = (over: Partial<StatementCount> = {}): StatementCount => {
  const command = over.command ?? "SELECT";
  return {
    queryId: "7",
    role: "member",
    command,
    relations: [relation],
    touched: [{ relation, command: command === "MERGE" ? "UPDATE" : command }],
    rowsAreReal: true,
    calls: 100,
    rows: 100,
    time: 100,
    blocks: 100,
    ...over,
  };
};

const statements = (...counts: StatementCount[]): StoredReading => ({
  source: "statements",
  lacks: [],
  owners: [],
  statements: counts,
});

const plans = (...over: Partial<PlanCount>[]): StoredReading => ({
  source: "plans",
  lacks: [],
  plans: over.map((one) => ({
    relation,
    role: "member",
    command: "SELECT",
    indexed: true,
    initPlans: 1,
    perRow: 0,
    ...one,
  })),
});

const judged = (before: StoredReading[], after: StoredReading[]) => {
  const watched = watchedOf([withReadings("before", 1, ...before), withReadings("after", 2, ...after)]);
  const touched = (["SELECT", "DELETE"] as const).map((command) => ({ relation, command }));
  return speedCriterion({ ...watched, plan: { ...watched.plan, touched } });
};

test("one statement that is as fast as before does not speak for another command", () => {
  const [read, few] = [statement(), statement({ queryId: "8", command: "DELETE", calls: 3 })];
  const both = statements(read, few);
  expect(judged([both], [both])).toMatchObject({
    state: "not enough yet",
    n: 1,
    wanted: 2,
    causes: [{ cause: "not compared", relation, command: "DELETE", calls: 3, because: "few calls" }],
  });
  // a command that nobody used is one for the criterion of coverage
  expect(judged([statements(read)], [statements(read)])).toMatchObject({ state: "passed", n: 1, wanted: 1 });
});

test("statements that were never made before are compared with nothing, however long one waits", () => {
  const read = statement();
  expect(judged([statements(read)], [statements(read, statement({ queryId: "8", command: "DELETE" }))])).toMatchObject({
    state: "cannot be told",
    causes: [{ cause: "not compared", command: "DELETE", because: "new statements" }],
  });
});

test("the plan of a plain statement stands for rare statements, for the roles that it was made for", () => {
  const rare = statement({ calls: 2 });
  expect(judged([statements(rare), plans({})], [statements(rare), plans({})]).state).toBe("passed");
  const other = statement({ calls: 2, role: "clerk" });
  expect(judged([statements(rare), plans({})], [statements(rare, other), plans({})]).state).toBe("not enough yet");
  // planned since, and not before
  expect(judged([statements(rare)], [statements(rare), plans({})]).state).toBe("not enough yet");
});

test("an index that the policies do not use any more, and a sub-query that is executed for each row", () => {
  const read = statements(statement());
  expect(judged([read, plans({})], [read, plans({ indexed: false })])).toMatchObject({
    state: "failed",
    causes: [{ cause: "worse plan", how: "no index", relation, role: "member", command: "SELECT" }],
  });
  expect(judged([read, plans({})], [read, plans({ initPlans: 0, perRow: 1 })])).toMatchObject({
    state: "failed",
    causes: [{ cause: "worse plan", how: "sub-plan for each row" }],
  });
  // the other way round
  expect(judged([read, plans({ indexed: false })], [read, plans({})]).state).toBe("passed");
});

test("nothing was used", () => {
  expect(judged([statements(statement())], [statements()])).toMatchObject({ state: "not enough yet", n: 0, wanted: 0 });
});

test("a statement that takes a fraction of a millisecond longer is no slower one", () => {
  // 0.1 ms a call before, 0.5 ms since, with twice the blocks
  const fast = statements(statement({ time: 10 }));
  const busy = statements(statement({ time: 50, blocks: 300 }));
  expect(judged([fast], [busy])).toMatchObject({ state: "passed", k: 0 });
  // 1 ms before, 3 ms since
  const slow = statements(statement({ time: 300, blocks: 300 }));
  expect(judged([statements(statement())], [slow])).toMatchObject({ state: "failed", k: 1 });
});
