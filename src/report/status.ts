import { nextStep, type Step } from "../playbook/index.ts";
import type { Status } from "../pipeline/status.ts";
import type { Colours } from "./colours.ts";
import { counted } from "./counted.ts";
import { faultText } from "./evidence.ts";
import { singleLined } from "./single-lined.ts";
import { byPhase, STEP_WORDS, stateWords } from "./step-words.ts";

/** The output of `rlsmith status`. */
export function renderStatus(given: Status, colours: Colours): string {
  const { steps, faults, lines } = singleLined(given);
  const width = Math.max(...steps.map(({ id }) => id.length));
  const over = steps.filter(isOver).length;
  const next = nextStep(steps);
  return [
    ...byPhase(steps).flatMap(({ phase, steps: own }) => [
      colours.bold(phase),
      ...own.map((step) => lineOf(step, width, colours)),
      "",
    ]),
    ...faults.map((fault) => `${colours.red("evidence")} ${faultText(fault)}`),
    ...(faults.length > 0 ? [""] : []),
    `${over} of ${counted(steps.length, "step")} done, by ${counted(lines, "line")} of evidence`,
    next ? `next   ${next.command}` : colours.green("the migration is complete"),
    "",
  ].join("\n");
}

const isOver = ({ state }: Step): boolean => state.kind === "done" || state.kind === "waived";

/** The widest word of a state. */
const STATE_WIDTH = 7;

function lineOf(step: Step, width: number, colours: Colours): string {
  const { kind } = step.state;
  const paint =
    kind === "done" || kind === "waived"
      ? colours.green
      : kind === "failed" || kind === "stale"
        ? colours.red
        : kind === "next"
          ? colours.bold
          : colours.dim;
  const said = stateWords(step);
  const note = step.evidence?.note ?? null;
  return [
    `  ${paint(kind.padEnd(STATE_WIDTH))}  ${step.id.padEnd(width)}  ${STEP_WORDS[step.name]}`,
    ...[said, ...(note === null ? [] : [note])]
      .filter((one) => one !== "")
      .map((one) => colours.dim(`${" ".repeat(STATE_WIDTH + width + 6)}${one}`)),
  ].join("\n");
}
