import type { Taken } from "../pipeline/watch.ts";
import type { Gate } from "../watch/index.ts";
import type { Colours } from "./colours.ts";
import { criteriaLines, gateJson } from "./gate.ts";
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
    ...criteriaLines(singleLined(gate), colours),
  ].join("\n")}\n`;
}

/** A line for each criterion whose state is another than at the sample before. */
export const renderTransitions = (before: Gate | null, now: Gate): string[] =>
  before === null
    ? []
    : now.judgements.flatMap(({ criterion, state }) => {
        const was = before.judgements.find((one) => one.criterion === criterion)?.state;
        return was === undefined || was === state ? [] : [`${criterion}: ${was} → ${state}`];
      });
