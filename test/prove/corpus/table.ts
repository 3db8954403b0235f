import type { Failed, Measured } from "./measure.ts";

const share = (count: number, total: number): string => `${((100 * count) / Math.max(total, 1)).toFixed(1)} %`;

const padded = (rows: readonly (readonly string[])[]): string[] => {
  const [first = []] = rows;
  const widths = first.map((_, at) => Math.max(...rows.map((row) => (row[at] ?? "").length)));
  return rows.map((row) =>
    row
      .map((cell, at) => (at === 0 ? cell.padEnd(widths[at] ?? 0) : cell.padStart(widths[at] ?? 0)))
      .join("  ")
      .trimEnd(),
  );
};

/** The counts of all projects as text: a line for each, then the edits, then the reasons by count. */
export function tableOf(projects: readonly (Measured | Failed)[]): string {
  const measured = projects.filter((project): project is Measured => !("failed" in project));
  const failed = projects.filter((project): project is Failed => "failed" in project);
  const sum = (of: (project: Measured) => number): number =>
    measured.reduce((total, project) => total + of(project), 0);
  const verdicts = sum((project) => project.verdicts);
  const unknown = sum((project) => project.unknown);
  const reasons = new Map<string, { count: number; projects: number; example: string }>();
  for (const project of measured)
    for (const [message, count] of Object.entries(project.reasons)) {
      const known = reasons.get(message) ?? { count: 0, projects: 0, example: project.examples[message]?.[0] ?? "" };
      reasons.set(message, { ...known, count: known.count + count, projects: known.projects + 1 });
    }
  const edits = [...new Set(measured.flatMap((project) => Object.keys(project.edits)))];
  return [
    ...padded([
      ["project", "policies", "verdicts", "by trial", "unknown", "share", "relations left", "seconds"],
      ...measured.map((one) => [
        one.folder,
        ...[one.policies, one.verdicts, one.byTrial, one.unknown].map(String),
        share(one.unknown, one.verdicts),
        ...[one.left, one.seconds].map(String),
      ]),
      [
        "all",
        ...[sum((one) => one.policies), verdicts, sum((one) => one.byTrial), unknown].map(String),
        share(unknown, verdicts),
        "",
        "",
      ],
    ]),
    ...failed.map((one) => `${one.folder}  not measured: ${one.failed}`),
    "",
    ...padded([
      ["edit", "verdicts", "unknown", "share"],
      ...edits.map((name) => {
        const [all, open] = [
          sum((project) => project.edits[name]?.verdicts ?? 0),
          sum((project) => project.edits[name]?.unknown ?? 0),
        ];
        return [name, String(all), String(open), share(open, all)];
      }),
    ]),
    "",
    ...padded([
      ["reason", "verdicts", "projects", "share"],
      ...[...reasons]
        .toSorted(([, a], [, b]) => b.count - a.count)
        .map(([message, { count, projects: of }]) => [message, String(count), String(of), share(count, verdicts)]),
    ]),
  ].join("\n");
}
