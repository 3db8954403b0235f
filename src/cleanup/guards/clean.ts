import { lineAt, isTestFile, type SourceFile } from "../code/index.ts";
import { refusalsOf, type PlannedText } from "./blocking.ts";
import { cleanFile } from "./clean-file.ts";
import type { GuardContext, Left, LeftReason, Outcome, Removed } from "./context.ts";
import { unchanged } from "./context.ts";
import { kindOf, type GuardKind } from "./kind.ts";
import { cleanDirectives } from "./kinds/lint-config.ts";
import { formsOf, retiredIn, speaksOf, type GuardNames } from "./names.ts";
import { fileInText } from "./references.ts";
import { residueOf } from "./residue.ts";
import { firstLine, lineEnd, lineStart } from "./text.ts";

/** The project as texts. */
export interface GuardsInput {
  /** every file of the project that is text, except the migrations and what rlsmith wrote */
  files: readonly SourceFile[];
  /** files of the repository outside of the project; they are only listed */
  outside?: readonly SourceFile[];
  /** what the plan writes */
  migrations: readonly PlannedText[];
}

/** A part of a guard that goes. */
export interface RemovedGuard extends Removed {
  path: string;
  kind: GuardKind | "directive";
}

/** A part of a guard that a person has to look at. */
export interface LeftGuard extends Omit<Left, "endLine"> {
  path: string;
  kind: GuardKind | null;
}

/** A check that refuses the planned migration. */
export interface BlockingGuard {
  path: string;
  kind: GuardKind;
  line: number;
  what: string;
  /** files that run it */
  runBy: string[];
  migration: string;
  migrationLine: number;
  /** what is refused; empty: the whole file, for what it does not hold */
  statement: string;
}

/** The project without its guards of the old pattern. */
export interface CleanedGuards {
  /** path → text; null: the file goes. Only files that change. */
  files: ReadonlyMap<string, string | null>;
  blocking: BlockingGuard[];
  removed: RemovedGuard[];
  left: LeftGuard[];
  /** guards that refuse the old pattern: they stay */
  forbids: { path: string; kind: GuardKind; line: number; what: string }[];
  /** pages and comments that still name a guard that goes, or what is retired */
  mentions: { path: string; line: number; what: string }[];
}

/** Rounds after which the search ends; each takes away something, so this is never reached. */
const MOST_ROUNDS = 100;

/** Take out what demands or re-creates the old pattern. Pure. Lines are those of the texts before. */
export function cleanGuards(input: GuardsInput, names: GuardNames): CleanedGuards {
  const files = input.files.map((file) => ({ ...file, kind: kindOf(file.path, file.text) }));
  const pinned = new Map<string, string>();
  for (let round = 0; round < MOST_ROUNDS; round += 1) {
    const settled = settle(files, names, pinned);
    const stuck = usesLeft(files, settled);
    if (stuck.size === 0) return resultOf(input, files, settled, pinned, names);
    for (const [file, by] of stuck) pinned.set(file, by);
  }
  return { files: new Map(), blocking: [], removed: [], left: [], forbids: [], mentions: [] };
}

type File = SourceFile & { kind: GuardKind | null };

interface Settled {
  context: GuardContext;
  outcomes: Map<string, Outcome>;
}

