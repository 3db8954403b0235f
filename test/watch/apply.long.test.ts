import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { CriterionName } from "../../src/index.ts";
import { nameKey } from "../../src/pg/name.ts";
import { SILENT_TALK, applyToDatabase } from "../../src/pipeline/apply-database.ts";
import { applyToTarget, rollbackOnTarget } from "../../src/pipeline/apply.ts";
import type { OnTarget } from "../../src/pipeline/target.ts";
import { findMajors } from "../faults/majors.ts";
import { openClient } from "../faults/with-client.ts";
import { startWatching, type Watched, type Watching } from "./situation.ts";

const server = findMajors().find(({ major, missing }) => major === 15 && missing === null);

const OPTIONS = { cut: { kind: "all" }, dryRun: false, adopt: false, approvals: [], migration: "" } as const;

describe.skipIf(!server)("the sample that apply takes", () => {
  let watching: Watching;
  beforeAll(async () => {
    watching = await startWatching(server?.bin ?? "");
  });
  afterAll(async () => watching?.stop());

  const samples = async (one: Watched): Promise<{ number: number; kind: string }[]> =>
    (
      (await one.exec("select number, sample ->> 'kind' as kind from rlsmith.samples order by number")) as {
        rows: { number: number; kind: string }[];
      }
    ).rows;

  test("is what the first sample of watch is compared with", async () => {
    const one = await watching.database("compared");
    await one.load();
    await one.apply();
    expect(await samples(one)).toEqual([{ number: 1, kind: "before" }]);
    // no sample of watch lies between the change and the requests that it locks out
    await one.load({ claims: () => ({ role: "authenticated" }) });
    const first = await one.sample();
    expect([first.sample.number, first.sample.kind, first.gate.samples]).toEqual([2, "after", { before: 1, after: 1 }]);
    const of = (gate: typeof first.gate, criterion: CriterionName) =>
      gate.judgements.find((judged) => judged.criterion === criterion);
    expect(of(first.gate, "denials")?.causes).toContainEqual(
      expect.objectContaining({ cause: "denial", family: "row check", relation: "note", isNew: true }),
    );
    await one.load({ claims: () => ({ role: "authenticated" }) });
    const { gate } = await one.sample();
    expect(of(gate, "filtering")?.causes).toContainEqual(
      expect.objectContaining({
        cause: "no rows",
        relation: nameKey({ schema: "public", name: "note" }),
        command: "UPDATE",
      }),
    );
    // there is nothing left to do, and so nothing to compare with
    await one.apply();
    expect((await samples(one)).map(({ kind }) => kind)).toEqual(["before", "after", "after"]);
  });

  test("is not taken by a dry run, nor where a part of the plan is in force", async () => {
    const one = await watching.database("parts");
    await applyToTarget(one.on, { ...OPTIONS, plan: one.plan, dryRun: true });
    expect(await one.exec("select to_regclass('rlsmith.samples') as found")).toMatchObject({ rows: [{ found: null }] });
    const [staging] = Object.values(one.on.config?.targets ?? {});
    if (!one.on.config || !staging) throw new Error("the fixture has a target");
    const hasty: OnTarget = {
      ...one.on,
      config: { ...one.on.config, targets: { staging: { ...staging, lockTimeoutMs: 100, giveUpAfterSeconds: 1 } } },
    };
    const other = openClient(watching.cluster.url("parts"));
    await other.connect();
    await other.query("begin; lock table public.note in access share mode");
    const byRelation = { ...OPTIONS, plan: one.plan, cut: { kind: "relation" } } as const;
    await expect(applyToTarget(hasty, byRelation)).rejects.toThrow("the locks could not be acquired");
    await other.end();
    expect((await applyToTarget(hasty, byRelation)).groups.map(({ group }) => group)).toEqual(["public.note"]);
    expect(await samples(one)).toEqual([{ number: 1, kind: "before" }]);
  });

  test("does not stop apply where it cannot be taken", async () => {
    const one = await watching.database("refused");
    await one.exec(
      "set role deployer; create schema rlsmith; revoke all on schema rlsmith from public; create table rlsmith.samples (number int)",
    );
    const { outcome, notes } = await applyToTarget(one.on, { ...OPTIONS, plan: one.plan });
    expect([outcome, notes]).toEqual([
      "applied",
      [expect.stringMatching(/^no sample was taken before the change.*`rlsmith\.samples` is not as rlsmith made it/)],
    ]);
  });

  test("leads to a gate that the next target waits for, unless the config says why not", async () => {
    const [one, next] = [await watching.database("first"), await watching.database("second")];
    const [staging] = Object.values(one.on.config?.targets ?? {});
    const [production] = Object.values(next.on.config?.targets ?? {});
    if (!one.on.config || !staging || !production) throw new Error("the fixture has a target");
    const waived = { claims: { by: "Security lead", reason: "no recorder here" } };
    const after = { target: "staging", hours: 0, gate: true };
    const on = (over: object = {}): OnTarget => ({
      ...one.on,
      config: one.on.config && {
        ...one.on.config,
        targets: {
          staging: { ...staging, gate: { ...staging.gate, waived } },
          production: { ...production, after: { ...after, ...over } },
        },
      },
      target: "production",
    });
    const apply = async (over?: object): Promise<unknown> => applyToTarget(on(over), { ...OPTIONS, plan: one.plan });
    await one.load();
    await one.sample();
    await one.apply();
    // the time alone is over
    await expect(apply()).rejects.toMatchObject({
      code: "GATE_NOT_PASSED",
      hint: expect.stringContaining("rlsmith watch --target staging"),
    });
    await one.sample();
    await one.load();
    await one.sample();
    expect(await apply()).toMatchObject({ outcome: "applied", notes: [] });
    // requests are refused since, though the objects are as they were
    await rollbackOnTarget(on(), { by: "journal", to: null, force: null, dryRun: false, migration: null });
    await one.load({ claims: () => ({ role: "authenticated" }) });
    await one.sample();
    await expect(apply()).rejects.toMatchObject({
      code: "GATE_NOT_PASSED",
      message: expect.stringContaining("has failed"),
      list: expect.arrayContaining(["denials: failed"]),
    });
    expect(await apply({ gate: false, reason: "the tokens of the test were wrong" })).toMatchObject({
      outcome: "applied",
      notes: [expect.stringContaining("only the time counted: the tokens of the test were wrong")],
    });
  });

  test("is missing, and apply says so, where the config does not name the database", async () => {
    const one = await watching.database("bare");
    const said: string[] = [];
    const talk = { ...SILENT_TALK, stage: (what: string) => void said.push(what) };
    await applyToDatabase(watching.cluster.url("bare", "deployer"), one.plan, { talk, cut: { kind: "relation" } });
    expect(said.filter((what) => what.startsWith("no sample is taken before the change"))).toHaveLength(1);
    expect(await one.exec("select to_regclass('rlsmith.samples') as found")).toMatchObject({ rows: [{ found: null }] });
  });
});
