import type { ReplayReport } from "../scratch/index.ts";
import type { Colours } from "./colours.ts";
import { singleLined } from "./single-lined.ts";
import { oneLine } from "./visible.ts";

/** The deviations of a replay: failed statements, stand-ins, roles that were created. Empty if there were none. */
export function renderReplay(replayed: ReplayReport, colours: Colours): string {
  const report = singleLined(replayed);
  const lines: string[] = [];
  for (const failure of report.failures)
    lines.push(
      `${colours.red("failed")} ${failure.file}:${failure.line} ${failure.sqlstate} ${failure.message}`,
      `       ${colours.dim(failure.firstLine)}`,
      `       unreliable now: ${failure.unreliable}`,
    );
  for (const standIn of report.standIns)
    lines.push(`${colours.yellow("stand-in")} extension ${standIn.extension}: ${standIn.reason}`);
  if (report.rolesMade.length > 0)
    lines.push(`${colours.yellow("made")} roles that the files name and do not create: ${report.rolesMade.join(", ")}`);
  for (const notice of report.notices) lines.push(`${colours.dim("note")} ${notice.message}`);
  return lines.length === 0 ? "" : `${lines.join("\n")}\n`;
}

/** The last words of a process whose embedded database does not return from a statement. */
export function lateStatement(statement: string, seconds: number): string {
  const line = oneLine(statement.replace(/^begin;/, "").trim());
  return `\nerror \`${line.length > 120 ? `${line.slice(0, 119)}…` : line}\` did not end in ${seconds} s, the limit of --statement-timeout\nhint  mend the migration or raise the limit; with --scratch only the statement is cancelled\n`;
}
