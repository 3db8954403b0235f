import { lineAt } from "../code/index.ts";
import { refusalsOf, type PlannedText } from "./blocking.ts";
import type { Check } from "./check.ts";
import type { BlockingGuard } from "./cleaned.ts";
import type { Outcome } from "./context.ts";
import { firstOfEach } from "./first-of-each.ts";
import type { GuardKind } from "./kind.ts";
import { fileInText } from "./references.ts";
import type { File } from "./settle.ts";
import { firstLine, lineEnd, lineStart, lineText } from "./text.ts";

/** The checks that refuse a planned migration, with the files that run them. */
export function blockingOf(
  files: readonly File[],
  outcomes: ReadonlyMap<string, Outcome>,
  migrations: readonly PlannedText[],
): BlockingGuard[] {
  return files.flatMap((file) => {
    const { path, kind } = file;
    const outcome = outcomes.get(path);
    if (!outcome || kind === null || kind === "guard-test") return [];
    const found = outcome.checks.flatMap((check) => refusedBy(check, { ...file, kind }, migrations));
    const runBy = found.length > 0 ? runnersOf(path, files) : [];
    return firstOfEach(found, ({ line, migration }) => JSON.stringify([line, migration])).map(
      ({ line, what, ...refused }) => ({ path, kind, line, what, runBy, ...refused }),
    );
  });
}

/** Kinds of files that are made of parts: a check looks at its own. */
const IN_PARTS: ReadonlySet<GuardKind> = new Set([
  "package-json",
  "lint-staged",
  "workflow",
  "gitlab-ci",
  "pre-commit",
  "lefthook",
  "makefile",
]);

function refusedBy(
  check: Check,
  { text, kind }: File & { kind: GuardKind },
  migrations: readonly PlannedText[],
): Omit<BlockingGuard, "path" | "kind" | "runBy">[] {
  const own = IN_PARTS.has(kind) ? text.slice(lineStart(text, check.at), regionEnd(text, check.at)) : text;
  const patterns = check.conditions.map(({ pattern }) => pattern.source);
  const line = lineOfPattern(text, check.at, patterns);
  return refusalsOf(check, own, migrations).map((one) => ({
    line,
    what: firstLine(lineText(text, line)),
    migration: one.migration,
    migrationLine: one.line,
    statement: one.what,
  }));
}

const runnersOf = (path: string, files: readonly File[]): string[] =>
  files
    .filter(
      ({ path: other, text, kind }) =>
        other !== path &&
        kind !== null &&
        kind !== "guard-test" &&
        fileInText(text, { files: new Set([path]) }) !== null,
    )
    .map((one) => one.path);

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