/** Clean every file again until nothing else goes. */
function settle(files: readonly File[], names: GuardNames, pinned: ReadonlyMap<string, string>): Settled {
  let context: GuardContext = {
    names,
    forms: formsOf(names),
    files: new Set(),
    scripts: new Set(),
    targets: new Set(),
    rules: new Set(),
  };
  const outcomes = new Map<string, Outcome>();
  for (let round = 0; round < MOST_ROUNDS; round += 1) {
    for (const { path, text, kind } of files) {
      if (kind === null || !isConcerned(text, context)) continue;
      const outcome = cleanFile(kind, path, text, context);
      outcomes.set(path, outcome.after === null && pinned.has(path) ? stays(text, outcome) : outcome);
    }
    const all = [...outcomes];
    const next: GuardContext = {
      ...context,
      files: new Set([...context.files, ...all.flatMap(([path, { after }]) => (after === null ? [path] : []))]),
      scripts: new Set([...context.scripts, ...scriptsGone(files, outcomes)]),
      targets: new Set([...context.targets, ...all.flatMap(([, { targets }]) => targets)]),
      rules: new Set([...context.rules, ...all.flatMap(([, { rules }]) => rules)]),
    };
    const size = (one: GuardContext): number => one.files.size + one.scripts.size + one.targets.size + one.rules.size;
    if (size(next) === size(context)) return { context: next, outcomes };
    context = next;
  }
  return { context, outcomes };
}

/** True if a file may have to do with what goes. */
const isConcerned = (text: string, context: GuardContext): boolean =>
  speaksOf(text.replaceAll("\\", ""), context.names) ||
  context.files.size + context.scripts.size + context.targets.size + context.rules.size > 0;

const stays = (text: string, { removed, checks, left }: Outcome): Outcome => ({
  ...unchanged(text),
  checks,
  left: [...left, ...removed.slice(0, 1).map(({ line, what }) => ({ line, what, reason: "in-use" as const }))],
});

/** Scripts that go, without those that another package has under the same name. */
function scriptsGone(files: readonly File[], outcomes: ReadonlyMap<string, Outcome>): string[] {
  const manifests = files.filter(({ kind }) => kind === "package-json");
  const kept = new Set(
    manifests.flatMap(({ path, text }) => {
      const own = outcomes.get(path)?.scripts ?? [];
      return scriptsOf(text)
        .map(([name]) => name)
        .filter((name) => !own.includes(name));
    }),
  );
  return manifests.flatMap(({ path }) => outcomes.get(path)?.scripts ?? []).filter((name) => !kept.has(name));
}

function scriptsOf(text: string): [string, string][] {
  try {
    const { scripts } = JSON.parse(text) as { scripts?: Record<string, unknown> };
    return Object.entries(scripts ?? {}).flatMap(([name, value]) =>
      typeof value === "string" ? [[name, value] as [string, string]] : [],
    );
  } catch {
    return [];
  }
}

const PAGE = /\.(?:mdx?|txt|rst|adoc)$|(?:^|\/)(?:CHANGELOG|README)/i;
/** A page that tells what was: its names stay true. */
const HISTORY = /(?:^|\/)(?:CHANGELOG|CHANGES|HISTORY)[^/]*$/i;
const RUNS = /\.(?:[mc]?[jt]sx?|sh|bash|py|ya?ml|json|toml|mk)$|(?:^|\/)(?:\.husky|\.githooks|Makefile|Dockerfile)/;

/** Files that would go, and something that stays and still needs them. */
function usesLeft(files: readonly File[], { context, outcomes }: Settled): Map<string, string> {
  const stuck = new Map<string, string>();
  for (const { path, text, kind } of files) {
    const after = outcomes.has(path) ? outcomes.get(path)?.after : text;
    if (typeof after !== "string" || PAGE.test(path) || path.endsWith(".sql") || !(kind !== null || RUNS.test(path)))
      continue;
    if (kind === "code-owners" || kind === "instructions") continue;
    for (const file of context.files) if (needs(path, after, file)) stuck.set(file, path);
  }
  return stuck;
}

