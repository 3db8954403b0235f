import type pc from "picocolors";
import type { BlockingGuard, Evidence, GuardKind, LeftReason } from "../cleanup/guards/index.ts";
import { groupBy } from "../pg/group-by.ts";
import type { GuardsCleanup } from "../pipeline/cleanup-guards.ts";
import type { CleanupPart } from "../pipeline/cleanup-left.ts";
import { partEnd } from "./cleanup-end.ts";
import { codePatch, filesLine, lineCounts, removedByKind, removedLine } from "./code-patch.ts";
import type { CleanupGuardsJson } from "./json-outputs.ts";
import { oneLine } from "./visible.ts";

type Colours = ReturnType<typeof pc.createColors>;

const KINDS: Readonly<Record<GuardKind | "directive", string>> = {
  "git-hook": "git hooks",
  lefthook: "lefthook",
  "pre-commit": "pre-commit",
  workflow: "GitHub workflows",
  "gitlab-ci": "GitLab CI",
  "package-json": "package.json",
  "lint-staged": "lint-staged",
  "shell-script": "shell scripts",
  "python-script": "Python scripts",
  program: "scripts in JavaScript and TypeScript",
  danger: "Danger",
  "lint-rule": "lint rules",
  "lint-config": "configuration of linters",
  instructions: "instructions for assistants",
  "guard-test": "tests of guards",
  makefile: "make",
  "code-owners": "code owners",
  directive: "comments that disable a lint rule",
};

const EVIDENCE: Readonly<Record<Evidence, string>> = {
  demands: "fails without the old pattern, or because of the new one",
  instructs: "tells a reader to write the old pattern",
  "runs-what-goes": "runs or names a guard that goes",
  "tests-what-goes": "every case runs a guard that goes",
  empty: "nothing is left of it",
};

const REASONS: Readonly<Record<LeftReason, string>> = {
  "not-certain": "it names what is retired, and it is not certain when it fails: read it",
  "does-more": "it demands the old pattern and does something else too: take that part out by hand",
  "mixed-function":
    "it names a function in SQL that does more than to set variables, or that the code calls and the database does not have: decide what becomes of that first",
  "not-read": "the file has a syntax that is not read, and it names what goes",
  "other-kind": "it names what is retired, in a kind of file that is not read",
  "names-what-goes": "it names a guard that goes, among other things",
  "refuses-migration": "it stays, and refuses a planned migration: change it, or commit the migration past it",
  "in-use": "it demands the old pattern, and another file still needs it: change that one first",
  "runs-tests":
    "most of the tests that it runs name what is retired: see what is left of them after the clean-up of tests",
  outside: "it is in the repository, but outside of the project's folder: run the command there",
};

/** The result of `rlsmith cleanup --guards` as JSON. */
export function cleanupGuardsJson(cleanup: GuardsCleanup): CleanupGuardsJson {
  return {
    format: "rlsmith-cleanup-guards",
    formatVersion: 1,
    retired: {
      settings: [...cleanup.names.settings.keys()],
      functions: [...cleanup.names.functions, ...cleanup.names.mixed],
      code: [...cleanup.names.code],
    },
    migrations: cleanup.migrations,
    blocking: cleanup.blocking,
    removed: cleanup.removed.map((one) => ({ ...one, why: EVIDENCE[one.evidence] })),
    left: cleanup.left.map((one) => ({ ...one, why: REASONS[one.reason] })),
    kept: cleanup.forbids,
    mentions: cleanup.mentions,
    files: cleanup.files.map((file) => ({ path: file.path, deleted: file.after === null, ...lineCounts(file) })),
    written: cleanup.written,
    patch: codePatch(cleanup),
  };
}

/** The result for a terminal. What refuses the planned migration comes first. */
export function renderCleanupGuards(cleanup: GuardsCleanup, next: CleanupPart | null, colours: Colours): string {
  const { settings, functions, mixed, code } = cleanup.names;
  return [
    `retired: ${oneLine([...settings.keys(), ...functions, ...mixed, ...code].join(", ")) || "nothing"}`,
    ...blockingLines(cleanup, colours),
    ...removedLines(cleanup, colours),
    ...keptLines(cleanup, colours),
    ...leftLines(cleanup, colours),
    ...mentionLines(cleanup, colours),
    "",
    summaryOf(cleanup, next),
  ].join("\n");
}

