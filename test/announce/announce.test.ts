import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { appendEvidence, type Fact } from "../../src/evidence/index.ts";
import { announce, escalate } from "../../src/pipeline/announce.ts";
import { planHash, type Plan } from "../../src/plan/index.ts";
import { messageBody, messageMarkdown, messageText } from "../../src/report/announce/index.ts";
import { project } from "../support/cli.ts";
import { startReceiver, type Receiver } from "../watch/webhook.ts";

const PLAN: Plan = {
  format: "rlsmith-plan",
  formatVersion: 2,
  rlsmith: "test",
  catalogHash: "c",
  context: { claims: { kind: "setting", setting: "request.jwt.claims" }, variables: [] },
  retired: ["app.org_id"],
  policies: [],
  steps: [],
  announced: [],
  open: [],
  findings: [],
  accepted: [],
};

const CONFIG = `export default {
  context: { "app.org_id": { claim: "app_metadata.org_id", type: "uuid" } },
  targets: {
    staging: { url: { env: "STAGING_URL" }, notify: { url: { env: "TEST_WEBHOOK" }, form: "slack" } },
    production: { url: { env: "PRODUCTION_URL" }, after: { target: "staging", hours: 48 }, notify: { url: { env: "TEST_WEBHOOK" } } },
  },
};
`;

let dir: string;
let receiver: Receiver;
let minutes: number;

beforeEach(async () => {
  receiver = await startReceiver();
  process.env["TEST_WEBHOOK"] = receiver.url;
  minutes = 0;
  dir = project({ "rlsmith.config.ts": CONFIG });
  mkdirSync(join(dir, ".rlsmith"));
  const stored = { hash: planHash(PLAN), plan: PLAN, files: { up: "up.sql", down: "down.sql", ownTransaction: true } };
  writeFileSync(join(dir, ".rlsmith", "plan.json"), JSON.stringify(stored));
});
afterEach(async () => receiver.stop());

const settled = async (fact: Fact, target: string | null = null): Promise<void> => {
  minutes += 1;
  await appendEvidence(dir, {
    at: `2026-11-30T12:${String(minutes).padStart(2, "0")}:00.000Z`,
    serverAt: null,
    by: "Ada <ada@example.org>",
    rlsmith: "test",
    subject: { plan: planHash(PLAN), migrations: null, target },
    ending: fact.kind === "gate" && fact.outcome === "failed" ? "failed" : "passed",
    fact,
  });
};

const applied: Fact = { kind: "apply", purpose: "policies", outcome: "applied", relations: 30, code: null };
const gate = (outcome: "passed" | "failed" | "inconclusive", ...failed: ("denials" | "filtering")[]): Fact => ({
  kind: "gate",
  outcome,
  criteria: failed.map((criterion) => ({ criterion, state: "failed", waivedBy: null })),
  samples: { before: 1, after: 12 },
});

describe("what is said", () => {
  test("before: what was tried, in figures of the evidence, and what was not", async () => {
    await settled({ kind: "rehearsal", purpose: "policies", statements: 15_916, unannounced: 0 });
    const text = messageText((await announce(dir, { moment: "before" })).message);
    expect(text).toContain("15,916 statements were run before and after, and every difference is one that we expect.");
    expect(text).toContain("It was not attacked on a local database yet.");
    expect(text).toContain("It goes to staging, then to production, at least 48 h after staging.");
  });

  test("during: since when, and that nothing is judged yet", async () => {
    await settled(applied, "staging");
    const { target, message } = await announce(dir, { moment: "during" });
    expect(target).toBe("staging");
    expect(messageText(message)).toContain(
      "Since 2026-11-30 12:01 UTC the new policies are in force on staging; Ada <ada@example.org> has applied them. 30 tables changed in one go.",
    );
    expect(messageText(message)).toContain("Nothing is judged yet, so this is no all-clear.");
    expect(messageText(message)).toContain("production follows, at the earliest 48 h after staging.");
  });

  test("during, of a gate that has failed, does not sound like success", async () => {
    await settled(applied, "staging");
    await settled(gate("failed", "denials"), "staging");
    expect(messageText((await announce(dir, { moment: "during" })).message)).toContain(
      "The gate has failed at 2026-11-30 12:02 UTC: denials.",
    );
  });

  test("after: not while a target is left, or the plan was taken back", async () => {
    const wanted = { code: "NOTHING_TO_ANNOUNCE" };
    await settled(applied, "staging");
    await expect(announce(dir, { moment: "after" })).rejects.toMatchObject(wanted);
    await settled(applied, "production");
    const text = messageText((await announce(dir, { moment: "after" })).message);
    // nobody has attested, cleaned up or watched
    expect(text).toMatch(/the move to claims is in force, and \d+ steps are left/);
    expect(text).toContain("production since 2026-11-30 12:02 UTC, not judged yet");
    await settled({ kind: "rollback", outcome: "taken back", entries: 1 }, "production");
    await expect(announce(dir, { moment: "after" })).rejects.toMatchObject(wanted);
  });

  test("post-mortem: what went wrong, and questions that no program answers", async () => {
    await settled(applied, "staging");
    await settled(gate("failed", "denials"), "staging");
    await settled({ kind: "rollback", outcome: "taken back", entries: 1 }, "staging");
    const text = messageMarkdown((await announce(dir, { moment: "post-mortem" })).message);
    const wrong = /## What went wrong\n\n([\s\S]*?)\n\n##/.exec(text)?.[1];
    expect(wrong?.split("\n")).toEqual([
      "- 2026-11-30 12:02 UTC: gate failed on staging, failed (Ada &lt;ada@example.org&gt;)",
      "- 2026-11-30 12:03 UTC: rollback: taken back on staging (Ada &lt;ada@example.org&gt;)",
    ]);
    expect(text).toContain("## What surprised us\n\n_To be written by those who were there._");
  });

  test("nothing that Slack or Markdown obeys", () => {
    const message = {
      title: "<!channel> & more",
      parts: [{ kind: "text" as const, text: "<script>alert(1)</script> [a](b)" }],
    };
    expect(messageMarkdown(message)).toBe(
      "# &lt;!channel&gt; &amp; more\n\n&lt;script&gt;alert(1)&lt;/script&gt; \\[a\\](b)\n",
    );
    expect(messageBody(message, "slack", "id")).toMatchObject({
      text: "&lt;!channel&gt; &amp; more",
      blocks: [{ type: "header", text: { type: "plain_text" } }, { text: { type: "plain_text" } }, { type: "context" }],
    });
  });
});

