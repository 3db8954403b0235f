import type pc from "picocolors";
import type { DecisionReason, Retired } from "../cleanup/code/index.ts";
import type { CodeCleanup } from "../pipeline/cleanup-code.ts";
import type { CleanupPart } from "../pipeline/cleanup-left.ts";
import { partEnd } from "./cleanup-end.ts";
import { codePatch, filesLine, lineCounts, removedByKind, removedLine } from "./code-patch.ts";
import type { CleanupCodeJson } from "./json-outputs.ts";
import { oneLine } from "./visible.ts";

type Colours = ReturnType<typeof pc.createColors>;

/** Why a person has to look, and at what. */
const WORDS: Readonly<Record<DecisionReason, string>> = {
  "result-used": "the result of the call is used, and nothing that is at hand is the same",
  "then-with-result": "what follows in `.then(…)` takes the result of the call",
  "argument-has-effect":
    "an argument of the call, or what it is called on, is made by another call that may do more: keep that part",
  "driver-other-tenant":
    "the claims of a verified token are set, but the variable's value does not come from it: decide which tenant counts",
  "driver-name-at-run-time": "the name of a setting is made at run time: see whether it can be one of those that go",
  "setter-checks":
    "the function in SQL also does something else, an overload of it does, or it is gone and its definition does not say all that it did: if it refuses somebody, that check has to be kept",
  "driver-without-token":
    "a direct connection sets the variable and no claims of a verified token are at hand: decide who the transaction acts as, and set `request.jwt.claims`, or let the config say so: `claims` for the file in `cleanup.code`, with the role where the transaction takes none",
  "driver-session-setting":
    "the setting is not local, so it stays on the connection: whoever gets the connection next has it too",
  "driver-not-read":
    "the SQL sets the variable in a way that is not read: a value by template, another statement with it",
  "driver-calls-setter": "SQL calls the function that sets the variables: set `request.jwt.claims` in its place",
  "claims-made-by-hand":
    "the claims that the transaction sets now hold the tenant, but no token vouches for them: confirm who it acts as, by `claims` for the file in `cleanup.code`",
  "role-of-token":
    "the transaction now takes the role that the token names, if it is one of the policies (as `roleOf` lists them): confirm that the tokens name it, that the connection may take it, and that its statements run under it, by `claims` for the file in `cleanup.code`",
  "driver-in-test": "a test sets the variables: see whether it tests their path alone",
  "sql-text-in-test": "a test looks at the text or the order of SQL",
  "name-in-use": "the function that only sets the context is used in another way than by a call",
  "loaded-at-run-time":
    "the function that only sets the context comes by `require` or `import()`, which is not followed: take the call out",
  "named-in-code": "a text names it",
  "public-api": "the package exports it: code outside the project may import it",
  "setter-stays":
    "the function only sets the context and stays: something may use it in a way that is not followed, such as an alias that is not known or `import *`",
  "module-keeps-name":
    "the file is named after what went and others need the rest of it: nothing in it gives it another name, or an import of it is not followed",
  "not-imported":
    "it only sets the context, and nothing in the project imports it: delete it, unless a framework calls it",
  "not-parsed":
    "the file names it and cannot be read: correct its syntax, or save it as UTF-8, and run the command again",
  "script-block": "script blocks of this kind of file are not read: it names something that goes",
  "async-store":
    "the store that `AsyncLocalStorage` fills there only feeds the variables: without them it feeds nothing, and the callback is what stays",
  "missing-function":
    "the database has no function of this name, and nothing says that the one which was called set no variable: take the call out, or decide about it in `cleanup.calls`",
  "function-name-at-run-time":
    "the name of the function is made at run time: see whether it can be one that the database does not have",
  "taken-back": "the edits of the file were taken back: with them the check has a new error",
};

