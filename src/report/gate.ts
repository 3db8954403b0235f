import type { Cause, CriterionName, CriterionState, Gate, Lack } from "../watch/index.ts";
import type { Colours } from "./colours.ts";
import { counted } from "./counted.ts";
import type { GateJson } from "./json-outputs.ts";
import { singleLined } from "./single-lined.ts";

type Judged = Gate["judgements"][number];

/** The gate as JSON, each cause with its words. */
export const gateJson = (gate: Gate): GateJson => ({
  format: "rlsmith-gate",
  formatVersion: 1,
  ...gate,
  judgements: gate.judgements.map((one) => ({
    ...one,
    causes: one.causes.map((cause) => ({ ...cause, why: causeText(cause) })),
    notes: one.notes.map((cause) => ({ ...cause, why: causeText(cause) })),
    lacks: one.lacks.map((lack) => ({ ...lack, why: lackText(lack) })),
  })),
});

/** The output of `rlsmith gate`. */
export function renderGate(given: Gate, colours: Colours): string {
  const gate = singleLined(given);
  const { samples, from, to } = gate;
  const head =
    from === null || to === null
      ? `${gate.target}: no sample since the change${samples.before > 0 ? `, ${counted(samples.before, "sample")} before it` : ""}`
      : `${gate.target}: ${counted(samples.after, "sample")} from ${minute(from)} to ${minute(to)} UTC, ${samples.before} before the change`;
  return `${[head, [...criteriaLines(gate, colours), colours.dim(shownText(gate)), colours.dim(limitsText(gate))].join("\n"), outcomeText(gate, colours)].join("\n\n")}\n`;
}

/** One line for each criterion, and what it found below it; `beside`: what stands before its figure. */
export function criteriaLines(
  { judgements }: Gate,
  colours: Colours,
  beside: (criterion: CriterionName) => string = () => "",
): string[] {
  const width = Math.max(...judgements.map(({ state, waived }) => stateText(state, waived !== null).length));
  return judgements.flatMap((one) => [
    `${paint(one, colours)(stateText(one.state, one.waived !== null).padEnd(width))}  ${one.criterion.padEnd(9)}  ${beside(one.criterion)}${figureText(one)}`.trimEnd(),
    ...(one.waived === null ? [] : [`${" ".repeat(width)}  waived by ${one.waived.by}: ${one.waived.reason}`]),
    ...cut(one.causes.map(causeText)).map((line) => `${" ".repeat(width)}  ${line}`),
    ...one.lacks.map((lack) => `${" ".repeat(width)}  ${colours.dim(lackText(lack))}`),
  ]);
}

/** How each criterion has shown that it can fail. */
function shownText({ judgements }: Gate): string {
  const named = (shown: Gate["judgements"][number]["shown"]): string =>
    judgements
      .filter((one) => one.shown === shown)
      .map(({ criterion }) => criterion)
      .join(", ");
  const parts = [
    ["by statements on the target", named("target")],
    ["by a fault planted in what was read", named("samples")],
    ["not shown", named(null)],
  ].filter(([, names]) => names !== "");
  return `shown that they can fail: ${parts.map(([how, names]) => `${how}: ${names}`).join("; ")}`;
}

/** What the figures are judged by. */
const limitsText = ({ limits: { hours, gapMinutes, slower, slowerMs, calls, share } }: Gate): string =>
  `limits: ${hours} h, gaps of ${gapMinutes} min, statements ${slower} times as long and ${slowerMs} ms more in ${calls} calls, ${percent(share)} of requests`;

const MOST_LINES = 8;

const cut = (lines: readonly string[]): string[] =>
  lines.length <= MOST_LINES
    ? [...lines]
    : [...lines.slice(0, MOST_LINES), `and ${lines.length - MOST_LINES} more: --format json has them`];

const stateText = (state: CriterionState, waived: boolean): string => (waived ? "waived" : state);

function paint({ state, waived }: Judged, colours: Colours): (text: string) => string {
  if (waived !== null) return colours.dim;
  return state === "failed" ? colours.red : state === "passed" ? colours.green : colours.yellow;
}

