import pc from "picocolors";
import type { Verification } from "../verify/index.ts";
import { unsettledText } from "./unsettled.ts";
import { settlementText, sum } from "./verify-terminal.ts";
import { markdownText, singleLined, visible } from "./visible.ts";

const plain = pc.createColors(false);

/** A verification for a pull request or a record: the total, every breach with its statements, exceptions, notes. */
export function verificationMarkdown(verification: Verification): string {
  const v = singleLined(verification);
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
              `| ${n + 1} | ${markdownText(code(object.name))} | ${door} | ${markdownText(message)} | ${markdownText(persona)}: ${markdownText(attack)} |`,
          ),
          "",
        ]),
    ...v.breaches.flatMap(({ object, statements, hint }, n) => [
      `## ${n + 1}. ${markdownText(object.name)}`,
      "",
      ...fenced(visible(statements.join("\n"))),
      "",
      markdownText(hint),
      "",
    ]),
    ...(v.expected.length === 0
      ? []
      : [
          "## Declared",
          "",
          ...v.expected.map(({ object, reason }) => `- ${code(object.name)}: ${markdownText(reason)}`),
          "",
        ]),
    ...(v.notes.length === 0
      ? []
      : ["## Notes", "", ...v.notes.map(({ message }) => `- ${markdownText(message)}`), ""]),
    ...(v.notSettled.length === 0
      ? []
      : [
          "## Not settled",
          "",
          "These cells never count as held.",
          "",
          ...v.notSettled.map(({ cause, cells }) => `- ${cells}: ${markdownText(unsettledText(cause))}`),
          "",
        ]),
  ].join("\n");
}

/** A code span; its delimiter is longer than any run of backticks in it. */
function code(text: string): string {
  const longest = Math.max(0, ...[...text.matchAll(/`+/g)].map(([ticks]) => ticks.length));
  const ticks = "`".repeat(longest + 1);
  return longest === 0 ? `${ticks}${text}${ticks}` : `${ticks} ${text} ${ticks}`;
}

/** A fence longer than any in the text. */
function fenced(text: string): string[] {
  const longest = Math.max(2, ...[...text.matchAll(/`+/g)].map(([ticks]) => ticks.length));
  const fence = "`".repeat(longest + 1);
  return [`${fence}sql`, text, fence];
}
