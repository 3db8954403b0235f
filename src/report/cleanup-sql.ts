import type pc from "picocolors";
import type { Cleaned, NoteTag, OtherUse, Question, QuestionTag } from "../cleanup/sql/index.ts";
import { groupBy } from "../pg/group-by.ts";
import { columnKey, functionKey, nameKey, type FunctionKey } from "../pg/name.ts";
import type { CleanupPart } from "../pipeline/cleanup-left.ts";
import type { CleanupPlan, TriedDrop } from "../pipeline/cleanup-sql.ts";
import type { CallOutcome, CallRehearsal } from "../rehearse/index.ts";
import type { PgFunction } from "../pg/catalog.ts";
import { NOTHING_LEFT } from "./cleanup-end.ts";
import { lineCounts, removedLine } from "./code-patch.ts";
import { counted } from "./counted.ts";
import { oneLine } from "./visible.ts";

type Colours = ReturnType<typeof pc.createColors>;

/** What is not called as its kind. */
const KINDS: Readonly<Partial<Record<OtherUse["kind"], string>>> = {
  comment: "comment on",
  "extension function": "function that only its extension can change:",
  "unread jobs": "jobs that the login may not read in",
};

/** How many differences of calls are listed. */
const MOST = 20;

const NOTES: Readonly<Record<NoteTag, string>> = {
  "guard-becomes-real":
    "this guard compared the caller's value with itself; from now on it compares it with the claim, and calls that passed may be refused",
  "guard-of-earlier-value":
    "this guard compared with the variable as it was before the function set it, which is empty in a request through an API or a pool; from now on it compares with the claim, and calls that passed may be refused",
  "null-passes": "this guard lets NULL pass: without the claim it does not raise",
  "others-catches-guard": "WHEN OTHERS here catches what the guard raises from now on",
  "look-up-unused": "only the removed call used what is looked up here",
  "error-becomes-null": "an unset variable raised 42704 here; a claim that is not in the token is NULL",
};

const QUESTIONS: Readonly<Record<QuestionTag, (about: string) => string>> = {
  "sets-other-settings": (about) =>
    `the call also sets another setting (${about}); \`cleanup.calls\` in the config says whether it goes (\`delete\`)`,
  "still-needed": (about) => `it sets ${about}, which something that stays as it is still reads (below, or elsewhere)`,
  "call-refuses-roles": (about) =>
    `${about} may call it, and the call in it is what refuses them: revoke EXECUTE first, or decide \`claim\` in \`cleanup.functions\``,
  "computed-name": () =>
    "it reads a setting whose name it computes, which may be any: `keep` it in `cleanup.functions` with the reason why it is none of these",
  "set-in-loop": (about) =>
    `a loop sets ${about} to another value in each round, and what reads it there would read one claim: pass the value on, and decide \`claim\` in \`cleanup.functions\`; or \`keep\``,
  "only-statement-of-branch": () => "the call is all that this branch does: what is the condition for without it?",
  "nothing-left": () => "nothing would be left of the body",
  "constant-fallback": () =>
    "a constant stands for a request without the variable and without the claim; `cleanup.functions` says whether it stays (`claim`)",
  "run-by-trigger": () =>
    "a trigger runs it, also for the service role and for jobs, which have no token; `cleanup.functions`: `claim` or `keep`",
  "roles-without-token": () =>
    "no role that comes with a token may call it, so there is no claim to read; `cleanup.functions`: `claim` or `keep`",
  "set-config-not-removed": () => "one statement sets a retired variable and does something else",
  "argument-calls-function": () => "an argument of the call is itself a call, which may check something",
  "still-used": (about) => (about === "" ? "it still uses what is taken out" : `it still names ${about}`),
  "body-not-read": (about) =>
    about === "not-as-cut" || about === "not-placed"
      ? "its text and its tree could not be matched with certainty"
      : `its body is not one that can be edited: ${about}; correct it, or \`keep\` it in \`cleanup.functions\``,
};