/** What each criterion counts. */
const UNITS: Record<CriterionName, (one: Judged) => string> = {
  time: ({ n, wanted }) => `${n ?? 0} h watched without a gap, ${wanted ?? 0} wanted`,
  denials: (one) => `${one.k ?? 0} new in ${counted(one.n ?? 0, "statement")}${boundText(one)}`,
  filtering: (one) => `${one.k ?? 0} lost their rows, of ${counted(one.n ?? 0, "call")} compared${boundText(one)}`,
  claims: (one) => `${one.k ?? 0} without a claim in ${counted(one.n ?? 0, "request")}${boundText(one)}`,
  isolation: ({ n, k }) =>
    `${counted(k ?? 0, "opening")} in ${counted(n ?? 0, "statement")} that reached for rows of others`,
  speed: ({ n, k, wanted }) =>
    `${k ?? 0} slower; ${n ?? 0} of ${wanted ?? 0} relations × commands with traffic compared`,
  objects: ({ k, state }) =>
    state === "not enough yet" || state === "cannot be told"
      ? ""
      : k === 0
        ? "as the plan left them"
        : `${counted(k ?? 0, "difference")}`,
  coverage: ({ n, wanted }) => `${n ?? 0} of ${wanted ?? 0} relations × commands had traffic`,
};

/** What a criterion has counted, as a clause. */
export const figureText = (one: Judged): string => UNITS[one.criterion](one);

/** What 0 of n leaves possible, and how many would be enough. */
function boundText({ n, k, wanted, bound }: Judged): string {
  if (k !== 0 || n === null) return "";
  const possible = bound === null ? "" : `: at most ${percent(bound)} at 95 %`;
  return wanted !== null && n < wanted ? `${possible}; ${wanted} wanted` : possible;
}

const percent = (share: number): string => `${Number((100 * share).toPrecision(2))} %`;

const minute = (iso: string): string => new Date(iso).toISOString().slice(0, 16).replace("T", " ");

/** A cause in words: a clause. */
export function causeText(cause: Cause): string {
  switch (cause.cause) {
    case "gap":
      return `no sample between ${minute(cause.from)} and ${minute(cause.to)} UTC`;
    case "clock went back":
      return `the server's clock went back from ${minute(cause.from)} to ${minute(cause.to)} UTC`;
    case "no sample since":
      return `no sample since ${minute(cause.at)} UTC`;
    case "denial":
      return [
        `${cause.isNew ? "new: " : ""}${cause.family}`,
        cause.relation === null ? "" : ` on ${cause.relation}`,
        cause.policy === null ? "" : ` by policy ${cause.policy}`,
        cause.object === null ? "" : ` of ${cause.object}`,
        cause.function === null ? "" : ` in ${cause.function}`,
        cause.role === null ? "" : `, login ${cause.role}`,
        `, ${counted(cause.count, "time")}`,
      ].join("");
    case "no rows":
      return `${whose(cause)}: no row in ${counted(cause.calls, "call")}, ${number(cause.rowsBefore)} in each before`;
    case "fewer rows":
      return `${whose(cause)}: ${counted(cause.rows, "row")} in ${counted(cause.calls, "call")}, about ${Math.round(cause.expected)} expected`;
    case "rows not seen":
      return `${counted(cause.calls, "read")} of ${cause.relation} as ${cause.role}: a wrapper returns one row whatever the read finds`;
    case "request without claim":
      return `${counted(cause.count, "request")} of ${cause.of} as ${cause.role} without claim ${cause.claim}`;
    case "stale token":
      return `${counted(cause.count, "request")} of ${cause.of} as ${cause.role} in the last sample with a token from before the change`;
    case "stored claims":
      return `${counted(cause.count, "user")} of ${cause.of}: ${STORED[cause.state]}`;
    case "breach":
      return `${cause.role} reaches rows of another tenant in ${cause.subject}, by ${cause.object}`;
    case "tests failed":
      return `${cause.count} of ${counted(cause.of, "isolation test")} failed`;
    case "tests refused":
      return `the results of the isolation tests are no evidence: ${REFUSED[cause.because]}${cause.roles.length === 0 ? "" : `: ${cause.roles.join(", ")}`}`;
    case "tests accepted":
      return `${counted(cause.count, "isolation test")} passed as ${cause.roles.join(", ")}`;
    case "not settled":
      return `${cause.count} could not be tried, of ${counted(cause.of, "statement")}`;
    case "slower":
      return `${cause.command} on ${cause.relations.join(", ")} as ${cause.role}: ${number(cause.before)} ms before, ${number(cause.after)} ms in ${counted(cause.calls, "call")} since (queryid ${cause.queryId})`;
    case "worse plan":
      return `${whose(cause)}: ${cause.how === "no index" ? "no index serves the policies any more" : "a sub-query of the policies is executed for each row, and none such was before"}`;
    case "not compared":
      return `${cause.command} on ${cause.relation} is not compared: ${cause.because === "few calls" ? `${counted(cause.calls, "call")} since, too few of each statement before or since` : "no statement since was made before"}`;
    case "object":
      return `${cause.change}: ${cause.object}${cause.relation === null || cause.object.startsWith(cause.relation) ? "" : `, ${cause.relation}`}`;
    case "no row security":
      return `${counted(cause.calls, "statement")} as ${cause.role}, whom row security does not concern`;
    case "no traffic":
      return `${cause.command} on ${cause.relation} was not used${cause.before ? ", and was before" : ""}`;
  }
}

