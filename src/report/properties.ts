import type pc from "picocolors";
import { groupBy } from "../pg/group-by.ts";
import type { PropertyVerdict } from "../prove/index.ts";
import { relationName } from "./proof-terminal.ts";
import { tell } from "./witness.ts";

type Colours = ReturnType<typeof pc.createColors>;

/** A property that was checked. */
export interface Checked {
  name: string;
  /** what it was taken to mean, in words */
  meaning: string;
  verdicts: readonly PropertyVerdict[];
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

/** For a terminal: one line a relation and role, with an example each. */
export function renderProperties(all: readonly Checked[], colours: Colours): string {
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
        `  ${paint(first.answer)}  ${relationName(first.relation)}  ${first.component}  ${colours.dim(`as ${list.map(({ role }) => role).join(", ")}`)}`,
        `      ${example(first)}`,
      );
    }
    lines.push(`  ${countsOf(checked)}`);
  }
  return `${lines.join("\n")}\n`;
}

/** As a comment on a pull request. */
export function propertiesMarkdown(all: readonly Checked[]): string {
  const lines: string[] = [];
  for (const checked of all) {
    lines.push(`### Never: ${checked.name}`, "", `${checked.meaning}: ${countsOf(checked)}.`);
    const bad = checked.verdicts.filter(({ answer }) => answer !== "proved");
    if (bad.length > 0)
      lines.push("", "| answer | relation | command | role | for instance |", "|---|---|---|---|---|");
    for (const verdict of bad)
      lines.push(
        `| **${verdict.answer}** | ${relationName(verdict.relation)} | ${verdict.component} | ${verdict.role} | ${example(verdict).replaceAll("|", "\\|")} |`,
      );
    lines.push("");
  }
  return `${lines.join("\n")}\n`;
}
