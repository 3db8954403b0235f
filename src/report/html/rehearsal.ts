import { groupBy } from "../../pg/group-by.ts";
import { relationKey } from "../../pg/name.ts";
import type { ReportFacts } from "../../pipeline/report.ts";
import type { AccessDifference } from "../../rehearse/index.ts";
import { counted } from "../counted.ts";
import { keptNote } from "./kept-note.ts";
import { minuteHtml, prose, tableHtml, type Section } from "./section.ts";
import { markup, type Html, type Part } from "./template.ts";

/** How many examples of one reason are shown. */
const EXAMPLES = 5;

/** What the rehearsal has found: the rounds, and the differences of access by their reason. */
export function rehearsal({ rehearsal: kept }: ReportFacts): Section {
  const section = { id: "rehearsal", title: "The rehearsal" };
  if (kept.kind !== "known") return { ...section, body: keptNote(kept, "rehearsal", "rlsmith rehearse") };
  const { rounds, access, passed, notCompared } = kept.value;
  return {
    ...section,
    body: markup`<p class="lead"><b class="${passed ? "good" : "bad"}">${passed ? "Passed" : "Not passed"}</b>, ${minuteHtml(kept.at)}: the migration was run ${rounds.map(({ file }) => file).join(", ")} on copies of the database${
      rounds.every(({ error, differences }) => error === null && differences.length === 0)
        ? ", with the catalog as expected after each"
        : markup`, <b>not as expected</b>: ${rounds.map(({ file, error, differences }) => [file, error ?? counted(differences.length, "difference")].join(" ")).join("; ")}`
    }.</p>
${access === null ? markup`<p class="missing">Access was not compared: the files did not run.</p>` : differences(access)}
${
  notCompared.length > 0 &&
  markup`<h3>Not compared</h3><ul>${notCompared.map(({ relation, kind, accepted }) => markup`<li><code>${relation}</code>: ${kind}${accepted !== null && `, accepted: ${accepted}`}`)}</ul>`
}`,
  };
}

type Access = NonNullable<Extract<ReportFacts["rehearsal"], { kind: "known" }>["value"]["access"]>;

function differences({ cells, personas, differences: found, unannounced, opened, crossTenant }: Access): Html {
  const groups = groupBy(found, ({ regime, announcedBy }) => JSON.stringify([regime, announcedBy]));
  const worst = [...groups.values()].toSorted(
    (a, b) => Number(b[0]?.announcedBy === null) - Number(a[0]?.announcedBy === null) || b.length - a.length,
  );
  return markup`<p>${cells.toLocaleString("en-US")} statements were run before and after as ${counted(personas.length, "persona")}; ${found.length.toLocaleString("en-US")} answered differently,
${unannounced === 0 ? "each for a reason that the plan announces" : markup`<b class="bad">${unannounced} of them for no reason that the plan announces</b>`}.
${opened.length === 0 ? "None reaches rows of another tenant that it did not reach before." : markup`<b class="bad">${opened.length} reach rows of another tenant that they did not reach before.</b>`}
With another tenant's variable set, ${crossTenant.before} statements crossed tenants before, and ${crossTenant.after} do after.</p>
${
  worst.length > 0 &&
  tableHtml("Differences by reason", ["regime", "statements", "why", "for instance"], worst.map(reasonRow))
}
<p class="note">With context: the variables agree with the token. Without: they are unset or empty. Foreign: they are those of another tenant.</p>`;
}

function reasonRow(same: readonly AccessDifference[]): Part[] {
  const [first] = same;
  return [
    first?.regime ?? "",
    same.length,
    typeof first?.announcedBy === "string" ? prose(first.announcedBy) : markup`<b class="bad">not announced</b>`,
    markup`<details><summary>${example(first)}</summary><ul>${same.slice(1, EXAMPLES).map((one) => markup`<li>${example(one)}`)}</ul>${same.length > EXAMPLES && markup`<p>and ${same.length - EXAMPLES} more in <code>.rlsmith/differences.md</code></p>`}</details>`,
  ];
}

const example = (one: AccessDifference | undefined): string =>
  one === undefined
    ? ""
    : `${one.persona}: ${one.statement} ${relationKey(one)}: ${outcome(one.before)} → ${outcome(one.after)}`;

const outcome = (result: AccessDifference["before"]): string =>
  result.kind === "error" ? `error ${result.sqlstate}` : counted(result.rows, "row");
