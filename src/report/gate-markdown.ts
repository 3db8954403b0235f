import type { Gate } from "../watch/index.ts";
import { causeText, lackText } from "./gate.ts";
import { visible } from "./visible.ts";

/** A gate as Markdown, for a pull request or a record. */
export function gateMarkdown({ target, outcome, judgements, samples, from, to, planHash }: Gate): string {
  const rows = judgements.map(({ criterion, state, waived, causes, lacks }) => {
    const told = [
      ...(waived === null ? [] : [`waived by ${waived.by}: ${waived.reason}`]),
      ...causes.map(causeText),
      ...lacks.map(lackText),
    ];
    return `| ${criterion} | ${waived === null ? state : "waived"} | ${told.map(cell).join("<br>")} |`;
  });
  return [
    `## Gate of ${cell(target)}: ${outcome}`,
    "",
    `Plan \`${planHash.slice(0, 12)}\`; ${samples.after} samples since the change${from === null ? "" : `, ${from} to ${to ?? from}`}, ${samples.before} before it.`,
    "",
    "| criterion | state | found |",
    "|---|---|---|",
    ...rows,
    "",
  ].join("\n");
}

const cell = (text: string): string =>
  visible(text)
    .replaceAll("|", String.raw`\|`)
    .replaceAll("<", "&lt;");
