import type pc from "picocolors";
import type { Retired } from "../cleanup/code/index.ts";
import type { Cover, ProvesNothing, StaysBecause } from "../cleanup/tests/index.ts";
import type { CleanupPart } from "../pipeline/cleanup-left.ts";
import type {
  FailingTest,
  KeptTest,
  RemovedTest,
  RestsOnEmitted,
  SuiteFacts,
  TestPart,
  TestsCleanup,
} from "../pipeline/tests-result.ts";
import { partEnd } from "./cleanup-end.ts";
import { codePatch, filesLine, lineCounts, removedByKind, removedLine } from "./code-patch.ts";
import { counted } from "./counted.ts";
import type { CleanupTestsJson } from "./json-outputs.ts";
import { oneLine } from "./visible.ts";

type Colours = ReturnType<typeof pc.createColors>;

/** Why a part stays. */
const STAYS: Readonly<Record<StaysBecause, string>> = {
  mixed: "a part of the case takes the variable's path, and another part expects something else: separate them",
  "order-of-calls": "its mocks answer one call after the other: without a call the answers would go to other calls",
  "several-tables": "it runs over several tables, and more than one of them has the variable's path",
  "table-in-use": "the list that holds the variable's path is used for something else, or would be empty",
  "sql-not-followed": "it gives SQL that names what is retired to code that is not followed: see whether it is sent",
  "suite-not-run": "the suite could not be run: what the case notices is not known",
  "not-reported": "the suite does not report a case of this name",
  "same-name": "the suite reports another case under the same name",
  skipped: "the suite skips it",
  "fails-before": "it fails on the old state too",
  "old-state-unknown": "it fails on the migrated state, and the old state is not at hand",
  "only-notices": "no other case notices these mutants",
  "only-test": "nothing else is known to test these relations: `rlsmith verify --emit` writes tests of them",
  "not-followed":
    "it calls functions that are not followed to SQL, and not every policy was weakened: run it without --mutants",
  "only-use": "no case that stays uses these functions of the project",
  "taken-back": "without it the check has a new error, or another case fails",
};

const IDLE: Readonly<Record<ProvesNothing, string>> = {
  "service-role": "it connects as the service role, which row security does not bind",
  "expects-nothing": "it expects nothing",
  "needs-environment": "without a value in the environment it ends before it expects something",
  "expects-in-branch": "everything that it expects stands in a branch that need not be reached",
  skipped: "it is skipped",
};

const NOT_RUN: Readonly<Record<Extract<SuiteFacts, { kind: "not-run" }>["why"], string>> = {
  "no-command": "the config has no `cleanup.tests.command`",
  "no-folder": "a live database was read, and the suite needs a migrations folder",
  "fails-before": "it made no report on the old state",
  "fails-after": "it made no report on the migrated state",
  timeout: "it ran longer than `cleanup.tests.timeoutSeconds`",
};

/** The result of `rlsmith cleanup --tests` as JSON. */
export const cleanupTestsJson = (cleanup: TestsCleanup, retired: Retired): CleanupTestsJson => ({
  format: "rlsmith-cleanup-tests",
  formatVersion: 1,
  retired: { settings: [...retired.settings.keys()], functions: [...retired.functions, ...retired.mixed] },
  removed: cleanup.removed,
  keptByConfig: cleanup.keptByConfig,
  kept: cleanup.kept.map((one) => ({ ...one, why: STAYS[one.because] })),
  idle: cleanup.idle.map(({ why, ...one }) => ({ ...one, reason: why, why: IDLE[why] })),
  failing: cleanup.failing,
  missing: cleanup.missing,
  restsOnEmitted: cleanup.restsOnEmitted,
  suite: cleanup.suite,
  judge: cleanup.judge,
  files: cleanup.files.map((file) => ({ path: file.path, deleted: file.after === null, ...lineCounts(file) })),
  written: cleanup.written,
  patch: codePatch(cleanup),
});

