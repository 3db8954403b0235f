import type { TakenBack } from "../pipeline/taken-back.ts";
import type { Taken } from "../pipeline/watch.ts";
import type { CriterionName, Gate, Sample, StoredReading } from "../watch/index.ts";
import type { Colours } from "./colours.ts";
import { counted } from "./counted.ts";
import { criteriaLines, gateJson, lackText } from "./gate.ts";
import type { WatchJson } from "./json-outputs.ts";
import { singleLined } from "./single-lined.ts";
import { sparkline } from "./sparkline.ts";

/** A sample and the gate as JSON. */
export function watchJson({ sample, kept, gate, notified }: Taken, takenBack: TakenBack | null): WatchJson {
  const { format: _, formatVersion: __, ...judged } = gateJson(gate);
  return { format: "rlsmith-watch", formatVersion: 1, sample, kept, gate: judged, notified, takenBack };
}

/** The newest sample, and each criterion with its figure. */
export const renderWatch = (taken: Taken, colours: Colours): string =>
  `${[...headLines(taken, colours), ...bodyLines(taken, colours)].join("\n")}\n`;

/** What a view shows of a run that goes on. */
export interface Running {
  /** milliseconds since its first sample, and until the next one */
  elapsed: number;
  left: number;
  /** the figure of each criterion at the last samples, oldest first */
  figures: Figures;
}

/** The figure of each criterion at the last samples, oldest first; null: it could not be told. */
export type Figures = ReadonlyMap<CriterionName, readonly (number | null)[]>;

/** The same for a view that is drawn anew: with the times of the run, and bars of the last samples. */
export function renderLive(taken: Taken, { elapsed, left, figures }: Running, colours: Colours): string {
  const times = `watched for ${durationText(elapsed)}, next sample in ${Math.ceil(left / 1000)} s`;
  const width = Math.max(0, ...[...figures.values()].map((one) => one.length));
  const bars = (criterion: CriterionName): string =>
    `${colours.cyan(sparkline(figures.get(criterion) ?? []).padStart(width))}  `;
  return `${[...headLines(taken, colours), colours.dim(times), ...bodyLines(taken, colours, bars)].join("\n")}\n`;
}

/** The figures with those of one sample more, of which so many are kept. */
export const figuresWith = (figures: Figures, { judgements }: Gate): Figures =>
  new Map(
    judgements.map(({ criterion, state, k, n }) => [
      criterion,
      [...(figures.get(criterion) ?? []), state === "cannot be told" ? null : (k ?? n)].slice(-MOST_BARS),
    ]),
  );

const MOST_BARS = 24;

function durationText(milliseconds: number): string {
  const minutes = Math.floor(milliseconds / 60_000);
  if (minutes === 0) return `${Math.floor(milliseconds / 1000)} s`;
  return minutes < 60 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

function headLines({ sample, kept }: Taken, colours: Colours): string[] {
  const head = `${sample.target}: sample ${sample.number} at ${sample.at.slice(0, 19).replace("T", " ")} UTC, ${
    sample.kind === "before" ? "before the change: the plan is not in force" : "the plan is in force"
  }`;
  return [colours.bold(head), ...(kept ? [] : ["another rlsmith took this sample: it was not kept"])];
}

const bodyLines = (
  { sample, gate }: Taken,
  colours: Colours,
  beside: (criterion: CriterionName) => string = () => "",
): string[] =>
  sample.kind === "before" ? sourceLines(sample, colours) : criteriaLines(singleLined(gate), colours, beside);

/** Before the change nothing is judged: what each source has seen, to be compared with later. */
const sourceLines = ({ readings }: Sample, colours: Colours): string[] =>
  readings.flatMap((one) => [
    `${one.source.padEnd(10)}  ${seenText(one)}`.trimEnd(),
    ...one.lacks.map((lack) => `            ${colours.dim(lackText(lack))}`),
  ]);

function seenText(one: StoredReading): string {
  switch (one.source) {
    case "log":
      return `${counted(one.entries, "entry", "entries")}, ${counted(one.denials.length, "kind")} of denials; its heartbeat was ${one.heartbeat === "not yet" ? "not seen yet" : one.heartbeat}`;
    case "statements":
      return `${counted(one.statements.length, "statement")} on relations of the plan`;
    case "tables":
      return counted(one.tables.length, "relation");
    case "plans":
      return `${counted(one.plans.length, "plan")}, of which ${one.plans.filter(({ indexed }) => indexed).length} use an index for the policies`;
    case "isolation":
      return `${counted(one.statements, "statement")} of the attack`;
    case "requests":
      return one.lacks.length > 0
        ? ""
        : counted(
            one.hours.reduce((sum, { requests }) => sum + requests, 0),
            "request",
          );
    case "audit":
      return one.members === null
        ? ""
        : counted(
            Object.values(one.members).reduce((sum, n) => sum + n, 0),
            "member",
          );
    case "objects":
      return "";
  }
}

/** A line for each criterion whose state is another than at the sample before. */
export const renderTransitions = (before: Gate | null, now: Gate): string[] =>
  before === null
    ? []
    : now.judgements.flatMap(({ criterion, state }) => {
        const was = before.judgements.find((one) => one.criterion === criterion)?.state;
        return was === undefined || was === state ? [] : [`${criterion}: ${was} → ${state}`];
      });

/** What became of the messages to the webhook, where there is something to say. */
export function renderNotified(notified: Taken["notified"]): string[] {
  if (notified === null) return [];
  const { sent, failed } = notified;
  return [
    ...(sent > 0 ? [`${counted(sent, "message")} sent to the webhook`] : []),
    ...(failed === null ? [] : [`not sent to the webhook: ${failureText(failed)}; tried again at the next sample`]),
  ];
}

function failureText(failed: NonNullable<NonNullable<Taken["notified"]>["failed"]>): string {
  switch (failed.why) {
    case "status":
      return `it answered ${failed.status}`;
    case "no answer":
      return "it did not answer in 10 s";
    case "unreachable":
      return `it cannot be reached${failed.code === null ? "" : ` (${failed.code})`}`;
    case "not kept":
      return "what there is to tell could not be kept";
  }
}

/** What a rollback by --on-fail has done. */
export function renderTakenBack({ criteria, entries, since, seconds }: TakenBack, colours: Colours): string {
  const what =
    entries.length === 0
      ? "the plan was taken back by another rlsmith"
      : `the plan was taken back (${counted(entries.length, "entry", "entries")} of the journal)`;
  const [time, of] = [seconds === null ? "" : `${seconds} s`, since?.at.slice(0, 19).replace("T", " ")];
  const when =
    since === null
      ? "the first sample had failed already"
      : since.what === "statement"
        ? `${time} after the first failing statement, at ${of} UTC`
        : `at most ${time} after the first failure, which came after the sample at ${of} UTC`;
  return `${colours.yellow("rolled back")}  ${criteria.join(", ")} failed: ${what}; ${when}`;
}
