import { lineAt, type SourceFile } from "../code/index.ts";
import { blockingOf } from "./blocking-guards.ts";
import type { CleanedGuards, GuardsInput, LeftGuard } from "./cleaned.ts";
import type { GuardContext, Outcome } from "./context.ts";
import { firstOfEach } from "./first-of-each.ts";
import { kindOf, type GuardKind } from "./kind.ts";
import { cleanDirectives } from "./kinds/lint-config.ts";
import { retiredIn, type GuardNames } from "./names.ts";
import { fileInText } from "./references.ts";
import { residueOf } from "./residue.ts";
import { MOST_ROUNDS, settle, type File, type Settled } from "./settle.ts";
import { testRuns } from "./test-runs.ts";
import { firstLine, lineText } from "./text.ts";
import { PAGE, usesLeft } from "./uses-left.ts";

/** Take out what demands or re-creates the old pattern. Pure. Lines are those of the texts before. */
export function cleanGuards(input: GuardsInput, names: GuardNames): CleanedGuards {
  const files = input.files.map((file) => ({ ...file, kind: kindOf(file.path, file.text) }));
  const pinned = new Map<string, string>();
  for (let round = 0; round < MOST_ROUNDS; round += 1) {
    const settled = settle(files, names, pinned);
    const stuck = usesLeft(files, settled);
    if (stuck.size === 0) return resultOf(input, { ...settled, files, pinned, names });
    for (const [file, by] of stuck) pinned.set(file, by);
  }
  return { files: new Map(), blocking: [], removed: [], left: [], forbids: [], mentions: [] };
}

/** All that is known when nothing else goes. */
interface Found extends Settled {
  files: readonly File[];
  /** files that stay, and what needs them */
  pinned: ReadonlyMap<string, string>;
  names: GuardNames;
}

function resultOf(input: GuardsInput, found: Found): CleanedGuards {
  const parts = found.files.map((file) => partOf(file, found));
  const blocking = blockingOf(found.files, found.outcomes, input.migrations);
  const removed = parts.flatMap((one) => one.removed);
  const left = [...parts.flatMap((one) => one.left), ...leftOutside(input.outside ?? [], found.names)];
  const isTold = (path: string): boolean => [...removed, ...left].some((one) => one.path === path);
  const refusing = blocking
    .filter(({ path }) => !isTold(path))
    .map(({ path, kind, line, what }) => ({ path, kind, line, what, reason: "refuses-migration" as const }));
  return {
    files: new Map(parts.flatMap((one) => one.files)),
    removed: sorted(removed),
    left: sorted([...left, ...firstOfEach(refusing, ({ path }) => path)]),
    forbids: sorted(parts.flatMap((one) => one.forbids)),
    mentions: sorted(parts.flatMap((one) => one.mentions)),
    blocking,
  };
}

/** What one file gives to the result. */
interface Part extends Omit<CleanedGuards, "files" | "blocking"> {
  files: [string, string | null][];
}

const NOTHING: Part = { files: [], removed: [], left: [], forbids: [], mentions: [] };

function partOf(file: File, found: Found): Part {
  const { path, text, kind } = file;
  const outcome = found.outcomes.get(path);
  const now = outcome ? outcome.after : text;
  const guard = outcome && kind !== null ? guardPart({ ...file, kind }, outcome, found) : NOTHING;
  const directives = now === null ? NOTHING : directivePart(file, now, found.context);
  const named = now === null ? null : fileInText(now, found.context);
  const runs = now !== null && kind === "package-json" ? testRuns(text, found.files, found.outcomes, found.names) : [];
  const other = otherKind(file, found.names);
  const mentions = [...guard.mentions, ...other.mentions];
  const left = [
    ...guard.left,
    ...other.left,
    ...runs.map((one) => ({ path, kind, ...one, reason: "runs-tests" as const })),
  ];
  return {
    files: [...guard.files, ...directives.files],
    removed: [...guard.removed, ...directives.removed],
    left: firstOfEach(left, ({ line }) => line),
    forbids: guard.forbids,
    mentions: named
      ? [...mentions, { path, line: lineAt(text, Math.max(text.indexOf(named.file), 0)), what: named.file }]
      : mentions,
  };
}

