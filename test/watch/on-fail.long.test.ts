import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { start } from "../faults/child.ts";
import { findMajors } from "../faults/majors.ts";
import { JITI, MAIN, rlsmith } from "../support/cli.ts";
import { startWatching, type Watched, type Watching } from "./situation.ts";

const server = findMajors().find(({ major, missing }) => major === 15 && missing === null);

describe.skipIf(!server)("a plan that is taken back when a criterion fails", () => {
  let watching: Watching;
  beforeAll(async () => {
    watching = await startWatching(server?.bin ?? "");
  });
  afterAll(async () => watching?.stop());

  /** True if the policies of the plan read claims alone. */
  async function isInForce(one: Watched): Promise<boolean> {
    const sql = "select bool_or(qual like '%current_setting%') as hybrid from pg_policies where tablename = 'note'";
    return !((await one.exec(sql)) as { rows: { hybrid: boolean }[] }).rows[0]?.hybrid;
  }

  const now = async (one: Watched): Promise<string> =>
    ((await one.exec("select clock_timestamp() as at")) as { rows: { at: Date }[] }).rows[0]?.at.toISOString() ?? "";

  async function settled(name: string): Promise<Watched> {
    const one = await watching.database(name);
    await one.load();
    await one.sample();
    await one.apply();
    await one.load();
    await one.sample();
    expect(await isInForce(one)).toBe(true);
    return one;
  }

  const loseClaims = async (one: Watched): Promise<unknown> =>
    one.load({ claims: () => ({ role: "authenticated", app_metadata: {} }) });

  test("tokens that have lost their claim: within a sample, with the time since the first refused insert", async () => {
    const one = await settled("lost");
    const args = ["watch", one.on.projectDir, "--every", "1", "--on-fail", "rollback", "--on", "denials,isolation"];
    const { child, ended } = start({ file: process.execPath, args: [JITI, MAIN, ...args] }, 300_000);
    await new Promise<void>((done) => {
      child.stderr?.on("data", (text) => void (String(text).includes(": sample ") && done()));
    });
    const from = await now(one);
    await loseClaims(one);
    const to = await now(one);
    const { code, stdout, stderr } = await ended;
    expect({ code, stderr: stderr.includes("denials: ") }).toEqual({ code: 1, stderr: true });
    const [, seconds, at] =
      /rolled back {2}denials failed: the plan was taken back .*; ([\d.]+) s after the first failing statement, at (\S+ \S+) UTC/.exec(
        stdout,
      ) ?? [];
    // printed to the second
    const first = `${at?.replace(" ", "T")}`;
    expect(first >= from.slice(0, 19) && first <= to.slice(0, 19)).toBe(true);
    const until = Date.parse(`${first}Z`) + Number(seconds) * 1000;
    // committed after the last refused insert was under way, and before now
    expect(until).toBeGreaterThan(Date.parse(from));
    expect(until).toBeLessThanOrEqual(Date.parse(await now(one)) + 1000);
    expect(await isInForce(one)).toBe(false);
    // what was seen is still there
    const gate = await rlsmith(["gate", one.on.projectDir]);
    expect([gate.code, gate.stdout.includes("new: row check on note")]).toEqual([1, true]);
  });

  test("what cannot be told, or was not named, takes nothing back", async () => {
    const one = await settled("named");
    await loseClaims(one);
    const watch = ["watch", one.on.projectDir, "--once", "--format", "json", "--on-fail", "rollback", "--on"];
    // the recorder is not installed: claims cannot be told
    const { code, stdout } = await rlsmith([...watch, "claims,objects"]);
    const { gate, takenBack } = JSON.parse(stdout);
    const state = (name: string): unknown =>
      gate.judgements.find((judged: { criterion: string }) => judged.criterion === name)?.state;
    expect([code, state("denials"), state("claims"), takenBack]).toEqual([1, "failed", "cannot be told", null]);
    expect(await isInForce(one)).toBe(true);

    // a change that somebody made since is not overwritten
    const { rows } = (await one.exec("select qual from pg_policies where policyname = 'note_read'")) as {
      rows: { qual: string }[];
    };
    await one.exec("alter policy note_read on public.note using (false)");
    const refused = await rlsmith([...watch, "denials"]);
    expect([refused.code, JSON.parse(refused.stdout).error.code]).toEqual([4, "CHANGED_SINCE"]);
    expect(await isInForce(one)).toBe(true);

    await one.exec(`alter policy note_read on public.note using (${rows[0]?.qual})`);
    const back = JSON.parse((await rlsmith([...watch, "denials"])).stdout);
    expect(back.takenBack).toMatchObject({ criteria: ["denials"], since: { what: "statement" } });
    expect(await isInForce(one)).toBe(false);
    // it is not in force any more
    const again = await rlsmith([...watch, "denials"]);
    expect([again.code, JSON.parse(again.stdout).error.code]).toEqual([2, "NOT_IN_FORCE"]);
  });

  test("without an entry of the plan in the journal it is refused before the first sample", async () => {
    const one = await watching.database("none");
    const args = ["watch", one.on.projectDir, "--once", "--on-fail", "rollback", "--on", "denials"];
    const { code, stderr } = await rlsmith(args);
    expect([code, stderr.includes("NOT_IN_FORCE")]).toEqual([2, true]);
    expect(await one.exec("select to_regclass('rlsmith.samples') as made")).toMatchObject({ rows: [{ made: null }] });
  });
});