/** The result of `rlsmith cleanup --code` as JSON. */
export function cleanupCodeJson(cleanup: CodeCleanup, retired: Retired): CleanupCodeJson {
  return {
    retired: { settings: [...retired.settings.keys()], functions: [...retired.functions, ...retired.mixed] },
    changes: cleanup.changes,
    shapes: cleanup.shapes,
    decisions: cleanup.decisions.map((one) => ({ ...one, why: WORDS[one.reason] })),
    decided: cleanup.decided.map((one) => ({ ...one, why: WORDS[one.reason] })),
    mentions: cleanup.mentions,
    files: cleanup.files.map((file) => ({
      path: file.path,
      kind: file.kind,
      deleted: file.after === null,
      ...lineCounts(file),
    })),
    linesRemoved: removedByKind(cleanup.files),
    judge: cleanup.judge,
    written: cleanup.written,
    patch: codePatch(cleanup),
  };
}

/** The result for a terminal: what changes and why, what is left to a person, and what the check said. */
export function renderCleanupCode(
  cleanup: CodeCleanup,
  retired: Retired,
  next: CleanupPart | null,
  colours: Colours,
): string {
  const names = [...retired.settings.keys(), ...retired.functions, ...retired.mixed].join(", ");
  return [
    `retired: ${oneLine(names) || "nothing"}`,
    ...changeLines(cleanup, colours),
    ...decisionLines(cleanup, colours),
    ...decidedLines(cleanup, colours),
    ...mentionLines(cleanup, colours),
    "",
    summaryOf(cleanup, retired, next),
  ].join("\n");
}

function changeLines({ changes, shapes }: CodeCleanup, colours: Colours): string[] {
  return shapes.flatMap(({ id, title, why }) => {
    const own = changes.filter(({ shape }) => shape === id);
    return [
      "",
      `${colours.green(id)} ${title} (${own.length})`,
      `  ${colours.dim(why)}`,
      ...own.map(({ path, line, what }) => `  ${oneLine(`${path}:${line} ${short(what)}`)}`),
    ];
  });
}

function decisionLines({ decisions }: CodeCleanup, colours: Colours): string[] {
  if (decisions.length === 0) return [];
  const reasons = [...new Set(decisions.map(({ reason }) => reason))];
  return [
    "",
    colours.yellow(`for a person to decide (${decisions.length})`),
    ...reasons.flatMap((reason) => [
      `  ${WORDS[reason]}`,
      ...decisions
        .filter((one) => one.reason === reason)
        .map(({ path, line, what }) => `    ${oneLine(`${path}:${line} ${short(what)}`)}`),
    ]),
  ];
}

function decidedLines({ decided }: CodeCleanup, colours: Colours): string[] {
  if (decided.length === 0) return [];
  return [
    "",
    colours.dim(`decided in the config (${decided.length})`),
    ...decided.map(
      ({ path, line, what, decision, because }) =>
        `  ${oneLine(`${path}:${line} ${short(what)}: ${decision}, ${because}`)}`,
    ),
  ];
}

function mentionLines({ mentions }: CodeCleanup, colours: Colours): string[] {
  if (mentions.length === 0) return [];
  return [
    "",
    colours.dim(`comments that still speak of it (${mentions.length})`),
    ...mentions.map(({ path, line }) => `  ${oneLine(`${path}:${line}`)}`),
  ];
}

function summaryOf(
  { files, judge, decisions, written }: CodeCleanup,
  { settings }: Retired,
  next: CleanupPart | null,
): string {
  const left = decisions.length + (judge?.unchecked.length ?? 0);

  const parts = [
    filesLine(files, written),
    ...(judge ? [`${judge.command}: ${judge.errorsBefore} errors before, ${judge.errorsAfter} after`] : []),
    ...(judge && judge.unchecked.length > 0 ? [`not checked by it: ${judge.unchecked.map(oneLine).join(", ")}`] : []),
    ...(files.length === 0 ? [] : [removedLine(removedByKind(files))]),
    `${decisions.length} to decide`,
    partEnd({ part: "code", files: files.length, written, left, mapped: settings.size, next }),
  ];
  return parts.join("\n");
}

const short = (text: string): string => {
  const line = text.trim().replaceAll(/\s+/g, " ");
  return line.length > 80 ? `${line.slice(0, 79)}…` : line;
};