/** What a clean-up of SQL does and leaves, as a person reads it. */
export function renderCleanupSql({ cleanup, callers, dropped, plan, check }: CleanupPlan, colours: Colours): string {
  const edited = cleanup.functions.flatMap((one) => (one.kind === "edited" ? [one] : []));
  const asked = cleanup.functions.flatMap((one) => (one.kind === "asked" ? [one] : []));
  const lines = [
    `${colours.bold("Clean-up")} of ${cleanup.variables.join(", ") || "nothing"}: ${counted(plan.steps.length, "step")}`,
    ...(cleanup.keptVariables.length > 0
      ? [`  ${colours.yellow("!")} ${cleanup.keptVariables.join(", ")} stay: a policy that the config keeps reads them`]
      : []),
  ];
  if (edited.length > 0) lines.push("", colours.bold(`Edited: ${counted(edited.length, "function")}`));
  for (const one of edited) lines.push(...editedLines(one, colours));
  if (cleanup.defaults.length > 0) lines.push("", colours.bold(`Defaults: ${cleanup.defaults.length}`));
  for (const one of cleanup.defaults)
    lines.push(`  ${columnKey({ schema: one.schema, name: one.relation }, one.column.name)}: ${one.expression}`);
  if (cleanup.setters.length > 0)
    lines.push(...setterLines({ cleanup, dropped, callers }, colours), ...(check ? checkLines(check, colours) : []));
  if (edited.length + dropped.length > 0) lines.push("", removedLine({ sql: linesRemoved(edited, dropped) }));
  if (asked.length > 0)
    lines.push(
      "",
      colours.bold(
        `For a person: ${counted(asked.length, "function")}, left as ${asked.length === 1 ? "it is" : "they are"}`,
      ),
    );
  const questions = asked.flatMap(({ fn, questions: own }) =>
    own.map((question) => ({
      at: `${nameKey(fn)}${where(question)}`,
      text: QUESTIONS[question.tag](question.about ?? ""),
    })),
  );
  for (const [text, same] of groupBy(questions, (question) => question.text))
    lines.push(`  ${colours.red("?")} ${text}`, ...new Set(same.map(({ at }) => `      ${at}`)));
  if (cleanup.keptFunctions.length > 0)
    lines.push(
      "",
      colours.bold(`Kept, as the config decides: ${counted(cleanup.keptFunctions.length, "function")}`),
      ...cleanup.keptFunctions.map((name) => `  ${name}`),
    );
  if (cleanup.others.length > 0) lines.push("", colours.bold("Named elsewhere"));
  for (const { kind, name, names, statement } of cleanup.others)
    lines.push(
      `  ${kind === "comment" ? " " : colours.red("?")} ${KINDS[kind] ?? kind} ${name}: ${names.join(", ")}`,
      ...(statement === undefined ? [] : [`      ${statement};`]),
    );
  if (cleanup.others.some(({ kind }) => kind === "column default"))
    lines.push(
      '      set `columnDefaults: "rewrite"` in the config to let defaults read the claim, and run this again',
    );
  if (cleanup.overloads.length > 0)
    lines.push(
      "",
      colours.bold("Other functions of the same name, which stay as they are"),
      ...cleanup.overloads.map((name) => `  ${colours.yellow("!")} ${name}`),
    );
  return `${lines.map(oneLine).join("\n")}\n`;
}

/** The lines of bodies that go: of functions that are edited, and of those that are dropped, which go whole. */
function linesRemoved(edited: readonly EditedFunction[], dropped: readonly PgFunction[]): number {
  const bodies = [
    ...edited.map(({ fn, body }) => ({ path: "", before: fn.body, after: body })),
    ...dropped.map(({ definition }) => ({ path: "", before: definition, after: null })),
  ];
  return bodies.reduce((sum, body) => sum + lineCounts(body).linesRemoved, 0);
}

type EditedFunction = Extract<Cleaned, { kind: "edited" }>;

function editedLines({ fn, notes, shapes }: EditedFunction, colours: Colours): string[] {
  return [
    `  ${colours.green("✓")} ${nameKey(fn)}: ${shapes.join(", ")}`,
    ...notes.map(({ tag, line }) => `      line ${line}: ${NOTES[tag]}`),
  ];
}

