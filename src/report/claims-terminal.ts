import type { Counted, MemberState, Behaviour, ClaimsFacts, ClaimsReport } from "../claims/index.ts";
import { describeLocation } from "../finding.ts";
import { nameKey } from "../pg/name.ts";
import { asIs, type Colours } from "./colours.ts";
import { causeText } from "./claims-cause.ts";
import { singleLined } from "./single-lined.ts";

/**
 * The output of `rlsmith claims`: the source of claims, the effect of the sync, the members in step, the age of tokens,
 * hooks, findings.
 */
export function renderClaims(checked: ClaimsReport, colours: Colours): string {
  const report = singleLined(checked);
  const sections = claimsSections(report).map(({ title, lines, isCode }) => {
    const indented = lines.map((line) => `  ${line}`);
    return [colours.bold(title), ...(isCode ? asIs(indented, colours) : indented)].join("\n");
  });
  const marks = { error: colours.red("error"), warning: colours.yellow("warning"), info: colours.dim("note") };
  const found = report.findings.flatMap(({ code, severity, at, message, hint }) => [
    `  ${marks[severity]} ${describeLocation(at)}  ${message} ${colours.dim(`[${code}]`)}`,
    ...(hint === null ? [] : [`      ${colours.dim(hint)}`]),
  ]);
  return `${[...sections, ...(found.length === 0 ? [] : [[colours.bold("Findings"), ...found].join("\n")]), summary(report)].join("\n\n")}\n`;
}

/** `2 errors, 1 note.` */
export function summary({ findings }: ClaimsReport): string {
  const counts = (["error", "warning", "info"] as const).flatMap((level) => {
    const count = findings.filter((one) => one.severity === level).length;
    const word = level === "info" ? "note" : level;
    return count === 0 ? [] : [`${count} ${word}${count === 1 ? "" : "s"}`];
  });
  return counts.length === 0 ? "No findings." : `${counts.join(", ")}.`;
}

/** One part of the report, as plain lines. */
export interface Section {
  title: string;
  lines: string[];
  /** the lines are the text of a function */
  isCode?: true;
}

/** All of a report except its findings. */
export function claimsSections(report: ClaimsReport): Section[] {
  const { facts } = report;
  return [
    { title: "Where claims come from", lines: sourceLines(facts) },
    ...(facts.source.kind === "unknown" ? [] : [{ title: "The sync", lines: syncLines(facts) }]),
    ...(facts.members === null ? [] : [{ title: `Members${madeOf(report)}`, lines: memberLines(facts) }]),
    { title: `Tokens${madeOf(report)}`, lines: tokenLines(report) },
    ...facts.hooks.map(({ hook }) => ({
      title: `Hook ${nameKey(hook.fn)}`,
      lines: hook.fn.definition.trimEnd().split("\n"),
      isCode: true as const,
    })),
  ];
}

const madeOf = ({ readFrom }: ClaimsReport): string =>
  readFrom === "live" ? "" : " (only the rows that migrations insert; use --db for those of a database)";

function sourceLines({ source }: ClaimsFacts): string[] {
  if (source.kind === "unknown") return [`unknown: ${causeText(source.because)}`];
  const { relation, user, claims, active, unsure, from } = source.value;
  const width = Math.max(...claims.map(({ path }) => path.join(".").length));
  return [
    `${nameKey(relation)}, user in ${user}, ${from === "config" ? "by claimsSync of the config" : "by the body of the sync trigger"}`,
    ...claims.map(({ path, sql }) => `${path.join(".").padEnd(width)}  ${sql.replace(PLAIN, "$1")}`),
    unsure !== null
      ? `active: not known${active === null ? "" : `, at most the rows where ${active.sql}`}`
      : active === null
        ? "every row counts as active: nothing says otherwise"
        : `active: ${active.sql}  (by the ${active.from})`,
  ];
}

// a column whose name needs no quotes
const PLAIN = /^"([a-z_][a-z0-9_]*)"$/;

const DOING: Record<Behaviour["what"], string> = {
  insert: "insert",
  "insert-inactive": "insert of an inactive row:",
  update: "update of",
  deactivate: "deactivation by",
  reactivate: "activation by",
  delete: "delete",
  "relink-old": "old user, change of",
  "relink-new": "new user, change of",
  unlink: "update to NULL of",
  "deactivate-one": "one of two rows, deactivation by",
  "delete-one": "one of two rows, delete",
};

const OUTCOME: Record<Behaviour["outcome"]["kind"], string> = {
  follows: "claims follow",
  "not-fired": "the trigger does not fire",
  ignored: "claims stay as they were",
  differs: "claims are not what was expected",
  taken: "claims removed, though another row gives them",
  untried: "not tried: no other value was found",
  raised: "raised an error",
};

