import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import {
  appendEvidence,
  checkLines,
  conflictMarkers,
  evidencePath,
  lineAfter,
  linesOf,
  mergeLines,
  printLines,
  readEvidence,
  readLines,
  statementOf,
  type Fault,
  type Line,
  type NewLine,
} from "../../src/evidence/index.ts";
import { verifyEvidence } from "../../src/pipeline/check-evidence.ts";

const at = (minute: number): string => new Date(Date.UTC(2026, 0, 1, 0, minute)).toISOString();

const said = (minute: number, note = `note ${minute}`): NewLine => ({
  at: at(minute),
  serverAt: null,
  by: "Ada <ada@example.org>",
  rlsmith: "0.1.0",
  subject: { plan: null, migrations: null, target: null },
  ending: "passed",
  fact: { kind: "attestation", step: "capacity", as: "DBA", note, waived: false },
});

const chain = (minutes: readonly number[], before: readonly Line[] = []): Line[] => {
  const lines = [...before];
  for (const minute of minutes) lines.push(lineAfter(lines, said(minute)));
  return lines;
};

const faultsOf = (text: string): Fault[] => checkLines(readLines(text), conflictMarkers(text));

const LINES = chain([1, 2, 3, 4, 5]);

describe("a file of evidence", () => {
  test("as it was written has no fault", () => {
    expect(faultsOf(printLines(LINES))).toEqual([]);
    expect(faultsOf("")).toEqual([]);
  });

  test("a program that writes its lines anew, with other spaces and another order of keys, changes nothing", () => {
    const again = LINES.map((line) => JSON.stringify(Object.fromEntries(Object.entries(line).toReversed()), null, 1))
      .map((text) => text.replaceAll("\n", " "))
      .join("\n");
    expect(faultsOf(again)).toEqual([]);
  });

  test("an edited line shows, whatever was edited", () => {
    const text = printLines(LINES);
    for (const [from, to] of [
      ["note 3", "note 8"],
      ["00:03:00.000Z", "00:03:01.000Z"],
    ] as const)
      expect(faultsOf(text.replace(from, to)).map(({ kind, line }) => [kind, line])).toContainEqual(["edited", 3]);
  });

  test("a removed line shows at the one that follows it", () => {
    const left = LINES.filter((_, place) => place !== 2);
    expect(faultsOf(printLines(left))).toEqual([{ kind: "removed", line: 3, hash: LINES[2]?.hash }]);
  });

  test("reordered lines show", () => {
    const [a, b, c, d, e] = LINES as [Line, Line, Line, Line, Line];
    expect(faultsOf(printLines([a, b, d, c, e])).map(({ kind, line }) => [kind, line])).toEqual([["reordered", 3]]);
  });

  test("a line that is there twice, and one that is no line", () => {
    const text = printLines([...LINES, LINES[4] as Line]);
    expect(faultsOf(text)).toEqual([{ kind: "twice", line: 6, first: 5 }]);
    expect(faultsOf(`${printLines(LINES)}{"hash":1}\n`)).toEqual([{ kind: "unreadable", line: 6 }]);
  });

  test("a clock that goes back, and one that differs from the server's", () => {
    const lines = chain([10, 5]);
    expect(faultsOf(printLines(lines))).toEqual([{ kind: "clock", line: 2, seconds: 300 }]);
    const apart = [lineAfter([], { ...said(60), serverAt: at(0) })];
    expect(faultsOf(printLines(apart))).toEqual([{ kind: "server clock", line: 1, seconds: 3600 }]);
  });

  test("any one change of a file shows, but a cut at its end", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 4 }), fc.constantFrom("drop", "swap", "edit"), (place, how) => {
        const lines = [...LINES];
        if (how === "drop") {
          if (place === 4) return;
          lines.splice(place, 1);
        } else if (how === "swap") {
          const other = (place + 1) % 5;
          [lines[place], lines[other]] = [lines[other] as Line, lines[place] as Line];
        } else lines[place] = { ...(lines[place] as Line), by: "Mallory <m@example.org>" };
        expect(faultsOf(printLines(lines)).length).toBeGreaterThan(0);
      }),
    );
  });
});