const STORED: Record<Extract<Cause, { cause: "stored claims" }>["state"], string> = {
  stale: "the stored claims are not those of the source",
  missing: "active, and without stored claims",
  orphaned: "stored claims, and no active row",
  ambiguous: "several active rows that give different claims",
};

const REFUSED: Record<Extract<Cause, { cause: "tests refused" }>["because"], string> = {
  unreadable: "there is no such file, or it is neither JUnit XML nor TAP",
  incomplete: "the run did not come to its end",
  older: "they are older than the change",
  "persona not proved": "no test shows that row security applies to its personas",
  "privileged persona": "row security does not apply to a persona",
  "nothing asserted": "no test of rows ran",
};

const whose = ({
  relation,
  role,
  command,
}: {
  relation: string | null;
  role: string | null;
  command: string;
}): string => `${command}${relation === null ? "" : ` on ${relation}`}${role === null ? "" : ` as ${role}`}`;

const number = (value: number): string => String(Number(value.toPrecision(3)));

/** Why Supabase did not give its logs, by the fault; the next sample asks again. */
const SERVICE_TEXTS: Readonly<Record<string, string>> = {
  "access token":
    "Supabase refuses the access token: `SUPABASE_ACCESS_TOKEN`, or the login of its CLI, must be one that may read the logs of the project",
  "rate limit": "Supabase wants fewer queries of its logs; take samples less often, or wait",
  allowance: "the allowance of log queries of the organization at Supabase is spent",
  endpoint: "Supabase knows no logs of this project; check `project` in the config",
  query: "Supabase does not accept the query of its logs",
  "server error": "Supabase's logs answer with an error of their own",
  "no answer": "Supabase's logs do not answer",
  answer: "the answer of Supabase's logs is not of the form that is documented",
  "gateway heartbeat":
    "the API gateway did not answer or did not refuse a request without a key; check `rest` in the config",
  "more rows": "Supabase's logs hold more rows than one sample reads; the next goes on",
  program: "`supabase logs` failed; run it by hand to see why",
};

/** What a source could not see, as a clause. */
export function lackText({ lack, what }: Lack): string {
  switch (lack) {
    case "privilege":
      return `not seen: the login may not read ${what}`;
    case "not installed":
      return `not seen: ${what} is not installed`;
    case "setting":
      return `not seen: ${what} of the server hides it`;
    case "not readable":
      return `not seen: ${what} cannot be read`;
    case "counters lost":
      return `not seen: the counters of ${what} began anew`;
    case "entries lost":
      return `not seen: entries of ${what} are gone`;
    case "service":
      return `not seen yet: ${SERVICE_TEXTS[what] ?? what}`;
    case "earlier sample":
      return `not seen: an earlier rlsmith took the last sample, and did not read the ${what} of the relations; take another: rlsmith watch --once`;
    case "not shown":
      return "a fault that was planted in what was read was not found, so nothing shows that this criterion can fail";
    case "nothing before":
      return `not seen: nothing of ${what} is known from before`;
  }
}

function outcomeText({ outcome, judgements, target }: Gate, colours: Colours): string {
  const counting = judgements.filter(({ waived }) => waived === null);
  const named = (states: readonly CriterionState[]): string =>
    counting
      .filter(({ state }) => states.includes(state))
      .map(({ criterion }) => criterion)
      .join(", ");
  switch (outcome) {
    case "passed":
      return `${colours.green("passed")}: the plan can go on from ${target}`;
    case "failed":
      return `${colours.red("failed")}: ${named(["failed"])}; to take the plan back: rlsmith rollback --target ${target}`;
    case "inconclusive":
      return `${colours.yellow("inconclusive")}, which is no pass: ${[
        named(["not enough yet"]) === "" ? "" : `not enough yet for ${named(["not enough yet"])}`,
        named(["cannot be told"]) === "" ? "" : `nothing shows ${named(["cannot be told"])}`,
      ]
        .filter((part) => part !== "")
        .join("; ")}. Watch on: rlsmith watch --target ${target}`;
  }
}
