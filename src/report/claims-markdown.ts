import type { ClaimsReport } from "../claims/index.ts";
import { describeLocation } from "../finding.ts";
import { claimsSections, summary } from "./claims-terminal.ts";
import { markdownText, singleLined } from "./visible.ts";

/** The report for a pull request or a playbook. */
export function claimsMarkdown(checked: ClaimsReport): string {
  const report = singleLined(checked);
  const rows = report.findings.map(
    ({ severity, code, at, message, hint }) =>
      `| ${[severity === "info" ? "note" : severity, `\`${code}\``, describeLocation(at), message, hint ?? ""].map(markdownText).join(" | ")} |`,
  );
  return `${[
    "# Claims",
    "",
    summary(report),
    "",
    ...(rows.length === 0 ? [] : ["| | code | where | what | what to do |", "|---|---|---|---|---|", ...rows, ""]),
    ...claimsSections(report).flatMap(({ title, lines }) => [`## ${title}`, "", ...fenced(lines), ""]),
  ]
    .join("\n")
    .trimEnd()}\n`;
}

/** A fence longer than any inside: the body of a function may hold one. */
function fenced(lines: readonly string[]): string[] {
  const longest = Math.max(
    2,
    ...(lines
      .join("\n")
      .match(/`+/g)
      ?.map((run) => run.length) ?? []),
  );
  const fence = "`".repeat(longest + 1);
  return [fence, ...lines, fence];
}
