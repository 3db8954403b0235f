import { nextStep } from "../playbook/index.ts";
import type { Status } from "../pipeline/status.ts";
import { faultText } from "./evidence.ts";
import { byPhase, STEP_WORDS, stateWords } from "./step-words.ts";
import { oneLine } from "./visible.ts";

/** The status as Markdown, for a pull request, an issue or a record. */
export function statusMarkdown({ steps, faults }: Status): string {
  const next = nextStep(steps);
  return [
    ...byPhase(steps).flatMap(({ phase, steps: own }) => [
      `## ${cell(phase)}`,
      "",
      "| step | state | |",
      "|---|---|---|",
      ...own.map(
        (step) =>
          `| ${STEP_WORDS[step.name]} (\`${cell(step.id)}\`) | ${step.state.kind} | ${[
            stateWords(step),
            step.evidence?.note ?? "",
          ]
            .filter((one) => one !== "")
            .map(cell)
            .join("<br>")} |`,
      ),
      "",
    ]),
    ...(faults.length === 0
      ? []
      : ["## Faults of the evidence", "", ...faults.map((one) => `- ${faultText(one)}`), ""]),
    next ? `Next: \`${next.command}\`` : "The migration is complete.",
  ].join("\n");
}

const cell = (text: string): string =>
  oneLine(text)
    .replaceAll("|", String.raw`\|`)
    .replaceAll("<", "&lt;");
