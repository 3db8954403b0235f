import type { Entry } from "../../apply/index.ts";
import type { Line } from "../../evidence/index.ts";
import type { ReportFacts, TargetFacts } from "../../pipeline/report.ts";
import { counted } from "../counted.ts";
import { missing } from "./missing.ts";
import { barsSvg } from "./plot.ts";
import { minuteHtml, tableHtml, type Section } from "./section.ts";
import { markup, type Html, type Part } from "./template.ts";

/** What was applied to each target and taken back, by its journal, with the locks that were held. */
export const timeline = ({ targets, lines, plan }: ReportFacts): Section => ({
  id: "timeline",
  title: "What was applied",
  body:
    targets.length === 0
      ? missing("The config names no target", 'targets: { staging: { url: { env: "STAGING_URL" } } }')
      : markup`${targets.map((one) => targetHtml(one, lines, plan?.hash ?? null))}`,
});

const targetHtml = ({ name, journal }: TargetFacts, lines: readonly Line[], plan: string | null): Html =>
  markup`<h3>${name}</h3>${
    journal.kind === "known"
      ? journalHtml(journal.value, name, plan)
      : markup`${
          journal.kind === "failed"
            ? missing(`The journal of ${name} could not be read: ${journal.why}`, null)
            : missing(`The journal of ${name} was not asked`, "rlsmith report --live")
        }${saidHtml(lines, name)}`
  }`;

/** What the evidence says where the journal was not read. */
function saidHtml(lines: readonly Line[], target: string): Html {
  const said = lines.filter(
    ({ fact, subject }) => subject.target === target && (fact.kind === "apply" || fact.kind === "rollback"),
  );
  return said.length === 0
    ? missing(`The evidence says nothing of an apply to ${target}`, `rlsmith apply --target ${target}`)
    : markup`<p>The evidence says:</p><ul>${said.map(
        ({ fact, at, by, ending }) =>
          markup`<li>${minuteHtml(at)}: ${fact.kind} ${ending}${"outcome" in fact && `, ${fact.outcome}`}${by !== null && `, ${by}`}`,
      )}</ul>`;
}

function journalHtml(entries: readonly Entry[], name: string, plan: string | null): Html {
  if (entries.length === 0) return missing(`rlsmith has applied nothing to ${name}`, `rlsmith apply --target ${name}`);
  const locks = entries.flatMap(({ detail, kind, at }) => (detail.locks ?? []).map((lock) => ({ ...lock, kind, at })));
  const longest = locks.toSorted((a, b) => b.held - a.held).slice(0, MOST_LOCKS);
  return markup`${tableHtml(
    `Journal of ${name}`,
    ["at", "what", "plan", "group", "relations locked", "longest lock", "who"],
    entries.map((one) => entryRow(one, plan)),
  )}
${
  longest.length > 0 &&
  markup`<p>${counted(locks.length, "lock")} (ACCESS EXCLUSIVE) were held, up to the end of the last statement before COMMIT${locks.length > longest.length && `; the ${longest.length} longest`}:</p>
${barsSvg(
  `Locks on ${name}, in milliseconds`,
  longest.map(({ relation, held, waited }) => ({
    label: relation,
    value: held,
    note: `${held} ms held, after ${waited} ms of waiting`,
  })),
  "ms",
)}`
}`;
}

const MOST_LOCKS = 20;

function entryRow(
  { at, kind, outcome, planHash, group, detail, databaseUser, person }: Entry,
  plan: string | null,
): Part[] {
  const locks = detail.locks ?? [];
  const isOther = planHash !== null && planHash !== plan;
  return [
    minuteHtml(at),
    `${kind}${outcome === "failed" ? " failed" : ""}${detail.error === undefined ? "" : `: ${detail.error}`}`,
    planHash === null ? "" : markup`<code>${planHash.slice(0, 12)}</code>${isOther && " (another plan)"}`,
    group,
    locks.length,
    locks.length === 0 ? "" : `${Math.max(...locks.map(({ held }) => held))} ms`,
    [databaseUser, person].filter((one) => one !== null).join(", "),
  ];
}
