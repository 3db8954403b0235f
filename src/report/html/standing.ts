import { nextStep, type Step } from "../../playbook/index.ts";
import type { Status } from "../../pipeline/status.ts";
import { counted } from "../counted.ts";
import { faultText } from "../evidence.ts";
import { byPhase, STEP_WORDS, stateWords } from "../step-words.ts";
import type { Section } from "./section.ts";
import { markup } from "./template.ts";

/** Where the playbook stands: each step by its evidence, and the command that comes next. */
export function standing({ steps, faults, lines }: Status): Section {
  const over = steps.filter(({ state }) => state.kind === "done" || state.kind === "waived").length;
  const next = nextStep(steps);
  return {
    id: "standing",
    title: "Where it stands",
    body: markup`<p class="lead">${over} of ${counted(steps.length, "step")} done, by ${counted(lines, "line")} of evidence.
${next ? markup`Next: ${STEP_WORDS[next.name]}, <code>${next.command}</code>.` : "The migration is complete."}</p>
${faults.length > 0 && markup`<div class="bad"><p>The evidence is not sound:</p><ul>${faults.map((one) => markup`<li>${faultText(one)}`)}</ul></div>`}
<div class="phases">${byPhase(steps).map(
      ({ phase, steps: own }) => markup`<div><h3>${phase}</h3><ul class="steps">${own.map(stepHtml)}</ul></div>`,
    )}</div>`,
  };
}

const stepHtml = (step: Step) => {
  const said = [stateWords(step), step.evidence?.note ?? ""].filter((one) => one !== "").join("; ");
  return markup`<li class="${step.state.kind}"><b>${step.state.kind}</b> ${STEP_WORDS[step.name]}${said !== "" && markup`<small>${said}</small>`}`;
};
