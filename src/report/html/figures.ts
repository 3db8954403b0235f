import type { CatalogFigures } from "../../metrics/index.ts";
import type { ReportFacts } from "../../pipeline/report.ts";
import { counted } from "../counted.ts";
import { missing } from "./missing.ts";
import { tableHtml, type Section } from "./section.ts";
import { markup, type Html, type Part } from "./template.ts";

const number = new Intl.NumberFormat("en-US");

/** The figures that a reader remembers, before and after; `rlsmith metrics` has all of them. */
export function figures({ sides, rehearsal }: ReportFacts): Section {
  return {
    id: "figures",
    title: "Before and after in figures",
    body:
      sides === null
        ? missing("The policies were not counted, since the catalog of the plan was not kept", "rlsmith plan")
        : markup`${tableHtml(
            "Figures before and after",
            ["", "before", "after", "difference"],
            [
              ...ROWS.map(([title, count]) => row(title, count(sides.figures.before), count(sides.figures.after))),
              ...(rehearsal.kind === "known" && rehearsal.value.access
                ? [crossing("reads that crossed tenants in the rehearsal", rehearsal.value.access.crossTenant, "reads")]
                : []),
              ...(rehearsal.kind === "known" && rehearsal.value.access
                ? [
                    crossing(
                      "writes that crossed tenants in the rehearsal",
                      rehearsal.value.access.crossTenant,
                      "writes",
                    ),
                  ]
                : []),
            ],
          )}<p class="note">Counted in the catalog from which the plan was made, and in the catalog that it leaves.
<code>rlsmith metrics</code> counts findings, expressions and files, too.</p>`,
  };
}

const ROWS: readonly (readonly [string, (one: CatalogFigures) => number])[] = [
  ["policies", ({ policies }) => policies],
  ["policies that read a session variable", ({ readingPolicies }) => readingPolicies],
  ["policies that read claims alone (pattern A)", ({ patterns }) => patterns.A ?? 0],
  ["policies that read a variable alone (pattern B)", ({ patterns }) => patterns.B ?? 0],
  ["policies that read a variable with a claim as its fallback (pattern C)", ({ patterns }) => patterns.C ?? 0],
  ["functions that read a session variable", ({ readingFunctions }) => readingFunctions],
];

const row = (title: string, before: number, after: number): Part[] => [
  title,
  number.format(before),
  number.format(after),
  difference(after - before),
];

const difference = (change: number): Html =>
  change === 0
    ? markup`<span class="same">as before</span>`
    : markup`${change > 0 ? "+" : "−"}${number.format(Math.abs(change))}`;

type Crossing = NonNullable<Extract<ReportFacts["rehearsal"], { kind: "known" }>["value"]["access"]>["crossTenant"];

const crossing = (title: string, found: Crossing, what: "reads" | "writes"): Part[] =>
  row(title, found[`${what}Before`], found[`${what}After`]);

/** One sentence for a reader who reads nothing else. */
export function inShort({ plan, sides, targets }: ReportFacts): Html {
  if (plan === null) return missing("There is no plan yet", "rlsmith plan");
  const { policies, retired, accepted, announced, open } = plan.plan;
  const changed = policies.filter(({ outcome }) => outcome !== "unchanged" && outcome !== "kept").length;
  return markup`<p class="lead">The plan <code>${plan.hash.slice(0, 12)}</code> changes ${changed} of ${counted(policies.length, "policy", "policies")}, so that
${retired.length === 0 ? "no policy reads a session variable" : markup`no policy reads ${retired.map((name, n) => markup`${n > 0 && ", "}<code>${name}</code>`)}`} any more${
    sides && sides.figures.after.readingPolicies > 0
      ? markup`, except ${counted(sides.figures.after.readingPolicies, "policy", "policies")} that the config keeps`
      : null
  }.
Access changes on purpose in ${counted(new Set(announced.map(({ policy, relation }) => policy ?? relation)).size, "policy", "policies")}, as the config decides, and ${counted(accepted.length, "further change")} ${accepted.length === 1 ? "was" : "were"} accepted by a person${open.length > 0 && markup`, and <b>${counted(open.length, "decision")} ${open.length === 1 ? "is" : "are"} open</b>`}.
Targets: ${targets.length === 0 ? "none are named in the config" : targets.map(({ name }, n) => `${n > 0 ? ", " : ""}${name}`)}.</p>
<p>Until now a request said in a <b>session variable</b> for which tenant it comes, and whoever can run SQL can set such a variable.
After the move the tenant comes from the <b>claims of the signed token</b> alone.</p>`;
}