function blockingLines({ blocking, removed, migrations }: GuardsCleanup, colours: Colours): string[] {
  if (migrations.length === 0)
    return ["", colours.yellow("no migration is planned, so no guard was compared with one")];
  if (blocking.length === 0)
    return ["", `none of the checks that were read refuses ${migrations.map(nameOf).join(", ")}`];
  const goes = (one: BlockingGuard): boolean => removed.some(({ path }) => path === one.path);
  return [
    "",
    colours.red(`refuses the planned migration (${blocking.length})`),
    ...blocking.flatMap((one) => [
      `  ${oneLine(`${one.path}:${one.line} ${short(one.what)}`)}`,
      `    ${oneLine(one.statement === "" ? `${nameOf(one.migration)} does not hold what it demands` : `${nameOf(one.migration)}:${one.migrationLine} ${short(one.statement)}`)}`,
      ...(one.runBy.length > 0 ? [`    run by ${one.runBy.map(oneLine).join(", ")}`] : []),
      ...(goes(one)
        ? []
        : [`    ${colours.yellow("it stays: a person has to look at it before the migration is committed")}`]),
    ]),
  ];
}

const nameOf = (name: string): string => name || "the drop of the functions that set the variables";

function removedLines({ removed }: GuardsCleanup, colours: Colours): string[] {
  const kinds = [...new Set(removed.map(({ kind }) => kind))].toSorted((a, b) => KINDS[a].localeCompare(KINDS[b]));
  return kinds.flatMap((kind) => {
    const own = removed.filter((one) => one.kind === kind);
    return [
      "",
      `${colours.green(KINDS[kind])} (${own.length})`,
      ...own.flatMap(({ path, line, what, evidence, pattern }) => [
        `  ${oneLine(`${path}:${line} ${short(what)}`)}`,
        `    ${colours.dim(oneLine(`${EVIDENCE[evidence]}${pattern === undefined ? "" : `: ${short(pattern)}`}`))}`,
      ]),
    ];
  });
}

function keptLines({ forbids }: GuardsCleanup, colours: Colours): string[] {
  if (forbids.length === 0) return [];
  return [
    "",
    colours.dim(`kept, for they refuse the old pattern (${forbids.length})`),
    ...forbids.map(({ path, line, what }) => `  ${oneLine(`${path}:${line} ${short(what)}`)}`),
  ];
}

function leftLines({ left }: GuardsCleanup, colours: Colours): string[] {
  if (left.length === 0) return [];
  const reasons = [...new Set(left.map(({ reason }) => reason))];
  return [
    "",
    colours.yellow(`for a person to decide (${left.length})`),
    ...reasons.flatMap((reason) => [
      `  ${REASONS[reason]}`,
      ...left
        .filter((one) => one.reason === reason)
        .map(({ path, line, what }) => `    ${oneLine(`${path}:${line} ${short(what)}`)}`),
    ]),
  ];
}

function mentionLines({ mentions }: GuardsCleanup, colours: Colours): string[] {
  if (mentions.length === 0) return [];
  return [
    "",
    colours.dim(`pages and comments that still name one of them (${mentions.length})`),
    ...[...groupBy(mentions, ({ path }) => path)].map(([path, own]) => {
      const names = [...new Set(own.map(({ what }) => short(what)))].join(", ");
      return `  ${oneLine(`${path}:${own.map(({ line }) => line).join(", ")} ${names}`)}`;
    }),
  ];
}

function summaryOf({ files, left, removed, written, names }: GuardsCleanup, next: CleanupPart | null): string {
  const tests = new Set(removed.flatMap(({ path, kind }) => (kind === "guard-test" ? [path] : [])));
  // rules, hooks, steps and instructions are no code of the application
  const kinds = files.map((file) => ({
    ...file,
    kind: tests.has(file.path) ? ("test" as const) : ("script" as const),
  }));
  return [
    filesLine(files, written),
    ...(files.length === 0 ? [] : [removedLine(removedByKind(kinds))]),
    `${left.length} to decide`,
    partEnd({ part: "guards", files: files.length, written, left: left.length, mapped: names.settings.size, next }),
  ].join("\n");
}

const short = (text: string): string => {
  const line = text.trim().replaceAll(/\s+/g, " ");
  return line.length > 100 ? `${line.slice(0, 99)}…` : line;
};
