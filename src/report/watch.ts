import type { Taken } from "../pipeline/watch.ts";
import type { Gate, Sample, StoredReading } from "../watch/index.ts";
import type { Colours } from "./colours.ts";
import { counted } from "./counted.ts";
import { criteriaLines, gateJson, lackText } from "./gate.ts";
import type { WatchJson } from "./json-outputs.ts";
import { singleLined } from "./single-lined.ts";

/** A sample and the gate as JSON. */
export function watchJson({ sample, kept, gate }: Taken): WatchJson {
  const { format: _, formatVersion: __, ...judged } = gateJson(gate);
  return { format: "rlsmith-watch", formatVersion: 1, sample, kept, gate: judged };
}

/** The newest sample, and each criterion with its figure. */
export function renderWatch({ sample, kept, gate }: Taken, colours: Colours): string {
  const head = `${sample.target}: sample ${sample.number} at ${sample.at.slice(0, 19).replace("T", " ")} UTC, ${
    sample.kind === "before" ? "before the change: the plan is not in force" : "the plan is in force"
  }`;
  return `${[
    colours.bold(head),
    ...(kept ? [] : ["another rlsmith took this sample: it was not kept"]),
    ...(sample.kind === "before" ? sourceLines(sample, colours) : criteriaLines(singleLined(gate), colours)),
  ].join("\n")}\n`;
}

/** Before the change nothing is judged: what each source has seen, to be compared with later. */
const sourceLines = ({ readings }: Sample, colours: Colours): string[] =>
  readings.flatMap((one) => [
    `${one.source.padEnd(10)}  ${seenText(one)}`.trimEnd(),
    ...one.lacks.map((lack) => `            ${colours.dim(lackText(lack))}`),
  ]);

function seenText(one: StoredReading): string {
  switch (one.source) {
    case "log":
      return `${counted(one.entries, "entry", "entries")}, ${counted(one.denials.length, "kind")} of denials; its heartbeat was ${one.heartbeat}`;
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
