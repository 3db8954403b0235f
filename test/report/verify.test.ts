import pc from "picocolors";
import { expect, test } from "vitest";
import { renderVerifyComparison } from "../../src/report/verify-comparison.ts";
import { jsonWriter } from "../../src/report/verify-json.ts";
import { verificationJunit } from "../../src/report/verify-junit.ts";
import { verificationMarkdown } from "../../src/report/verify-markdown.ts";
import { renderVerification } from "../../src/report/verify-terminal.ts";
import type { Breach } from "../../src/verify/matrix/breach.ts";
import type { Cell } from "../../src/verify/matrix/cell.ts";
import { comparing, readBefore } from "../../src/verify/compare.ts";
import { BREACH, CLEAN, FOUND, inPublic } from "./verification.ts";

const plain = pc.createColors(false);

const cell = (outcome: Cell["outcome"], attack = "read"): Cell => ({
  relation: inPublic("note"),
  through: { kind: "table", name: inPublic("note") },
  command: "SELECT",
  persona: "A's member",
  personaClass: "member",
  attack,
  standing: "unset",
  outcome,
  judgement: "held",
});

test("terminal: breached relations first, a mark for each class of personas, and what reproduces a breach", () => {
  const lines = renderVerification(FOUND, plain).split("\n");
  const row = (name: string): string => lines.find((line) => line.startsWith(name)) ?? "";
  // columns begin at 14: the longest name has 12 characters, and two spaces follow
  expect(row("public.note ")).toBe("public.note   ✗           ·");
  expect(row("public.price ")).toBe("public.price    ~");
  // COPY counts as SELECT: anon's cells are not settled
  expect(row("public.calm ")).toBe("public.calm   · ?");
  expect(lines.findIndex((line) => line.startsWith("public.note "))).toBeLessThan(
    lines.findIndex((line) => line.startsWith("public.calm ")),
  );
  for (const statement of BREACH.statements) expect(lines).toContain(`     ${statement}`);
  expect(lines).toContain("   seen as A's member: read through a view, SET app.org_id of B");
  expect(lines).toContain("   opens 2 relations · SELECT, COPY · 12 cells");
  expect(lines).toContain("    declared: one list for all");
  expect(lines).toContain("       20  the embedded engine copies to files only");
  expect(lines).toContain(
    "✗ 1,234 cells in 2.0 s as 2 personas on scratch: 1,200 held (300 by a grant), 1 breach (12 cells), 1 declared (2 cells), 20 not settled",
  );
});

test("terminal: a relation that nobody can use opens nothing, and one cell is one cell", () => {
  const unavailable: Breach = {
    ...BREACH,
    door: "unavailable",
    kind: "availability",
    commands: ["SELECT", "DELETE"],
    relations: [BREACH.relation],
    cells: 2,
  };
  const text = renderVerification({ ...CLEAN, breaches: [unavailable], breached: 0 }, plain);
  expect(text).toContain("   fails for SELECT, DELETE\n");
  expect(text).not.toContain("opens");
  expect(text).toContain("600 held, 1 breach\n");
  expect(renderVerification({ ...FOUND, breached: 1 }, plain)).toContain("1 breach (1 cell)");
});

test("terminal: nothing found", () => {
  const text = renderVerification(CLEAN, plain);
  expect(text).toContain("✓ 600 cells in 2.0 s as 2 personas on scratch: 600 held, 0 breaches\n");
  expect(text).not.toContain("not settled,");
  expect(text).not.toContain("--format json");
});

test("terminal: rows whose owner is unknown are marked, tables without rows are counted, and a run that tried nothing has no tick", () => {
  const heat = FOUND.heat.slice(0, 1).map((one) => ({ ...one, notSettled: 3, ownerUnknown: 3 }));
  const text = renderVerification({ ...CLEAN, heat, withoutRows: [inPublic("bare"), inPublic("new")] }, plain);
  expect(text).toMatch(/^public\.calm +\?$/m);
  expect(text).toContain("no rows, so nothing could be reached: public.bare, public.new\n");
  expect(text).toContain("600 held, 0 breaches, 2 tables without rows\n");
  expect(renderVerification({ ...CLEAN, conclusive: false, held: 0 }, plain)).toContain("? 600 cells");
  expect(renderVerification({ ...CLEAN, cells: 0, held: 0, heat: [] }, plain)).toContain("? 0 cells");
  // said once: a note that has named it is enough
  const noted = {
    code: "no-rows",
    about: inPublic("bare"),
    message: "`public.bare` has no rows, so nothing of it was tried: none",
  };
  expect(renderVerification({ ...CLEAN, withoutRows: [inPublic("bare")], notes: [noted] }, plain)).not.toContain(
    "could be reached",
  );
});

