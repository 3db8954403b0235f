import type { Comparison } from "../verify/index.ts";
import type { Colours } from "./colours.ts";
import { singleLined } from "./single-lined.ts";

/** The differences from an earlier run, as lines. */
export function renderVerifyComparison(comparison: Comparison, colours: Colours): string {
  const { closed, opened, open, changed, newCells, goneCells } = singleLined(comparison);
  const shown = changed.slice(0, 20);
  return [
    colours.bold("Since the earlier run"),
    ...closed.map(({ name, message }) => `  ${colours.green("closed")} ${name}: ${message}`),
    ...opened.map(({ name, message }) => `  ${colours.red("opened")} ${name}: ${message}`),
    `  ${closed.length} closed, ${opened.length} opened, ${open.length} still open`,
    `  cells: ${changed.reduce((n, { cells }) => n + cells, 0)} came out otherwise, ${newCells} new, ${goneCells} gone`,
    ...shown.map(
      ({ relation, command, from, to, cells }) =>
        `  ${String(cells).padStart(6)}  ${relation} ${command}: ${from} → ${to}`,
    ),
    ...(changed.length > shown.length
      ? [`          … and ${changed.length - shown.length} more kinds of change; --format json has all`]
      : []),
    "",
  ].join("\n");
}
