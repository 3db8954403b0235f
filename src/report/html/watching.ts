import type { ReportFacts, TargetFacts } from "../../pipeline/report.ts";
import type { Traffic, TrafficPoint } from "../../pipeline/traffic.ts";
import { causeText, figureText, lackText } from "../gate.ts";
import { counted } from "../counted.ts";
import { missing } from "./missing.ts";
import { lineSvg, shiftSvg } from "./plot.ts";
import { minuteHtml, tableHtml, type Section } from "./section.ts";
import { markup, type Html, type Part } from "./template.ts";

/** What watching each target has seen since the change, judged by its gate, with plots. */
export const watching = ({ targets }: ReportFacts): Section => ({
  id: "watching",
  title: "What was watched",
  body:
    targets.length === 0
      ? missing("The config names no target", 'targets: { staging: { url: { env: "STAGING_URL" } } }')
      : markup`${targets.map(targetHtml)}`,
});

const targetHtml = ({ name, traffic }: TargetFacts): Html =>
  markup`<h3>${name}</h3>${
    traffic.kind === "known"
      ? trafficHtml(traffic.value, name)
      : traffic.kind === "failed"
        ? missing(`The samples of ${name} could not be read: ${traffic.why}`, null)
        : missing(`The samples of ${name} were not asked`, "rlsmith report --live")
  }`;

function trafficHtml({ gate, points, latency }: Traffic, name: string): Html {
  if (points.length === 0) return missing("No sample yet", `rlsmith watch --target ${name}`);
  const { samples, outcome, from, to } = gate;
  const change = points.find(({ kind }) => kind === "after")?.at ?? null;
  return markup`<p class="lead">Gate: <b class="${outcome === "passed" ? "good" : outcome === "failed" ? "bad" : "open"}">${outcome}</b>. ${
    from === null || to === null
      ? `No sample since the change, ${counted(samples.before, "sample")} before it.`
      : markup`${counted(samples.after, "sample")} from ${minuteHtml(from)} to ${minuteHtml(to)}, ${samples.before} before the change.`
  }</p>
${tableHtml(`Gate of ${name}`, ["criterion", "state", "figure", ""], gate.judgements.map(judgementRow))}
${plot(points, change, "Denials in each sample", ({ denials }) => denials, "no log was read, or not all of it: name `log` of the target in the config")}
${plot(points, change, "Requests without a claim in each sample", ({ requestsWithoutClaims }) => requestsWithoutClaims, "the recorder is not installed: rlsmith watch --recorder")}
${plot(points, change, "Users whose stored claims are missing or old", ({ usersWithoutClaims }) => usersWithoutClaims, "the stored claims could not be counted")}
${latencyHtml(latency)}`;
}

function judgementRow(one: Traffic["gate"]["judgements"][number]): Part[] {
  const { criterion, state, waived, causes, lacks } = one;
  const said = [...causes.slice(0, MOST).map(causeText), ...lacks.map(lackText)];
  return [
    criterion,
    markup`<span class="${waived !== null ? "open" : state === "passed" ? "good" : state === "failed" ? "bad" : "open"}">${waived === null ? state : `waived by ${waived.by}: ${waived.reason}`}</span>`,
    figureText(one),
    markup`${said.map((text) => markup`<div>${text}</div>`)}${causes.length > MOST && markup`<div>and ${causes.length - MOST} more: rlsmith gate --format json</div>`}`,
  ];
}

const MOST = 8;

function plot(
  points: readonly TrafficPoint[],
  change: string | null,
  title: string,
  of: (point: TrafficPoint) => number | null,
  unknown: string,
): Html {
  const known = points.map((point) => ({ at: point.at, value: of(point) }));
  const count = known.filter(({ value }) => value !== null).length;
  if (count === 0) return markup`<h4>${title}</h4>${missing(`Not known: ${unknown}`, null)}`;
  const most = Math.max(...known.map(({ value }) => value ?? 0));
  return markup`<h4>${title}</h4>${lineSvg(title, known, change)}<p class="note">At most ${most}; known in ${count} of ${counted(points.length, "sample")}.</p>`;
}

const MOST_STATEMENTS = 20;

function latencyHtml(latency: Traffic["latency"]): Html {
  const title = "Time of statements before and since";
  if (latency.length === 0)
    return markup`<h4>${title}</h4>${missing("Not known: no statement was counted on both sides of the change by pg_stat_statements", null)}`;
  const shown = latency
    .toSorted((a, b) => Math.abs(Math.log(b.after / b.before)) - Math.abs(Math.log(a.after / a.before)))
    .slice(0, MOST_STATEMENTS);
  const faster = latency.filter(({ before, after }) => after < before).length;
  return markup`<h4>${title}</h4>${shiftSvg(
    title,
    shown.map(({ command, relations, role, before, after }) => ({
      label: `${command} ${relations.join(", ")} as ${role}`,
      before,
      after,
    })),
    "ms",
  )}<p class="note">The mean of all calls: ${faster} of ${counted(latency.length, "statement")} take less time than before${latency.length > shown.length && `; shown are the ${shown.length} that changed most`}.</p>`;
}
