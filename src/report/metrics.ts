import type { Metric, MetricLack, MetricName, Metrics, MetricSource } from "../metrics/index.ts";
import type { Colours } from "./colours.ts";
import type { MetricsJson } from "./json-outputs.ts";
import { singleLined } from "./single-lined.ts";
import { markdownText } from "./visible.ts";

/** What each metric counts. */
const WORDS: Record<MetricName, string> = {
  policies: "policies",
  "policy characters": "characters of policies, as PostgreSQL prints them",
  "policy lines": "lines of policies, as PostgreSQL prints them",
  "policies on a variable": "policies that read a session variable",
  "policy expressions": "different expressions in policies",
  idioms: "idioms in policies that a reader has to know",
  "functions reading a variable": "functions that read a session variable",
  "functions setting a variable": "functions that set a session variable",
  findings: "findings about policies and functions",
  "policies with findings": "policies with a finding",
  "test cases": "cases in test files that name a variable",
  "test lines": "lines of tests that name a variable",
  "service files": "files of code that name a variable",
  "service lines": "lines of code that name a variable",
  documents: "documents that name a variable",
  "document words": "words of these documents",
  "document code blocks": "code blocks in documents that name a variable",
  denials: "denials in the log, and statements",
  latency: "milliseconds of a statement, the mean",
  onboarding: "hours until somebody can work on it",
};

const SOURCES: Record<MetricSource, string> = {
  catalog: "the migrations, replayed",
  files: "the files of the repository",
  samples: "the samples of watch",
  statement: "what people have said",
};

const LACKS: Record<MetricLack, string> = {
  "no revision": "no revision from before the move is known: rlsmith metrics --before <revision>",
  "not replayed": "the migrations of that side could not be replayed",
  "not asked": "the targets were not asked: rlsmith metrics --live",
  "no samples": "no target has samples of it from before and since: rlsmith watch",
  "not stated": "only people can say it: rlsmith attest training --as … --note …",
  "not countable": "only people can say it",
};

const number = new Intl.NumberFormat("en-US", { maximumSignificantDigits: 3 });
const whole = new Intl.NumberFormat("en-US");

/** `102`, `43 of 116`, `1.28`; `not counted`. */
function figure({ of }: Metric, value: number | null, side: "before" | "after"): string {
  if (value === null) return "not counted";
  const text = Number.isInteger(value) ? whole.format(value) : number.format(value);
  return of === null ? text : `${text} of ${whole.format(of[side])}`;
}

/** What is beside the figures: the target, what people have said, why a figure is missing. */
function beside({ target, stated, lack }: Metric): string {
  const lacks = [...new Set([lack.before, lack.after].filter((one) => one !== null))];
  return [
    ...(target === null ? [] : [`on ${target}`]),
    ...(stated === null
      ? []
      : [`stated${stated.by === null ? "" : ` by ${stated.by}`}, ${stated.at.slice(0, 10)}: ${stated.note}`]),
    ...(stated === null ? lacks.map((one) => `not counted: ${LACKS[one]}`) : []),
  ].join("; ");
}

const headText = ({ before }: Metrics): string =>
  before === null
    ? "before: no revision from before the move is known; after: the work tree"
    : `before: ${before.revision} (${before.commit.slice(0, 12)}); after: the work tree`;

/** The output of `rlsmith metrics`. */
export function renderMetrics(given: Metrics, colours: Colours): string {
  const { metrics, ...rest } = singleLined(given);
  const rows = metrics.map((one) => ({
    source: one.source,
    cells: [WORDS[one.name], figure(one, one.before, "before"), figure(one, one.after, "after")] as const,
    beside: beside(one),
  }));
  const [title, before, after] = [0, 1, 2].map((n) => Math.max(6, ...rows.map(({ cells }) => cells[n]?.length ?? 0)));
  const lines = [headText({ metrics, ...rest }), ""];
  lines.push(
    colours.bold(`${"".padEnd(title ?? 0)}  ${"before".padStart(before ?? 0)}  ${"after".padStart(after ?? 0)}`),
  );
  let source: MetricSource | null = null;
  for (const row of rows) {
    if (row.source !== source) lines.push(colours.dim(SOURCES[row.source]));
    source = row.source;
    const [words, was, is] = row.cells;
    lines.push(`${words.padEnd(title ?? 0)}  ${was.padStart(before ?? 0)}  ${is.padStart(after ?? 0)}`);
    if (row.beside !== "") lines.push(colours.dim(`  ${row.beside}`));
  }
  return `${lines.join("\n")}\n`;
}

/** The same as a table in Markdown. */
export function metricsMarkdown(given: Metrics): string {
  return [
    markdownText(headText(given)),
    "",
    "| | before | after | counted from |",
    "|---|---:|---:|---|",
    ...given.metrics.map(
      (one) =>
        `| ${[
          WORDS[one.name],
          figure(one, one.before, "before"),
          figure(one, one.after, "after"),
          [SOURCES[one.source], beside(one)].filter((text) => text !== "").join("; "),
        ]
          .map(markdownText)
          .join(" | ")} |`,
    ),
    "",
  ].join("\n");
}

/** The figures as JSON. */
export const metricsJson = (given: Metrics): MetricsJson => ({
  format: "rlsmith-metrics",
  formatVersion: 1,
  ...given,
});
