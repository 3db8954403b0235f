import type { ReportFacts } from "../../pipeline/report.ts";
import { settlementText } from "../verify-terminal.ts";
import { singleLined } from "../single-lined.ts";
import { unsettledText } from "../unsettled.ts";
import { counted } from "../counted.ts";
import { keptNote } from "./kept-note.ts";
import { minuteHtml, prose, type Section } from "./section.ts";
import { markup, type Html } from "./template.ts";

/** What the attack on the migrations has found, each breach with the statements that show it. */
export function breaches({ verification }: ReportFacts): Section {
  const section = { id: "breaches", title: "Ways to rows of another tenant" };
  if (verification.kind !== "known") return { ...section, body: keptNote(verification, "attack", "rlsmith verify") };
  const v = singleLined(verification.value);
  const shared = sharedOf(v.breaches);
  return {
    ...section,
    body: markup`<p class="lead">${
      v.breaches.length > 0
        ? markup`<b class="bad">${counted(v.breaches.length, "breach", "breaches")}</b>`
        : v.conclusive
          ? markup`<b class="good">No breach</b>`
          : markup`<b class="open">No breach, and too little was settled to say that there is none</b>`
    } in ${v.cells.toLocaleString("en-US")} statements as ${counted(v.personas.length, "persona")}, ${minuteHtml(verification.at)}. ${settlementText(v)}.</p>
<p>rlsmith fills a database that it makes from the migrations with rows of two invented tenants, and tries as each persona to reach rows of the other one.
The migrations hold the plan once it is written.</p>
${v.breaches.map(
  ({ object, door, message, persona, attack, statements, hint }, n) =>
    markup`<details><summary><b>${n + 1}. ${object.name}</b> ${prose(message)}</summary><p>By ${door}, seen as ${persona}: ${attack}.</p>${statementsHtml(statements, shared)}<p>${prose(hint)}</p></details>`,
)}
${
  shared.length > 0 &&
  markup`<details><summary>${counted(shared.length, "statement")} that several of them need</summary>${shared.map(
    (sql, n) => markup`<pre id="s${n}" tabindex="0">${sql}</pre>`,
  )}</details>`
}
${v.expected.length > 0 && markup`<h3>Declared in the config</h3><ul>${v.expected.map(({ object, reason }) => markup`<li><code>${object.name}</code>: ${prose(reason)}`)}</ul>`}
${
  v.notSettled.length > 0 &&
  markup`<details><summary>${counted(
    v.notSettled.reduce((sum, { cells }) => sum + cells, 0),
    "statement",
  )} not settled, which never count as held</summary><ul>${v.notSettled.map(({ cause, cells }) => markup`<li>${cells}: ${prose(unsettledText(cause))}`)}</ul></details>`
}`,
  };
}

/** Statements that several breaches need, most of them the rows of the tenants, each once. */
function sharedOf(breaches: readonly { statements: readonly string[] }[]): string[] {
  const uses = new Map<string, number>();
  for (const { statements } of breaches) for (const sql of new Set(statements)) uses.set(sql, (uses.get(sql) ?? 0) + 1);
  return [...uses].flatMap(([sql, count]) => (count > 1 && sql.length > SHORT ? [sql] : []));
}

/** A statement that is no longer is shown again. */
const SHORT = 200;

/** Statements to be pasted one after the other; those that are shared are a link. */
const statementsHtml = (statements: readonly string[], shared: readonly string[]): Html =>
  markup`<pre tabindex="0">${statements.map((sql) => {
    const place = shared.indexOf(sql);
    return place === -1
      ? `${sql}\n`
      : markup`<a href="#s${place}">-- statement ${place + 1} of those that follow</a>\n`;
  })}</pre>`;
