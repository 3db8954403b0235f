import type { ClaimsReport } from "../claims/index.ts";
import { describeLocation } from "../finding.ts";
import { claimsSections, summary } from "./claims-terminal.ts";
import { singleLined } from "./single-lined.ts";
import { fenced, markdownText } from "./visible.ts";

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
