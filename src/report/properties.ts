import { groupBy } from "../pg/group-by.ts";
import { nameKey } from "../pg/name.ts";
import type { PropertyVerdict } from "../prove/index.ts";
import type { Colours } from "./colours.ts";
import { singleLined } from "./single-lined.ts";
import { markdownText } from "./visible.ts";
import { tell } from "./witness.ts";

/** A property that was checked. */
export interface Checked {
  name: string;
  /** its interpretation, in words */
  meaning: string;
  verdicts: readonly PropertyVerdict[];
  /** functions that run with the rights of their owners, which the property says nothing about */
  functions: readonly string[];
  /** statements of the files that failed in the scratch database: what they change was not checked */
  failed: readonly string[];
}

const example = (verdict: PropertyVerdict): string => {
  if (!verdict.witness) return verdict.reasons.map(({ message }) => message).join("; ");
  const { who, context, row, others } = tell(verdict.witness);
  return `${[who, ...context].join(", ")}: ${[row, ...others].join("; ")}`;
};

const countsOf = (checked: Checked): string => {
  const of = (answer: PropertyVerdict["answer"]): number =>
    checked.verdicts.filter((one) => one.answer === answer).length;
  return `${of("proved")} proved, ${of("violated")} violated, ${of("unknown")} unknown`;
};

const uncoveredText = (functions: readonly string[]): string =>
  `not covered: ${functions.length} SECURITY DEFINER functions that read guarded relations, such as ${functions.slice(0, 3).join(", ")}`;

const failedText = (failed: readonly string[]): string =>
  `not settled: ${failed.length} ${failed.length === 1 ? "statement" : "statements"} of the files failed, so what ${failed.length === 1 ? "it changes" : "they change"} was not checked: ${failed.slice(0, 3).join("; ")}${failed.length > 3 ? "; …" : ""}`;

/** For a terminal: a line for each relation and role, with an example. */
export function renderProperties(checks: readonly Checked[], colours: Colours): string {
  const all = singleLined(checks);
  const lines: string[] = [];
  for (const checked of all) {
    lines.push(`${colours.bold(`never ${checked.name}`)}  ${colours.dim(checked.meaning)}`);
    const bad = checked.verdicts.filter(({ answer }) => answer !== "proved");
    for (const list of groupBy(bad, ({ relation, answer, component }) =>
      JSON.stringify([relation, answer, component]),
    ).values()) {
      const [first] = list;
      if (!first) continue;
      const paint = first.answer === "violated" ? colours.red : colours.yellow;
      lines.push(
        `  ${paint(first.answer)}  ${nameKey(first.relation)}  ${first.component}  ${colours.dim(`as ${list.map(({ role }) => role).join(", ")}`)}`,
        `      ${example(first)}`,
      );
    }
    lines.push(`  ${countsOf(checked)}`);
    if (checked.functions.length > 0) lines.push(`  ${colours.dim(uncoveredText(checked.functions))}`);
    if (checked.failed.length > 0) lines.push(`  ${colours.yellow(failedText(checked.failed))}`);
  }
  return `${lines.join("\n")}\n`;
}

/** As a comment on a pull request. */
export function propertiesMarkdown(checks: readonly Checked[]): string {
  const all = singleLined(checks);
  const lines: string[] = [];
  for (const checked of all) {
    lines.push(
      `### Never: ${markdownText(checked.name)}`,
      "",
      `${markdownText(checked.meaning)}: ${countsOf(checked)}.`,
    );
    const bad = checked.verdicts.filter(({ answer }) => answer !== "proved");
    if (bad.length > 0)
      lines.push("", "| answer | relation | command | role | for instance |", "|---|---|---|---|---|");
    for (const verdict of bad)
      lines.push(
        `| **${verdict.answer}** | ${[nameKey(verdict.relation), verdict.component, verdict.role, example(verdict)].map(markdownText).join(" | ")} |`,
      );
    if (checked.functions.length > 0) lines.push("", markdownText(uncoveredText(checked.functions)));
    if (checked.failed.length > 0) lines.push("", markdownText(failedText(checked.failed)));
    lines.push("");
  }
  return `${lines.join("\n")}\n`;
}
