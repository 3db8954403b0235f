import pc from "picocolors";
import type { Verification } from "../verify/index.ts";
import { unsettledText } from "./unsettled.ts";
import { settlementText, sum } from "./verify-terminal.ts";

const plain = pc.createColors(false);

/** A verification for a pull request or a record: the total, every breach with its statements, exceptions, notes. */
export function verificationMarkdown(v: Verification): string {
  const cell = (text: string): string => text.replaceAll("|", "\\|").replaceAll("\n", " ");
  return [
    "# Isolation",
    "",
    sum(v, plain),
    "",
    settlementText(v),
    "",
    ...(v.breaches.length === 0
      ? []
      : [
          "| | opened by | door | what | as |",
          "|---|---|---|---|---|",
          ...v.breaches.map(
            ({ object, door, message, persona, attack }, n) =>
              `| ${n + 1} | \`${cell(object.name)}\` | ${door} | ${cell(message)} | ${cell(persona)}: ${cell(attack)} |`,
          ),
          "",
        ]),
    ...v.breaches.flatMap(({ object, statements, hint }, n) => [
      `## ${n + 1}. ${object.name}`,
      "",
      ...fenced(statements.join("\n")),
      "",
      hint,
      "",
    ]),
    ...(v.expected.length === 0
      ? []
      : ["## Declared", "", ...v.expected.map(({ object, reason }) => `- \`${object.name}\`: ${reason}`), ""]),
    ...(v.notes.length === 0 ? [] : ["## Notes", "", ...v.notes.map(({ message }) => `- ${message}`), ""]),
    ...(v.notSettled.length === 0
      ? []
      : [
          "## Not settled",
          "",
          "These cells never count as held.",
          "",
          ...v.notSettled.map(({ cause, cells }) => `- ${cells}: ${unsettledText(cause)}`),
          "",
        ]),
  ].join("\n");
}

/** A fence longer than any in the text. */
function fenced(text: string): string[] {
  const longest = Math.max(2, ...[...text.matchAll(/`+/g)].map(([ticks]) => ticks.length));
  const fence = "`".repeat(longest + 1);
  return [`${fence}sql`, text, fence];
}
