import pc from "picocolors";
import type { Verification } from "../verify/index.ts";
import { unsettledText } from "./unsettled.ts";
import { settlementText, sum } from "./verify-terminal.ts";
import { singleLined } from "./single-lined.ts";
import { codeSpan, fenced, markdownText } from "./visible.ts";

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
              `| ${n + 1} | ${markdownText(codeSpan(object.name))} | ${door} | ${markdownText(message)} | ${markdownText(persona)}: ${markdownText(attack)} |`,
          ),
          "",
        ]),
    ...v.breaches.flatMap(({ object, statements, hint }, n) => [
      `## ${n + 1}. ${markdownText(object.name)}`,
      "",
      ...fenced(statements, "sql"),
      "",
      markdownText(hint),
      "",
    ]),
    ...(v.expected.length === 0
      ? []
      : [
          "## Declared",
          "",
          ...v.expected.map(({ object, reason }) => `- ${codeSpan(object.name)}: ${markdownText(reason)}`),
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
