import type pg from "pg";
import { beforeAll, describe, expect, test } from "vitest";
import { start } from "./child.ts";
import { startCluster, type Cluster } from "./cluster.ts";
import { crash, cut, halfCut, interrupt, kill, terminate, type Action } from "./faults.ts";
import { makeFixture, makeTemplate, POLICIES, RELATIONS, type Fixture } from "./fixture.ts";
import { sweep, type Case } from "./harness.ts";
import { findMajors } from "./majors.ts";
import { rlsmithProgram } from "./program.ts";
import type { Moment, Step } from "./proxy.ts";
import { withClient } from "./with-client.ts";

const ACTIONS: readonly Action[] = [kill, terminate, crash, cut];
const MORE: readonly Action[] = [...ACTIONS, halfCut(300), interrupt("SIGINT")];

let fixture: Fixture;
beforeAll(async () => {
  fixture = await makeFixture({ rehearse: false });
});

/** Relation → its policies and flags, as text. */
async function policiesOf(client: pg.Client): Promise<Map<string, string>> {
  const text = String((await client.query<{ policies: string }>(POLICIES)).rows[0]?.policies);
  return new Map(
    RELATIONS.map((relation) => [
      relation,
      text
        .split("\n")
        .filter((line) => line.startsWith(`${relation} `))
        .join("\n"),
    ]),
  );
}

/** Relation → the kind of the last line of the journal that was done to it. */
async function journalOf(client: pg.Client): Promise<Map<string, string>> {
  const there = await client.query<{ there: boolean }>("select to_regclass('rlsmith.history') is not null as there");
  if (there.rows[0]?.there !== true) return new Map();
  const { rows } = await client.query<{ kind: string; relation: string }>(
    `select h.kind, r.value ->> 'name' as relation from rlsmith.history h, json_array_elements(h.after -> 'relations') r
     where h.outcome = 'done' order by h.id`,
  );
  return new Map(rows.map(({ kind, relation }) => [relation, kind]));
}

type Policies = Map<string, string>;

/** Every relation is in the old or in the new state, and the journal says in which. `groups`: relations that change together. */
const truthful =
  (before: Policies, after: Policies, kind: string, groups: readonly (readonly string[])[]) =>
  async ({ client, run }: Case): Promise<void> => {
    const now = await policiesOf(client);
    const journal = await journalOf(client);
    for (const group of groups) {
      const ends = group.map((relation) =>
        now.get(relation) === after.get(relation)
          ? "after"
          : now.get(relation) === before.get(relation)
            ? "before"
            : "between",
      );
      const written = group.map((relation) => (journal.get(relation) === kind ? "after" : "before"));
      if (new Set(ends).size > 1 || ends[0] === "between") throw new Error(`half done: ${group.join()} ${ends.join()}`);
      if (written.join() !== ends.join())
        throw new Error(`the journal says ${written.join()}, and it is ${ends.join()}`);
    }
    if (/test-pw/.test(run.stdout + run.stderr)) throw new Error("the password is in the output");
  };

const complete =
  (after: Policies, kind: string) =>
  async ({ client, run }: Case): Promise<void> => {
    if (run.code !== 0) throw new Error(`exit ${run.code}: ${run.stderr}`);
    expect(await policiesOf(client)).toEqual(after);
    expect([...new Set((await journalOf(client)).values())]).toEqual([kind]);
  };

/**
 * Inside the transactions that change something faults happen at every step, before it, and after a COMMIT (elsewhere that is the moment before the next
 * step): all of them, or one in turn. The steps before them only read: there each step has one in turn, where `preflight` is wanted.
 */
function actionsAt(
  all: readonly Action[],
  { preflight, inTurn }: { preflight: boolean; inTurn: boolean },
): (step: Step, moment: Moment) => readonly Action[] {
  let inside = false;
  return ({ number, sql }, moment) => {
    const ends = sql.startsWith("commit");
    if (sql.startsWith("begin; set local statement_timeout")) inside = true;
    const one = all.filter((_, n) => n === number % all.length);
    const actions = inside
      ? moment === "before" || ends
        ? inTurn
          ? one
          : all
        : []
      : preflight && moment === "before"
        ? one
        : [];
    if (ends && moment === "after") inside = false;
    return actions;
  };
}

const all = [RELATIONS];
const each = RELATIONS.map((relation) => [relation]);
const RUNS = [
  { args: ["apply"], template: "before", groups: all, whole: true },
  { args: ["apply", "--by", "relation"], template: "before", groups: each, whole: false },
  { args: ["rollback"], template: "applied_all", groups: all, whole: true },
  { args: ["rollback"], template: "applied_each", groups: each, whole: false },
];

async function templates(cluster: Cluster): Promise<{ old: Policies; fresh: Policies }> {
  for (const name of ["before", "applied_all", "applied_each"]) {
    await makeTemplate(cluster, name);
    await withClient(cluster.url("postgres"), async (client) =>
      client.query(`alter database ${name} owner to deployer`),
    );
  }
  const old = await withClient(cluster.url("before"), policiesOf);
  await rlsmith("applied_all", ["apply"]);
  await rlsmith("applied_each", ["apply", "--by", "relation"]);
  const fresh = await withClient(cluster.url("applied_all"), policiesOf);
  expect(fresh).not.toEqual(old);
  return { old, fresh };

  async function rlsmith(database: string, args: string[]): Promise<void> {
    const run = await start(rlsmithProgram(fixture.dir, args)(cluster.url(database, "deployer")), 60_000).ended;
    expect([run.code, run.stderr]).toEqual([0, expect.any(String)]);
  }
}

describe.concurrent("killed, terminated, crashed, cut off at every step of apply and rollback", () => {
  for (const { major, title, bin, missing } of findMajors())
    test.skipIf(missing)(
      `${title}${missing ? ` not run: ${missing}` : ""}`,
      { timeout: 3_600_000 },
      async ({ expect: own }) => {
        const cluster = await startCluster({ bin: bin ?? "" });
        try {
          const { old, fresh } = await templates(cluster);
          for (const { args, template, groups, whole } of RUNS) {
            const kind = args[0] ?? "";
            const [from, to] = kind === "apply" ? [old, fresh] : [fresh, old];
            const done = await sweep({
              cluster,
              template,
              login: "deployer",
              program: rlsmithProgram(fixture.dir, args),
              // what only reads does so on every major alike, and so does a process that is told to end, or a half-open connection
              actions: actionsAt(whole && major === 15 ? MORE : ACTIONS, {
                preflight: whole && major === 15,
                // the same transaction, several times
                inTurn: !whole && process.env["RLSMITH_FAULTS"] !== "all",
              }),
              examine: truthful(from, to, kind, groups),
              examineRepeated: complete(to, kind),
              timeoutMs: 60_000,
            });
            console.log(
              `${title}, ${args.join(" ")} of ${groups.length}: ${done.steps.length} steps, ${done.ran} cases in ${Math.round(done.ms / 1000)} s, ${done.failures.length} failures`,
            );
            own([
              done.failures.map(({ title: at, problem, run }) => [at, problem, run?.stderr]),
              done.strayed,
              done.notRun,
            ]).toEqual([[], [], []]);
          }
        } finally {
          await cluster.stop();
        }
      },
    );
});