/** The result for a terminal: what goes and what covers it, what stays, and what the suite said. */
export function renderCleanupTests(
  cleanup: TestsCleanup,
  retired: Retired,
  next: CleanupPart | null,
  colours: Colours,
): string {
  const names = [...retired.settings.keys(), ...retired.functions, ...retired.mixed].join(", ");
  return [
    `retired: ${oneLine(names) || "nothing"}`,
    ...suiteLines(cleanup.suite),
    ...removedLines(cleanup.removed, colours),
    ...keptLines(cleanup.kept, colours),
    ...keptByConfigLines(cleanup, colours),
    ...failingLines(cleanup.failing, colours),
    ...missingLines(cleanup.missing, colours),
    ...idleLines(cleanup, colours),
    "",
    ...summaryOf(cleanup, retired, next),
  ].join("\n");
}

function suiteLines(suite: SuiteFacts): string[] {
  if (suite.kind === "not-needed") return ["suite: not run, for no case takes the variable's path"];
  if (suite.kind === "not-run")
    return [
      `suite: not run to the end: ${NOT_RUN[suite.why]}; nothing is touched`,
      ...suite.output
        .trim()
        .split("\n")
        .slice(-8)
        .filter((line) => line.trim() !== "")
        .map((line) => `  ${oneLine(line)}`),
    ];
  const state = (of: { passed: number; failed: number } | null): string =>
    of ? `${of.passed} pass, ${of.failed} fail` : "not at hand";
  return [
    `suite: ${oneLine(suite.command)}`,
    `  on the old state: ${state(suite.before)}; on the migrated state: ${state(suite.after)}`,
    `  mutants of ${suite.weakened} of ${suite.policies} policies`,
    ...suite.mutants.map(
      ({ name, side, noticedBy }) =>
        `    ${oneLine(name)}${side === "before" ? ", on the old state" : ""}: ${noticedBy === null ? "no report" : `noticed by ${noticedBy}`}`,
    ),
  ];
}

const KINDS: Readonly<Record<TestPart["kind"], string>> = {
  case: "the case",
  row: "the row",
  half: "the variable's half of",
  reads: "the reads of the variable in",
};

const title = ({ path, line, name, kind, cases }: TestPart): string =>
  oneLine(
    `${path}:${line} ${KINDS[kind]} ${short(name)}${kind === "row" ? `, in ${cases.length} ${cases.length === 1 ? "case" : "cases"}` : ""}`,
  );

function removedLines(removed: readonly RemovedTest[], colours: Colours): string[] {
  if (removed.length === 0) return [];
  return [
    "",
    colours.green(`goes (${removed.length})`),
    ...removed.flatMap((one) => [
      `  ${title(one)}`,
      ...(one.decided === null
        ? [
            `    ${one.onMigrated === "failed" ? "passes on the old state and fails on the migrated one: the variable no longer counts" : "passes on the migrated state"}`,
          ]
        : [
            `    ${oneLine(`the config decides so: ${one.decided}`)}`,
            `    ${one.onMigrated === null ? "no run reports it" : `it ${one.onMigrated} on the migrated state`}`,
            ...one.alone.map((what) => `    ${oneLine(`nothing else notices, tests or uses ${what}`)}`),
          ]),
      ...(one.notices.length === 0 && one.kind !== "half" && one.decided === null
        ? ["    notices none of the mutants that were run"]
        : []),
      ...one.notices.map(({ mutant, noticedBy }) => `    ${oneLine(`notices ${mutant}; so does ${noticedBy}`)}`),
      ...one.covers.map((cover) => `    ${oneLine(`${cover.relation}: ${coverWords(cover)}`)}`),
    ]),
  ];
}

function coverWords({ by, what }: Cover): string {
  const more = what.length > 1 ? `, and ${what.length - 1} more` : "";
  const shown = `${what[0] ?? ""}${more}`;
  if (by === "cases") return `a mutant of its policies is noticed by ${shown}`;
  return by === "twin" ? `the same by claims: ${shown}` : `the emitted tests, which were not run: ${shown}`;
}

function keptLines(kept: readonly KeptTest[], colours: Colours): string[] {
  if (kept.length === 0) return [];
  const reasons = [...new Set(kept.map(({ because }) => because))];
  return [
    "",
    colours.yellow(`stays, for a person to decide (${kept.length})`),
    ...reasons.flatMap((because) => [
      `  ${STAYS[because]}`,
      ...kept
        .filter((one) => one.because === because)
        .map((one) => `    ${title(one)}${one.what.length > 0 ? `: ${oneLine(one.what.join(", "))}` : ""}`),
    ]),
  ];
}

