import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { reportFacts, type ReportFacts } from "../../../src/pipeline/report.ts";
import { reportHtml } from "../../../src/report/html/index.ts";
import { findMajors } from "../../faults/majors.ts";
import { startWatching, type Watching } from "../../watch/situation.ts";

const server = findMajors().find(({ major, missing }) => major === 15 && missing === null);

/** A section of a report. */
const sectionOf = (text: string, id: string): string =>
  new RegExp(`<section id="${id}"[\\s\\S]*?</section>`).exec(text)?.[0] ?? "";

describe.skipIf(!server)("the report of a plan that is applied and watched", () => {
  let watching: Watching;
  let facts: ReportFacts;
  let text: string;
  beforeAll(async () => {
    watching = await startWatching(server?.bin ?? "");
    const one = await watching.database("reported");
    await one.load();
    await one.sample();
    await one.apply();
    await one.load();
    await one.sample();
    // a token without its claim: its inserts are refused
    await one.load({ times: 1, claims: () => ({ role: "authenticated", app_metadata: {} }) });
    await one.sample();
    facts = await reportFacts(one.on.projectDir, { live: true });
    text = reportHtml(facts);
  });
  afterAll(async () => watching?.stop());

  test("shows the journal with the locks that were held", () => {
    const [target] = facts.targets;
    if (target?.journal.kind !== "known") throw new Error("the journal was read");
    const locks = target.journal.value.flatMap(({ detail }) => detail.locks ?? []);
    // the plan of the fixture changes policies of these relations
    expect(locks.map(({ relation }) => relation).toSorted()).toEqual([
      "public.customer",
      "public.invoice",
      "public.note",
    ]);
    const timeline = sectionOf(text, "timeline");
    for (const { relation, held } of locks) {
      expect(timeline).toContain(relation);
      expect(timeline).toContain(`${held} ms held`);
    }
  });

  test("shows the gate, and plots what was seen", () => {
    const [target] = facts.targets;
    if (target?.traffic.kind !== "known") throw new Error("the samples were read");
    const { gate, points, latency, errors } = target.traffic.value;
    expect(gate.outcome).toBe("failed");
    // apply takes a sample of its own before its first lock
    expect(points.map(({ kind }) => kind)).toEqual(["before", "before", "after", "after"]);
    // each tenant's insert into each of the three relations is refused once; without a token nothing else is
    expect(points.at(-1)?.denials).toBeGreaterThanOrEqual(6);
    expect(errors.after?.k).toBeGreaterThanOrEqual(points.at(-1)?.denials ?? 1);
    expect(latency.length).toBeGreaterThan(0);
    const section = sectionOf(text, "watching");
    expect(section).toContain(`<b class="bad">failed</b>`);
    expect(section).toContain("new: row check");
    expect(section).toContain("Denials in each sample</h4><svg");
    expect(section).toContain("Time of statements before and since</h4><svg");
    expect(section).toContain("the recorder is not installed");
  });

  test("of a server that is gone says so", async () => {
    const { on } = await watching.database("unreachable");
    process.env["URL_UNREACHABLE"] = "postgres://nobody@127.0.0.1:1/none";
    const [target] = (await reportFacts(on.projectDir, { live: true })).targets;
    expect(target?.journal.kind).toBe("failed");
    expect(target?.traffic.kind).toBe("failed");
    expect(reportHtml(await reportFacts(on.projectDir, { live: true }))).toContain(
      "The journal of staging could not be read",
    );
  });
});
