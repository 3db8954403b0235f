import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { takeSample, watchTarget } from "../../src/pipeline/watch.ts";
import { findMajors } from "../faults/majors.ts";
import { rlsmith } from "../support/cli.ts";
import { startWatching, type Watching } from "./situation.ts";
import { startReceiver, type Receiver } from "./webhook.ts";

const server = findMajors().find(({ major, missing }) => major === 15 && missing === null);

describe.skipIf(!server)("messages to a webhook", () => {
  let watching: Watching;
  let receiver: Receiver;
  beforeAll(async () => {
    watching = await startWatching(server?.bin ?? "");
    receiver = await startReceiver();
    process.env["HOOK"] = receiver.url;
  });
  afterAll(async () => {
    await receiver?.stop();
    await watching?.stop();
  });

  const ids = (bodies: readonly Record<string, unknown>[]): unknown[] => bodies.map(({ id }) => id);

  test("one for each criterion that changes, once, whoever sends it and however often it fails", async () => {
    const one = await watching.database("hooked", undefined, 'notify: { url: { env: "HOOK" } }');
    await one.load();
    await one.sample();
    await one.apply();
    await one.sample();
    await one.load();
    await one.sample();
    const clean = receiver.accepted.length;
    // the plan has come into force, and nothing has failed
    expect(receiver.accepted.filter(({ state }) => state === "failed")).toEqual([]);

    await one.exec("create policy support on public.invoice for select to authenticated using (true)");
    const outcomes = [];
    for (const status of [500, 302, 0, 200]) {
      receiver.status = status;
      // each as after a restart
      outcomes.push((await takeSample(watchTarget(one.on, one.plan))).notified);
    }
    expect(outcomes.map((one) => one?.failed)).toEqual([
      { why: "status", status: 500 },
      { why: "status", status: 302 },
      { why: "unreachable", code: "UND_ERR_SOCKET" },
      null,
    ]);
    const told = receiver.accepted.slice(clean);
    // the opening, the policy that is not the plan's, and plans that use no index since each row passes: found by the
    // first of the four samples, which is the fifth with the one that apply takes
    const found = told.filter(({ state }) => state === "failed");
    const hash = String(found[0]?.["planHash"]).slice(0, 12);
    expect(ids(found)).toEqual(
      ["isolation", "objects", "speed"].map((criterion) => `staging/${hash}/5/${criterion}/failed`),
    );
    expect(found[1]).toMatchObject({
      format: "rlsmith-notice",
      formatVersion: 1,
      target: "staging",
      sample: 5,
      criterion: "objects",
      was: "passed",
      state: "failed",
      k: 1,
      causes: [{ object: "public.invoice.support", why: "policy added: public.invoice.support" }],
    });
    // what was refused is what was accepted later
    expect(new Set(ids(receiver.refused))).toEqual(new Set(ids(found).slice(0, 1)));
    const both = await Promise.all([1, 2].map(async () => takeSample(watchTarget(one.on, one.plan))));
    expect(both.map(({ notified }) => notified)).toEqual([
      { sent: 0, failed: null },
      { sent: 0, failed: null },
    ]);
    expect(new Set(ids(receiver.accepted)).size).toBe(receiver.accepted.length);
  });

  test("in the form of Slack; the URL is in no output", async () => {
    const one = await watching.database("slack", undefined, 'notify: { url: { env: "HOOK" }, form: "slack" }');
    await one.load();
    await one.sample();
    await one.apply();
    const before = receiver.accepted.length;
    await one.exec('create policy "<!channel> & co" on public.invoice for select to authenticated using (true)');
    const args = ["watch", one.on.projectDir, "--once"];
    const { code, stdout, stderr } = await rlsmith(args);
    expect(code).toBe(1);
    expect(stderr).toContain("sent to the webhook");
    // before the change nothing is judged
    const message = receiver.accepted.slice(before).find(({ text }) => String(text).includes("objects"));
    expect(message).toMatchObject({
      text: "staging: objects not enough yet → failed (sample 3)",
      blocks: [{ type: "section", text: { type: "plain_text" } }, { type: "context" }],
    });
    expect(message).toMatchObject({
      blocks: [{ text: { text: expect.stringContaining('policy added: public.invoice."<!channel> & co"') } }, {}],
    });
    receiver.status = 403;
    await one.exec('drop policy "<!channel> & co" on public.invoice');
    const refused = await rlsmith(args);
    expect(refused.stderr).toContain("not sent to the webhook: it answered 403; tried again at the next sample");
    receiver.status = 200;
    expect(JSON.stringify([stdout, stderr, refused])).not.toContain("secret-part");
  });

  test("a variable that is not set, or is no URL, is found out before the first sample", async () => {
    const one = await watching.database("unset", undefined, 'notify: { url: { env: "NO_HOOK" } }');
    for (const [value, why] of [
      ["", "is not set"],
      ["file:///secret", "is no http or https URL"],
    ] as const) {
      const { code, stderr } = await rlsmith(["watch", one.on.projectDir, "--once"], { env: { NO_HOOK: value } });
      expect([code, stderr.includes(why), stderr.includes("secret")]).toEqual([4, true, false]);
    }
    expect(await one.exec("select to_regclass('rlsmith.samples') as made")).toMatchObject({ rows: [{ made: null }] });
  });
});