function keptByConfigLines({ keptByConfig }: TestsCleanup, colours: Colours): string[] {
  if (keptByConfig.length === 0) return [];
  return [
    "",
    colours.dim(`stays, as the config decides (${keptByConfig.length})`),
    ...keptByConfig.map((one) => `  ${title(one)}: ${oneLine(one.reason)}`),
  ];
}

const FAILS: readonly (readonly [words: string, holds: (one: FailingTest) => boolean])[] = [
  [
    "it passes on the old state: its code needs the variables, and has to set the claims",
    ({ onOld }) => onOld === "passed",
  ],
  [
    "it fails on the old state too: see whether it looks at code or SQL that has changed",
    ({ onOld }) => onOld !== "passed" && onOld !== null,
  ],
  ["its result on the old state is not known", ({ onOld }) => onOld === null],
];

function failingLines(failing: readonly FailingTest[], colours: Colours): string[] {
  if (failing.length === 0) return [];
  return [
    "",
    colours.yellow(`fails on the migrated state and stays (${failing.length})`),
    ...FAILS.flatMap(([words, holds]) => {
      const own = failing.filter(holds);
      return own.length === 0
        ? []
        : [
            `  ${words}`,
            ...own.map(({ path, line, name }) => `    ${oneLine(`${path}${line === null ? "" : `:${line}`} ${name}`)}`),
          ];
    }),
  ];
}

function missingLines(missing: TestsCleanup["missing"], colours: Colours): string[] {
  if (missing.length === 0) return [];
  return [
    "",
    colours.yellow(
      `calls functions that the database does not have, and of which it is not known what they set (${missing.length})`,
    ),
    ...missing.map(({ path, line, name }) => `  ${oneLine(`${path}:${line} ${name}`)}`),
  ];
}

function idleLines({ idle }: TestsCleanup, colours: Colours): string[] {
  if (idle.length === 0) return [];
  const reasons = [...new Set(idle.map(({ why }) => why))];
  return [
    "",
    colours.dim(`proves nothing about row security, and stays (${idle.length})`),
    ...reasons.flatMap((why) => [
      `  ${IDLE[why]}`,
      ...idle
        .filter((one) => one.why === why)
        .map(({ path, line, name }) => `    ${oneLine(`${path}:${line} ${name}`)}`),
    ]),
  ];
}

function summaryOf(cleanup: TestsCleanup, { settings }: Retired, next: CleanupPart | null): string[] {
  const { files, judge, removed, kept, failing, missing, restsOnEmitted, written, suite } = cleanup;
  const left = kept.length + failing.length + missing.length;
  const end = partEnd({ part: "tests", files: files.length, written, left, mapped: settings.size, next });
  return [
    filesLine(files, written),
    ...(files.length === 0 ? [] : [removedLine(removedByKind(files.map((file) => ({ ...file, kind: "test" }))))]),
    ...(judge ? [`${judge.command}: ${judge.errorsBefore} errors before, ${judge.errorsAfter} after`] : []),
    ...(suite.kind === "run" && removed.some(({ decided }) => decided === null) && suite.weakened < suite.policies
      ? [
          `${suite.policies - suite.weakened} of ${suite.policies} policies were not weakened: what is noticed of them is not known`,
        ]
      : []),
    ...emittedLine(restsOnEmitted),
    `${removed.length} go, ${kept.length} to decide, ${failing.length} fail on the migrated state`,
    end,
  ];
}

const emittedLine = ({ files, parts }: RestsOnEmitted): string[] =>
  parts === 0
    ? []
    : [
        oneLine(
          `${counted(parts, "part")} that ${parts === 1 ? "goes has" : "go have"} no other cover for a relation than the emitted tests, which were not run: run ${files.join(", ")}`,
        ),
      ];

const short = (text: string): string => {
  const line = text.trim().replaceAll(/\s+/g, " ");
  return line.length > 100 ? `${line.slice(0, 99)}…` : line;
};