test("terminal: of many relations those that held are one line, of many breaches the first are shown and the rest counted", () => {
  const many = Array.from({ length: 50 }, (_, n) =>
    CLEAN.heat.map((heat) => ({ ...heat, relation: inPublic(`t${n}`) })),
  ).flat();
  const text = renderVerification(
    { ...FOUND, heat: [...FOUND.heat, ...many], breaches: Array.from({ length: 33 }, () => BREACH) },
    plain,
  );
  expect(text).toContain("50 more relations, where everything held");
  expect(text).not.toContain("public.t7");
  expect(text).toContain("… and 3 more breaches; --format json has all");
});

test("json: cells as they come, everything else at the end, one object", () => {
  let text = "";
  const writer = jsonWriter((piece) => (text += piece));
  writer.cell(cell({ kind: "denied", by: "no row" }));
  writer.cell(cell({ kind: "error", sqlstate: "22P02" }, "read for update"));
  writer.end(FOUND, null);
  const value = JSON.parse(text);
  expect(value.cells).toEqual([
    cell({ kind: "denied", by: "no row" }),
    cell({ kind: "error", sqlstate: "22P02" }, "read for update"),
  ]);
  expect(value).toMatchObject({ format: "rlsmith-verification", formatVersion: 2, cellCount: 1234 });
  const { relation, object, command, persona, attack, statements } = BREACH;
  expect(value.breaches).toEqual([expect.objectContaining({ relation, object, command, persona, attack, statements })]);
  expect(value.heat).toEqual(FOUND.heat);
});

test("json: without a cell it is an object as well", () => {
  let text = "";
  jsonWriter((piece) => (text += piece)).end(CLEAN, null);
  expect(JSON.parse(text)).toMatchObject({ cells: [], breaches: [] });
});

test("junit: a case for each command and class, breaches fail with their statements, what never ran is skipped and says why", () => {
  const xml = verificationJunit(FOUND);
  expect(xml).toContain('<testsuite name="public.note" tests="2" failures="1" skipped="0">');
  expect(xml).toContain('<testsuite name="public.calm" tests="2" failures="0" skipped="1">');
  expect(xml).toContain('<skipped message="not settled: 20 cells"/>');
  expect(xml).toContain('<failure message="`a|b` reads with its owner\'s rights &amp; &lt;more&gt;">');
  expect(xml).toContain("select '```', 1 &lt; 2 &amp; &quot;x&quot;;");
  // every < opens or closes a tag of ours: nothing of a name got out of its place
  expect(xml.match(/<(?!\/?(testsuites?|testcase|failure|skipped)\b|\?xml )/g)).toBeNull();
});

test("junit: characters that XML does not know are shown as escapes", () => {
  const odd = { ...BREACH, message: "a\u0000b\u001bc\ud800d\uffff" };
  expect(verificationJunit({ ...FOUND, breaches: [odd] })).toContain('message="a\\x00b\\x1bc\\ud800d"');
});

test("markdown: a table, and a fence longer than any in the statements", () => {
  const text = verificationMarkdown(FOUND);
  expect(text).toContain('| 1 | `public."a\\|b <&> ""c"""` | view |');
  expect(text).toContain("````sql\nbegin;\nselect '```', 1 < 2 & \"x\";\nrollback;\n````");
  expect(text).toContain("- `public.price`: one list for all");
  expect(text).toContain("- 20: the embedded engine copies to files only");
  expect(verificationMarkdown(CLEAN)).not.toContain("##");
});

test("comparison: what closed, what opened, and cells that came out otherwise", () => {
  let text = "";
  const writer = jsonWriter((piece) => (text += piece));
  writer.cell(cell({ kind: "allowed", own: 3, foreign: 2, evidence: null }));
  writer.cell(cell({ kind: "denied", by: "no row" }, "gone since"));
  writer.end(FOUND, null);
  const compare = comparing(readBefore(text, "before.json"));
  compare.cell(cell({ kind: "denied", by: "no row" }));
  compare.cell(cell({ kind: "denied", by: "no row" }, "new"));
  const comparison = compare.end({ ...FOUND, breaches: [{ ...BREACH, id: "another", message: "it is new" }] });
  const lines = renderVerifyComparison(comparison, plain);
  expect(lines).toContain(`closed ${BREACH.object.name}`);
  expect(lines).toContain("it is new");
  expect(lines).toContain("1 closed, 1 opened, 0 still open");
  expect(lines).toContain("cells: 1 came out otherwise, 1 new, 1 gone");
});
