import type pc from "picocolors";
import type { ReplayReport } from "../scratch/index.ts";
import { singleLined } from "./visible.ts";

type Colours = ReturnType<typeof pc.createColors>;

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
    lines.push(`${colours.yellow("made")} roles that the files name and nobody made: ${report.rolesMade.join(", ")}`);
  for (const notice of report.notices) lines.push(`${colours.dim("note")} ${notice.message}`);
  return lines.length === 0 ? "" : `${lines.join("\n")}\n`;
}