describe("what is sent", () => {
  test("once, which the evidence says", async () => {
    await settled(applied, "staging");
    const first = await announce(dir, { moment: "during", send: true });
    expect(first.sent?.isNew).toBe(true);
    expect(receiver.accepted).toHaveLength(1);
    expect(receiver.accepted[0]).toMatchObject({ blocks: [{ type: "header" }, {}, {}, {}, { type: "context" }] });
    const again = await announce(dir, { moment: "during", send: true });
    expect(again).toMatchObject({ id: first.id, sent: { isNew: false, at: first.sent?.at } });
    expect(receiver.accepted).toHaveLength(1);
  });

  test("again, when something else is to be told", async () => {
    await settled(applied, "staging");
    await announce(dir, { moment: "during", send: true });
    await settled(gate("passed"), "staging");
    expect((await announce(dir, { moment: "during", send: true })).sent?.isNew).toBe(true);
    expect(receiver.accepted).toHaveLength(2);
  });

  test("not, where the webhook refuses it: the next run sends it", async () => {
    await settled(applied, "staging");
    receiver.status = 500;
    const failure = await announce(dir, { moment: "during", send: true }).then(
      () => null,
      (error: unknown) => error as Error,
    );
    expect(failure).toMatchObject({ code: "NOT_SENT", kind: "environment" });
    expect(JSON.stringify([failure?.message, failure])).not.toContain("secret-part");
    receiver.status = 200;
    expect((await announce(dir, { moment: "during", send: true })).sent?.isNew).toBe(true);
    expect(receiver.accepted).toHaveLength(1);
  });

  test("of a failed gate at once, and once for the same criteria", async () => {
    await settled(applied, "production");
    await settled(gate("failed", "denials"), "production");
    expect((await escalate(dir, "production"))?.sent?.isNew).toBe(true);
    await settled(gate("failed", "denials"), "production");
    expect((await escalate(dir, "production"))?.sent?.isNew).toBe(false);
    await settled(gate("failed", "denials", "filtering"), "production");
    expect((await escalate(dir, "production"))?.sent?.isNew).toBe(true);
    expect(receiver.accepted.map(({ title }) => title)).toEqual([
      expect.stringContaining("the gate of production has failed, please decide now"),
      expect.stringContaining("the gate of production has failed, please decide now"),
    ]);
    expect(receiver.accepted[1]?.["text"]).toContain("• filtering: statements have lost their rows");
    expect(receiver.accepted[1]?.["text"]).toContain("rlsmith rollback --target production");
  });

  test("not of a gate whose plan was taken back since", async () => {
    await settled(applied, "production");
    await settled(gate("failed", "denials"), "production");
    await settled({ kind: "rollback", outcome: "taken back", entries: 1 }, "production");
    await expect(escalate(dir, "production")).rejects.toMatchObject({ code: "NOTHING_TO_ANNOUNCE" });
    expect(receiver.accepted).toEqual([]);
  });
});