/** True if a text names a file by its path outside of comments, or imports it. */
function needs(path: string, text: string, file: string): boolean {
  const stem = file.slice(file.lastIndexOf("/") + 1).replace(/\.\w+$/, "");
  if (!text.includes(stem)) return false;
  const plain = text.replaceAll(/(^|\s)(?:#|\/\/)[^\n]*|\/\*[^]*?\*\//g, "$1");
  if (fileInText(plain, { files: new Set([file]) }) !== null) return true;
  return [...plain.matchAll(/(?:from|import|require)\s*\(?\s*["'](\.[^"']+)["']/g)].some(([, specifier = ""]) => {
    const parts = path.split("/").slice(0, -1);
    for (const part of specifier.split("/"))
      if (part === "..") parts.pop();
      else if (part !== ".") parts.push(part);
    return parts.join("/").replace(/\.\w+$/, "") === file.replace(/\.\w+$/, "");
  });
}

function resultOf(
  input: GuardsInput,
  files: readonly File[],
  { context, outcomes }: Settled,
  pinned: ReadonlyMap<string, string>,
  names: GuardNames,
): CleanedGuards {
  const result = {
    files: new Map<string, string | null>(),
    removed: [] as RemovedGuard[],
    left: [] as LeftGuard[],
    forbids: [] as CleanedGuards["forbids"],
    mentions: [] as CleanedGuards["mentions"],
  };
  for (const { path, text, kind } of files) {
    const outcome = outcomes.get(path);
    const left = (line: number, what: string, reason: LeftReason): void => {
      if (!result.left.some((one) => one.path === path && one.line === line))
        result.left.push({ path, kind, line, what, reason });
    };
    if (outcome && kind !== null) {
      if (outcome.after !== text) result.files.set(path, outcome.after);
      result.removed.push(...outcome.removed.map((one) => ({ ...one, path, kind })));
      for (const one of outcome.left)
        left(one.line, one.reason === "in-use" ? (pinned.get(path) ?? one.what) : one.what, one.reason);
      result.forbids.push(...outcome.forbids.map(({ line, what }) => ({ path, kind, line, what })));
      for (const one of residueOf(kind, text, outcome, names))
        if (one.isComment) result.mentions.push({ path, line: one.line, what: one.what });
        else left(one.line, one.what, "not-certain");
    }
    if (kind === null && !isCode(path) && !HISTORY.test(path))
      for (const { line, named, what } of linesNaming(text, names))
        if (PAGE.test(path)) result.mentions.push({ path, line, what: named });
        else left(line, what, "other-kind");
    const now = outcome ? outcome.after : text;
    if (now === null) continue;
    if (/\.(?:[mc]?[jt]sx?|vue|svelte|astro)$/.test(path)) {
      const { after, lines } = cleanDirectives(now, context);
      if (lines.length > 0) {
        result.files.set(path, after);
        result.removed.push(
          ...lines.map((line) => ({
            path,
            kind: "directive" as const,
            line,
            what: firstLine(lineText(text, line)),
            evidence: "runs-what-goes" as const,
          })),
        );
      }
    }
    const found = fileInText(now, context);
    if (found)
      result.mentions.push({ path, line: lineAt(text, Math.max(text.indexOf(found.file), 0)), what: found.file });
    if (kind === "package-json")
      for (const one of testRuns(text, files, outcomes, names)) left(one.line, one.what, "runs-tests");
  }
  for (const { path, text } of input.outside ?? []) {
    const kind = kindOf(path, text);
    const named = kind === null || kind === "guard-test" ? null : retiredIn(text, names);
    const at = named === null ? -1 : text.toLowerCase().indexOf(named.toLowerCase());
    if (named !== null)
      result.left.push({
        path,
        kind,
        line: lineAt(text, at),
        what: firstLine(lineText(text, lineAt(text, at))),
        reason: "outside",
      });
  }
  const blocking = blockingOf(input, files, outcomes);
  for (const { path, kind, line, what } of blocking)
    if (!result.removed.some((one) => one.path === path) && !result.left.some((one) => one.path === path))
      result.left.push({ path, kind, line, what, reason: "refuses-migration" });
  return {
    ...result,
    removed: sorted(result.removed),
    left: sorted(result.left),
    forbids: sorted(result.forbids),
    mentions: sorted(result.mentions),
    blocking,
  };
}

/** Code is read by the clean-up of code. */
const isCode = (path: string): boolean => /\.(?:[mc]?[jt]sx?|vue|svelte|astro)$/.test(path);

/** The lines of a text that name what is retired, with the first name of each. */
function linesNaming(text: string, names: GuardNames): { line: number; named: string; what: string }[] {
  if (retiredIn(text, names) === null) return [];
  return text.split("\n").flatMap((line, n) => {
    const named = retiredIn(line, names);
    return named === null ? [] : [{ line: n + 1, named, what: firstLine(line) }];
  });
}

const lineText = (text: string, line: number): string => text.split("\n")[line - 1] ?? "";

const sorted = <T extends { path: string; line: number }>(all: readonly T[]): T[] =>
  all.toSorted((a, b) => (a.path === b.path ? a.line - b.line : a.path < b.path ? -1 : 1));

/** Scripts that run test files of which most name what is retired. */
function testRuns(
  text: string,
  files: readonly File[],
  outcomes: ReadonlyMap<string, Outcome>,
  names: GuardNames,
): { line: number; what: string }[] {
  return scriptsOf(text).flatMap(([name, value]) => {
    const runs = value.split(/\s+/).flatMap((word) => {
      const path = word.replace(/^\.\//, "").replace(/\/$/, "");
      if (!path.includes("/")) return [];
      const own = files.filter(
        (file) =>
          isTestFile(file.path) &&
          outcomes.get(file.path)?.after !== null &&
          (file.path === path || file.path.startsWith(`${path}/`)),
      );
      const named = own.filter((file) => retiredIn(file.text, names) !== null);
      return own.length > 0 && named.length * 2 >= own.length ? [path] : [];
    });
    const at = text.indexOf(JSON.stringify(name));
    return runs.length === 0 || at === -1 ? [] : [{ line: lineAt(text, at), what: `${name}: ${value}` }];
  });
}

function blockingOf(
  { migrations }: GuardsInput,
  files: readonly File[],
  outcomes: ReadonlyMap<string, Outcome>,
): BlockingGuard[] {
  return files.flatMap(({ path, text, kind }): BlockingGuard[] => {
    const outcome = outcomes.get(path);
    if (!outcome || kind === null || kind === "guard-test") return [];
    const isParts = /^(?:package-json|lint-staged|workflow|gitlab-ci|pre-commit|lefthook|makefile)$/.test(kind);
    const seen = new Set<string>();
    return outcome.checks.flatMap((check) =>
      refusalsOf(
        check,
        isParts ? text.slice(lineStart(text, check.at), regionEnd(text, check.at)) : text,
        migrations,
      ).flatMap((one): BlockingGuard[] => {
        const patterns = check.conditions.map(({ pattern }) => pattern.source);
        const line = lineOfPattern(text, check.at, patterns);
        const key = JSON.stringify([line, one.migration]);
        if (seen.has(key)) return [];
        seen.add(key);
        return [
          {
            path,
            kind,
            line,
            what: firstLine(lineText(text, line)),
            runBy: files
              .filter(
                (other) =>
                  other.path !== path &&
                  other.kind !== null &&
                  other.kind !== "guard-test" &&
                  fileInText(other.text, { files: new Set([path]) }) !== null,
              )
              .map((other) => other.path),
            migration: one.migration,
            migrationLine: one.line,
            statement: one.what,
          },
        ];
      }),
    );
  });
}

/** A few lines: a step, a hook, a script. */
function regionEnd(text: string, at: number): number {
  let end = at;
  for (let n = 0; n < 6 && end < text.length; n += 1) end = lineEnd(text, end);
  return end;
}

/** The line of the pattern that was decisive; a check knows only where its command begins. */
function lineOfPattern(text: string, at: number, patterns: readonly string[]): number {
  const places = patterns.map((one) => text.indexOf(one, at)).filter((one) => one !== -1);
  return lineAt(text, places.length === patterns.length ? Math.max(...places) : at);
}