function setterLines(
  { cleanup, dropped, callers }: Pick<CleanupPlan, "cleanup" | "dropped" | "callers">,
  colours: Colours,
): string[] {
  const names = (functions: readonly PgFunction[]): string => functions.map(functionKey).join(", ");
  const kept = cleanup.setters.filter(({ fn }) => !dropped.includes(fn));
  const needed = new Set(kept.flatMap((one) => one.settings.filter((name) => cleanup.neededVariables.includes(name))));
  return [
    ...(kept.length === 0
      ? []
      : [
          "",
          colours.bold(`Not dropped: ${names(kept.map(({ fn }) => fn))}`),
          ...(needed.size === 0 ? [] : [`  what stays still reads ${[...needed].toSorted().join(", ")}, below`]),
          ...callers.named.map((name) => `  ${colours.red("?")} ${name} names one of them`),
          ...callers.dynamic.map(
            (name) =>
              `  ${colours.red("?")} ${name} runs a statement that is made at run time, which may call one of them; \`keep\` it in \`cleanup.functions\` with the reason why it does not`,
          ),
        ]),
    ...(dropped.length === 0
      ? []
      : [
          "",
          colours.bold(`Dropped, last: ${names(dropped)}`),
          "  nothing in the database names them any more; apply this after the application has stopped calling them (`rlsmith cleanup --code`)",
        ]),
  ];
}

const PLACES = { live: "the live database", scratch: "the scratch database" } as const;
const MOST_ERRORS = 10;

/** The drop that was tried, and what is missing to a proof. */
function checkLines(check: TriedDrop, colours: Colours): string[] {
  const place = PLACES[check.where];
  const missing = (what: string): string => `  ${colours.yellow("!")} missing: ${what}`;
  if (check.kind === "refused")
    return [`  ${colours.red("✗")} the drop was tried on ${place} and refused: ${check.sqlstate}, ${check.message}`];
  const { added, checked, made, baseline, unchecked } = check;
  const looked = [
    ...(check.withPlpgsqlCheck ? [`plpgsql_check on ${counted(checked, "function")} in PL/pgSQL`] : []),
    `${counted(made, "function")} in SQL made again`,
  ].join(", ");
  return [
    `  ${added.length === 0 ? colours.green("✓") : colours.red("✗")} tried on ${place} and rolled back (${looked}): ${counted(added.length, "new error")}, ${baseline} that were there before`,
    ...added.slice(0, MOST_ERRORS).map((one) => `      ${one.function}: ${one.sqlstate}, ${one.message}`),
    ...(added.length > MOST_ERRORS ? [`      … ${added.length - MOST_ERRORS} more`] : []),
    ...(check.withPlpgsqlCheck
      ? []
      : [missing(`plpgsql_check, which ${place} does not have: bodies in PL/pgSQL were searched for the names alone`)]),
    ...(check.where === "scratch"
      ? [missing("a try on the live database, which has functions that no file may show: `--db`")]
      : []),
    ...(unchecked.length === 0 ? [] : [missing(`an answer about ${unchecked.join(", ")}`)]),
  ];
}

const where = ({ line }: Question): string => (line === null ? "" : `, line ${line}`);

