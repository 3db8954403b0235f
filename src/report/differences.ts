import { relationKey } from "../pg/name.ts";
import { markdownText } from "./visible.ts";
import type { AccessReport, Outcome } from "../rehearse/index.ts";

/**
 * Every difference of a rehearsal as a table in Markdown: regime, values of the variables, persona, statement, before,
 * after, and the reason.
 */
export function differencesTable(access: AccessReport): string {
  const rows = access.differences.map((d) =>
    [
      d.regime,
      d.context,
      d.persona,
      d.statement,
      relationKey(d),
      outcome(d.before),
      outcome(d.after),
      d.announcedBy ?? "**not announced**",
    ]
      .map((cell) => markdownText(cell ?? ""))
      .join(" | "),
  );
  return [
    `# Differences of access`,
    "",
    `${access.cells} statements before and after; ${access.differences.length} answered differently, ${access.unannounced} of them not announced by the plan.`,
    "",
    "| regime | variables | persona | statement | relation | before | after | why |",
    "|---|---|---|---|---|---|---|---|",
    ...rows.map((row) => `| ${row} |`),
    "",
  ].join("\n");
}

const outcome = (result: Outcome): string =>
  result.kind === "error" ? `error ${result.sqlstate}` : `${result.rows} ${result.rows === 1 ? "row" : "rows"}`;