describe("two branches", () => {
  const base = chain([1, 2]);
  const ours = chain([3, 6], base);
  const theirs = chain([4, 5], base);
  const now = { at: at(9), by: null, rlsmith: "0.1.0" };
  // as git leaves them
  const conflict = [
    printLines(base).trimEnd(),
    "<<<<<<< HEAD",
    printLines(ours.slice(2)).trimEnd(),
    "=======",
    printLines(theirs.slice(2)).trimEnd(),
    ">>>>>>> theirs",
    "",
  ].join("\n");

  test("both follow the same line, and that shows until a line joins them", () => {
    expect(faultsOf(printLines([...ours, ...theirs.slice(2)])).map(({ kind }) => kind)).toContain("branched");
    expect(faultsOf(conflict).filter(({ kind }) => kind === "conflict")).toHaveLength(3);
    const merged = mergeLines(linesOf(readLines(conflict)), now);
    expect(faultsOf(printLines(merged)).filter(({ kind }) => kind !== "clock")).toEqual([]);
    // every line of both is there as it was
    expect(new Set(merged.map(({ hash }) => hash))).toEqual(
      new Set([...ours, ...theirs].map(({ hash }) => hash).concat(merged.at(-1)?.hash ?? [])),
    );
    expect(merged.at(-1)?.previous).toHaveLength(2);
  });

  test("merging again, or what is no branch, changes nothing", () => {
    const merged = mergeLines([...ours, ...theirs], now);
    expect(mergeLines(merged, { ...now, at: at(20) })).toEqual(merged);
    expect(mergeLines(LINES, now)).toEqual(LINES);
  });

  test("branches of branches, in any order", () => {
    fc.assert(
      fc.property(
        fc.array(fc.array(fc.integer({ min: 3, max: 500 }), { minLength: 1, maxLength: 4 }), {
          minLength: 2,
          maxLength: 5,
        }),
        (branches) => {
          const all = branches.flatMap((minutes, number) =>
            chain(
              minutes.map((minute) => minute + number * 1000),
              base,
            ),
          );
          const merged = mergeLines(all, now);
          expect(faultsOf(printLines(merged)).filter(({ kind }) => kind !== "clock")).toEqual([]);
        },
      ),
    );
  });
});

describe("the file of a project", () => {
  let dir: string;
  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), "rlsmith-evidence-"));
  });
  afterEach(() => rmSync(dir, { recursive: true }));

  test("commands at the same time each append a line to one chain", async () => {
    await Promise.all(Array.from({ length: 12 }, async () => appendEvidence(dir, said(1))));
    const { read, conflicts } = readEvidence(dir);
    expect(read).toHaveLength(12);
    expect(checkLines(read, conflicts)).toEqual([]);
  });

  test("what is there stays byte for byte", async () => {
    const path = evidencePath(dir);
    mkdirSync(dirname(path));
    const before = `${JSON.stringify(LINES[0], null, 0).replace(",", " , ")}\n`;
    writeFileSync(path, before);
    await appendEvidence(dir, said(2));
    expect(readFileSync(path, "utf8").startsWith(before)).toBe(true);
  });

  test("a conflict of git is refused, and nothing is written", async () => {
    const path = evidencePath(dir);
    mkdirSync(dirname(path));
    writeFileSync(path, "<<<<<<< HEAD\n=======\n>>>>>>> b\n");
    await expect(appendEvidence(dir, said(1))).rejects.toMatchObject({ code: "EVIDENCE_CONFLICT" });
    expect(readFileSync(path, "utf8")).toBe("<<<<<<< HEAD\n=======\n>>>>>>> b\n");
  });
});

test("a folder without evidence is not sound", () => {
  const dir = mkdtempSync(join(tmpdir(), "rlsmith-evidence-"));
  expect(() => verifyEvidence(dir)).toThrow("no `.rlsmith/evidence.jsonl`");
  rmSync(dir, { recursive: true });
});

test("a statement of in-toto names the plans and the newest line by their sha256", () => {
  const plan = "a".repeat(64);
  const lines = [...LINES, lineAfter(LINES, { ...said(6), subject: { plan, migrations: null, target: null } })];
  const { _type, subject } = statementOf(lines, "0.1.0");
  expect(_type).toBe("https://in-toto.io/Statement/v1");
  expect(subject.map(({ digest }) => digest.sha256)).toEqual([plan, lines.at(-1)?.hash]);
});