/** A function without its arguments. */
const bare = (name: FunctionKey): string => name.replace(/\(.*$/, "");

/** The calls of edited functions before and after. */
export function renderCallRehearsal(calls: CallRehearsal, colours: Colours): string {
  if (calls.functions.length === 0 && calls.notEntered.length === 0) return "";
  const mark = (good: boolean): string => (good ? colours.green("✓") : colours.red("✗"));
  const lines = [
    colours.bold("Calls"),
    `  ${mark(calls.calls > 0)} ${counted(calls.calls, "call")} of ${counted(calls.functions.length, "function")} before and after`,
    `  ${mark(calls.unannounced === 0)} ${counted(calls.differences.length, "difference")}, ${calls.unannounced} of them not announced`,
    `  ${mark(calls.opened === 0)} ${counted(calls.opened, "call")} with values of another tenant reach rows that they did not reach before`,
    ...(calls.onlyErrors.length > 0
      ? [`  ${colours.yellow("!")} raised in every call, before and after: ${calls.onlyErrors.map(bare).join(", ")}`]
      : []),
    ...calls.notEntered.map(({ function: name, accepted }) =>
      accepted === null
        ? `  ${colours.red("✗")} no call came into ${bare(name)}, so nothing was compared: may no role of a request call it? or answer it in the config: unrehearsed: { ${JSON.stringify(bare(name))}: "why" }`
        : `  ${colours.yellow("!")} ${bare(name)} was not compared: ${accepted}`,
    ),
  ];
  const shown = calls.differences.filter(({ announced, opened }) => !announced || opened);
  for (const one of (shown.length > 0 ? shown : calls.differences).slice(0, MOST))
    lines.push(
      `    ${bare(one.function)} as ${one.persona}, ${one.context}, arguments of ${one.arguments}: ${outcomes(one.before, one.after)}`,
    );
  return `${lines.map(oneLine).join("\n")}\n`;
}

/** Both outcomes; two errors of one state with their messages, in which they differ. */
const outcomes = (before: CallOutcome, after: CallOutcome): string =>
  before.kind === "error" && after.kind === "error" && before.sqlstate === after.sqlstate
    ? `error ${before.sqlstate}: ${JSON.stringify(before.message)} → ${JSON.stringify(after.message)}`
    : `${outcome(before)} → ${outcome(after)}`;

const outcome = (one: CallOutcome): string =>
  one.kind === "error"
    ? `error ${one.sqlstate}`
    : `${one.rows.length > 60 ? `${one.rows.slice(0, 57)}…` : one.rows}${one.changed.length > 0 ? `, ${counted(one.changed.length, "change")}` : ""}`;

/** How a clean-up of SQL ended. */
interface SqlEnd {
  writes: boolean;
  passed: boolean;
  target: string | null;
  /** the migration whose plan was replaced */
  replaced?: string | null;
  /** the part of the clean-up that has something to do; null: no other one finds anything; default: not looked for */
  next?: CleanupPart | null;
}

/** What has become of it, and the next command. */
export function cleanupEnd(
  { plan, cleanup }: CleanupPlan,
  { writes, passed, target, replaced = null, next }: SqlEnd,
): string {
  if (!passed)
    return "the rehearsal did not pass, so nothing was written\nnext   change the functions that are marked ✗ above, or `keep` them in `cleanup.functions`, and run `rlsmith cleanup --sql` again";
  const waiting = waitingIn(cleanup);
  if (plan.steps.length === 0) {
    const then = next == null ? "" : `\nnext   \`rlsmith cleanup --${next}\``;
    if (waiting !== null) return `nothing was written; left to a person: ${waiting}${then}`;
    const what =
      cleanup.keptFunctions.length + cleanup.keptVariables.length > 0
        ? "nothing but what the config keeps uses the variables"
        : "nothing uses the variables";
    return `nothing to do: ${what}${next === null ? `\n${NOTHING_LEFT}` : then}`;
  }
  if (!writes) return "next   without --dry-run the files are written";
  const note =
    replaced === null
      ? ""
      : `${oneLine(`note   .rlsmith/cleanup.json held the plan of ${replaced}: where that is not applied, delete it with its down migration and run \`rlsmith cleanup --sql\` again, or run it with your migration tool before this one`)}\n`;
  return `${note}${oneLine(
    `next   review the migration, then ${target === null ? "run it with your migration tool" : `\`rlsmith apply --target ${target} --plan .rlsmith/cleanup.json --dry-run\``}${waiting === null ? "" : `; left to a person, above: ${waiting}`}`,
  )}`;
}

/** What is left to a person: functions, and uses that are in no function. */
function waitingIn({ functions, others }: CleanupPlan["cleanup"]): string | null {
  const asked = functions.filter(({ kind }) => kind === "asked").length;
  const uses = others.filter(({ kind }) => kind !== "comment").length;
  const parts = [
    ...(asked === 0 ? [] : [counted(asked, "function")]),
    ...(uses === 0 ? [] : [`${counted(uses, "use")} elsewhere`]),
  ];
  return parts.length === 0 ? null : parts.join(" and ");
}
