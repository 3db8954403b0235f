import { expect, test } from "vitest";
import { isolationCriterion } from "../../src/watch/criteria/isolation.ts";
import type { IsolationReading } from "../../src/watch/sample.ts";
import { evidenceOf, readTestResults, type TestEvidence } from "../../src/watch/test-results.ts";
import { watchedOf, withReadings } from "./criteria/watched.ts";

const SINCE = "2026-01-01T00:00:00Z";
const ON = { since: SINCE, bypassing: ["postgres", "service_role"] };

const judge = (text: string, on: { since: string | null; bypassing: string[] } = ON): TestEvidence =>
  evidenceOf(readTestResults(text), on);

const UNPRIVILEGED = "role authenticated is neither superuser nor BYPASSRLS";

/** As vitest writes it: suites and case in one name, with `>` as an entity. */
const junit = (cases: string, { tests = 3, failures = 0, at = "2026-01-01T01:00:00.000Z" } = {}): string =>
  `<?xml version="1.0" encoding="UTF-8" ?>
<testsuites name="vitest tests" tests="${tests}" failures="${failures}" errors="0" time="0.4">
  <testsuite name="rls_isolation.test.ts" timestamp="${at}" hostname="ci" tests="${tests}" failures="${failures}" errors="0" skipped="0">
${cases}
  </testsuite>
</testsuites>
`;
const one = (name: string, body = ""): string =>
  `<testcase classname="rls_isolation.test.ts" name="row isolation &gt; ${name}" time="0.1">${body}</testcase>`;
const PROOF = one(UNPRIVILEGED);
const ACTIVE = one("as authenticated: row security is active on public.visit");
const READS = one("public.visit &gt; A&apos;s nurse: reads no visit of B");

const refused = (because: string, roles: string[] = []): object => ({ kind: "refused", because, roles });

test("JUnit: a run whose personas are proved, and that tried something, is evidence", () => {
  expect(judge(junit(PROOF + ACTIVE + READS))).toEqual({ kind: "accepted", roles: ["authenticated"], cases: 1 });
  const failing = one("public.visit &gt; x", `<failure message="reads 3 rows">at line 1</failure>`);
  expect(judge(junit(PROOF + failing + READS, { failures: 1 }))).toEqual({ kind: "failed", failed: 1, cases: 2 });
});

test.each([
  ["no test of the persona", junit(ACTIVE + READS, { tests: 2 }), refused("persona not proved")],
  [
    "a test of the persona that was skipped",
    junit(one(UNPRIVILEGED, "<skipped/>") + READS, { tests: 2 }),
    refused("persona not proved", ["authenticated"]),
  ],
  [
    "a persona that is privileged where the tests ran",
    junit(one(UNPRIVILEGED, "<failure/>") + READS, { tests: 2, failures: 1 }),
    refused("privileged persona", ["authenticated"]),
  ],
  [
    "a persona that row security does not concern on the target",
    junit(PROOF + one("role service_role is neither superuser nor BYPASSRLS") + READS),
    refused("privileged persona", ["service_role"]),
  ],
  ["nothing but the persona", junit(PROOF + ACTIVE, { tests: 2 }), refused("nothing asserted")],
  [
    "all tests of rows skipped",
    junit(PROOF + one("public.visit &gt; x", "<skipped/>"), { tests: 2 }),
    refused("nothing asserted"),
  ],
  ["no test at all", junit("", { tests: 0 }), refused("persona not proved")],
  ["a run before the change", junit(PROOF + ACTIVE + READS, { at: "2025-12-31T23:00:00Z" }), refused("older")],
  ["a run of unknown time", junit(PROOF + ACTIVE + READS, { at: "2026-01-01T01:00:00" }), refused("older")],
  ["a file that was cut off", junit(PROOF + ACTIVE + READS).slice(0, -20), refused("incomplete")],
  ["fewer cases than are declared", junit(PROOF + READS), refused("incomplete")],
  ["a suite that failed without a case", junit(PROOF + ACTIVE + READS, { failures: 1 }), refused("incomplete")],
  [
    "a result in what a test printed",
    junit(ACTIVE + one("public.visit &gt; x", `<system-out><![CDATA[${PROOF}]]></system-out>`), { tests: 2 }),
    refused("persona not proved"),
  ],
  ["another file", "no results", refused("unreadable")],
  ["another XML", "<html></html>", refused("unreadable")],
])("JUnit: %s is no evidence", (_, text, expected) => {
  expect(judge(text)).toEqual(expected);
});

test("TAP, as pgTAP writes it: subtests, directives, several plans, a bail-out", () => {
  // TAP has no time: the caller adds that of the file
  const tap = (text: string): TestEvidence => judge(text, { ...ON, since: null });
  const proof = `ok 1 - ${UNPRIVILEGED}`;
  expect(tap(`1..2\n${proof}\nok 2 - public.visit: read\n`)).toEqual({
    kind: "accepted",
    roles: ["authenticated"],
    cases: 1,
  });
  expect(tap(`1..2\n${proof}\nnot ok 2 - public.visit: read\n# Failed test 2\n`)).toEqual({
    kind: "failed",
    failed: 1,
    cases: 1,
  });
  expect(tap(`1..2\n${proof}\n    ok 1 - a subtest\n    1..1\nok 2 - public.visit: read\n`).kind).toBe("accepted");
  expect(tap(`1..2\n${proof}\nok 2 - public.visit: read # SKIP no rows\n`)).toEqual(refused("nothing asserted"));
  expect(tap(`1..2\nok 1 - ${UNPRIVILEGED} # TODO\nok 2 - x\n`)).toEqual(
    refused("persona not proved", ["authenticated"]),
  );
  expect(tap(`1..2\nnot ok 1 - ${UNPRIVILEGED}\nok 2 - x\n`)).toEqual(refused("privileged persona", ["authenticated"]));
  expect(tap(`1..3\n${proof}\nok 2 - x\n`)).toEqual(refused("incomplete"));
  expect(tap(`${proof}\nok 2 - x\n`)).toEqual(refused("incomplete"));
  expect(tap(`1..2\n${proof}\nok 2 - x\nBail out! no connection\n`)).toEqual(refused("incomplete"));
  expect(tap(`1..1\nok 1 - x\n1..2\n${proof}\nok 2 - y\n`)).toEqual({
    kind: "accepted",
    roles: ["authenticated"],
    cases: 2,
  });
  expect(judge(`1..2\n${proof}\nok 2 - x\n`)).toEqual(refused("older"));
});

test("the criterion: results that fail or are refused keep it from passing, and good ones do not stand for the attack", () => {
  const attack = (held: number): Omit<IsolationReading, "cursor"> => ({
    source: "isolation",
    lacks: [],
    statements: 100,
    held,
    breaches: [],
    unsettled: 0,
  });
  const good = judge(junit(PROOF + ACTIVE + READS));
  const state = (tests: TestEvidence | null, held = 5): unknown =>
    isolationCriterion({ ...watchedOf([withReadings("after", 1, attack(held))]), tests });
  expect(state(null)).toMatchObject({ state: "passed" });
  expect(state(good)).toMatchObject({ state: "passed", notes: [{ cause: "tests accepted", count: 1 }] });
  expect(state(good, 0)).toMatchObject({ state: "cannot be told" });
  expect(state({ kind: "failed", failed: 1, cases: 2 })).toMatchObject({
    state: "failed",
    causes: [{ cause: "tests failed", count: 1, of: 2 }],
  });
  expect(state(judge("no results"))).toMatchObject({
    state: "cannot be told",
    causes: [{ cause: "tests refused", because: "unreadable" }],
  });
});