/** No claims stood there before an inactive row was inserted, so that they did not stay as they were. */
const outcomeText = ({ what, outcome }: Behaviour): string =>
  what === "insert-inactive" && outcome.kind === "ignored"
    ? "claims written for an inactive row"
    : OUTCOME[outcome.kind];

function syncLines({ triggers, behaviour }: ClaimsFacts): string[] {
  const lines = triggers.map(
    ({ name, function: fn, enabled, definition }) =>
      `${name} → ${fn}${enabled ? "" : "  DISABLED"}  ${/ (?:BEFORE|AFTER) .*? ON /.exec(definition)?.[0]?.trim().replace(/ ON$/, "") ?? ""}`,
  );
  if (lines.length === 0) lines.push("no trigger");
  if (behaviour?.kind === "unknown") lines.push(`not tried: ${causeText(behaviour.because)}`);
  if (behaviour?.kind === "known") {
    lines.push("tried on a scratch database:");
    for (const tried of behaviour.value) {
      const { what, column, outcome } = tried;
      lines.push(
        `  ${outcome.kind === "follows" ? "✓" : outcome.kind === "untried" ? "?" : "✗"} ${`${DOING[what]}${column === null ? "" : ` ${column}`}`.padEnd(40)} ${outcomeText(tried)}`,
      );
    }
  }
  return lines;
}

const STATE: Record<MemberState, string> = {
  synced: "in step",
  stale: "other claims than the row gives",
  missing: "active, no claims",
  orphaned: "claims, no active row",
  ambiguous: "several active rows that differ",
  "no-user": "not in auth.users",
};

function memberLines({ source, members, ownMetadata }: ClaimsFacts): string[] {
  if (members === null) return [];
  const unsure = source.kind === "known" && source.value.unsure !== null;
  if (members.kind === "unknown") return [`unknown: ${causeText(members.because)}`];
  const lines = Object.entries(members.value).flatMap(([state, counted]) =>
    counted.total === 0 && ["ambiguous", "no-user"].includes(state)
      ? []
      : [
          `${state.padEnd(9)} ${String(counted.total).padStart(6)}  ${unsure && state === "missing" ? "no claims, and perhaps not active" : STATE[state as MemberState]}`,
          ...(state === "synced" ? [] : idLines(counted)),
        ],
  );
  if (ownMetadata?.kind === "known" && ownMetadata.value.total > 0)
    lines.push(`${ownMetadata.value.total} hold such keys in user_metadata`, ...idLines(ownMetadata.value));
  if (ownMetadata?.kind === "unknown") lines.push(`user_metadata unknown: ${causeText(ownMetadata.because)}`);
  return lines;
}

function idLines({ total, ids }: Counted): string[] {
  const rest = total - ids.length;
  // at most twenty are listed; a shorter list leaves others out because of their kind
  const more = rest === 0 ? [] : [`  … and ${rest} ${ids.length < 20 ? "whose value is not an id" : "more"}`];
  return [...ids.map((id) => `  ${id}`), ...more];
}

const usersOf = (count: number): string => (count === 1 ? "1 user" : `${count} users`);

function tokenLines({ facts, jwtExpirySeconds }: ClaimsReport): string[] {
  const { tokens, staleTokens } = facts;
  if (tokens.kind === "unknown") return [`unknown: ${causeText(tokens.because)}`];
  const { sessions, alive, users, oldest, windowEnds } = tokens.value;
  const lines = [
    `a token is valid for ${jwtExpirySeconds} s: a demoted member keeps the old claims until it expires or is refreshed`,
    `${alive} of ${sessions} sessions may hold a valid token, of ${usersOf(users)}`,
  ];
  if (oldest !== null)
    lines.push(`the oldest was issued ${oldest}; all tokens now valid expire by ${windowEnds ?? ""}`);
  if (staleTokens === null)
    lines.push("users with an old token: unknown, for no column records when a row changed; give --since");
  else if (staleTokens.kind === "unknown")
    lines.push(`users with an old token: unknown, ${causeText(staleTokens.because)}`);
  else {
    const { changed, total, until } = staleTokens.value;
    const since = changed.kind === "since" ? changed.at : `their row changed (${changed.column})`;
    lines.push(
      `${usersOf(total)} may hold a token from before ${since}${until === null ? "" : `, the last until ${until}`}`,
    );
    lines.push(...idLines(staleTokens.value));
    if (changed.kind === "column") lines.push("users of deleted rows are not counted: give --since");
  }
  return lines;
}