/** What was found in a file that may be a guard. */
function guardPart({ path, text, kind }: File & { kind: GuardKind }, outcome: Outcome, { pinned, names }: Found): Part {
  const residue = residueOf(kind, text, outcome, names);
  return {
    files: outcome.after === text ? [] : [[path, outcome.after]],
    removed: outcome.removed.map((one) => ({ ...one, path, kind })),
    left: [
      ...outcome.left.map(({ line, what, reason }) => ({
        path,
        kind,
        line,
        what: reason === "in-use" ? (pinned.get(path) ?? what) : what,
        reason,
      })),
      ...residue
        .filter(({ isComment }) => !isComment)
        .map(({ line, what }) => ({ path, kind, line, what, reason: "not-certain" as const })),
    ],
    forbids: outcome.forbids.map(({ line, what }) => ({ path, kind, line, what })),
    mentions: residue.filter(({ isComment }) => isComment).map(({ line, what }) => ({ path, line, what })),
  };
}

const CODE = /\.(?:[mc]?[jt]sx?|vue|svelte|astro)$/;

/** Directives in code that switch a lint rule that goes. `now`: the text without what went before. */
function directivePart({ path, text }: File, now: string, context: GuardContext): Part {
  const { after, lines } = CODE.test(path) ? cleanDirectives(now, context) : { after: now, lines: [] };
  if (lines.length === 0) return NOTHING;
  const removed = lines.map((line) => ({
    path,
    kind: "directive" as const,
    line,
    what: firstLine(lineText(text, line)),
    evidence: "runs-what-goes" as const,
  }));
  return { ...NOTHING, files: [[path, after]], removed };
}

/** A page that tells what was: its names stay true. */
const HISTORY = /(?:^|\/)(?:CHANGELOG|CHANGES|HISTORY)[^/]*$/i;

/** The lines of a file of a kind that is not read that name what is retired. Code is read elsewhere, pages by people. */
function otherKind({ path, text, kind }: File, names: GuardNames): Pick<Part, "left" | "mentions"> {
  if (kind !== null || CODE.test(path) || HISTORY.test(path)) return NOTHING;
  const lines = linesNaming(text, names);
  if (PAGE.test(path)) return { left: [], mentions: lines.map(({ line, named }) => ({ path, line, what: named })) };
  return { left: lines.map(({ line, what }) => ({ path, kind, line, what, reason: "other-kind" })), mentions: [] };
}

/** The lines of a text that name what is retired, with the first name of each. */
function linesNaming(text: string, names: GuardNames): { line: number; named: string; what: string }[] {
  if (retiredIn(text, names) === null) return [];
  return text.split("\n").flatMap((line, n) => {
    const named = retiredIn(line, names);
    return named === null ? [] : [{ line: n + 1, named, what: firstLine(line) }];
  });
}

/** Files outside of the project's folder that name what is retired. */
const leftOutside = (outside: readonly SourceFile[], names: GuardNames): LeftGuard[] =>
  outside.flatMap((file): LeftGuard[] => {
    const kind = kindOf(file.path, file.text);
    if (kind === null || kind === "guard-test") return [];
    return firstNamed(file, names).map((one) => ({ path: file.path, kind, ...one, reason: "outside" }));
  });

/** The first line that names what is retired. */
function firstNamed({ text }: SourceFile, names: GuardNames): { line: number; what: string }[] {
  const named = retiredIn(text, names);
  if (named === null) return [];
  const line = lineAt(text, text.toLowerCase().indexOf(named.toLowerCase()));
  return [{ line, what: firstLine(lineText(text, line)) }];
}

const sorted = <T extends { path: string; line: number }>(all: readonly T[]): T[] =>
  all.toSorted((a, b) => (a.path === b.path ? a.line - b.line : a.path < b.path ? -1 : 1));
