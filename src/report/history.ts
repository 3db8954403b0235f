import type { Entry } from "../apply/index.ts";
import type { Colours } from "./colours.ts";
import type { HistoryJson } from "./json-outputs.ts";
import { singleLined } from "./single-lined.ts";

/** A journal as a table, newest last. `inForce`: entries that have not been taken back. */
export function renderHistory(journal: readonly Entry[], inForce: ReadonlySet<number>, colours: Colours): string {
  const entries = singleLined(journal);
  if (entries.length === 0) return "rlsmith has applied nothing here\n";
  const head = ["id", "at", "what", "group", "plan", "who"];
  const rows = entries.map((entry) => [
    String(entry.id),
    entry.at.slice(0, 19).replace("T", " "),
    whatOf(entry, inForce),
    entry.group,
    entry.planHash?.slice(0, 12) ?? "",
    [entry.databaseUser, entry.person].filter((one) => one !== null).join(", "),
  ]);
  const widths = head.map((title, n) => Math.max(title.length, ...rows.map((row) => row[n]?.length ?? 0)));
  const line = (row: readonly string[]): string =>
    row
      .map((cell, n) => cell.padEnd(widths[n] ?? 0))
      .join("  ")
      .trimEnd();
  return `${[colours.bold(line(head)), ...rows.map(line)].join("\n")}\n`;
}

function whatOf({ id, kind, outcome, undoes, detail }: Entry, inForce: ReadonlySet<number>): string {
  if (outcome === "failed") return `${kind} failed`;
  if (kind === "rollback") return `rollback of ${undoes ?? "?"}${detail.reason === undefined ? "" : ", by force"}`;
  return inForce.has(id) ? `${kind}, in force` : `${kind}, taken back`;
}

/** The same as JSON, with the states before and after each entry. */
export const historyJson = (entries: readonly Entry[], inForce: ReadonlySet<number>): HistoryJson => ({
  format: "rlsmith-history",
  formatVersion: 1,
  entries: entries.map((entry) => ({ ...entry, inForce: inForce.has(entry.id) })),
});
