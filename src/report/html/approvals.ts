import { groupBy } from "../../pg/group-by.ts";
import { relationKey } from "../../pg/name.ts";
import type { AnnouncedChange } from "../../plan/index.ts";
import type { Line } from "../../evidence/index.ts";
import type { ReportFacts } from "../../pipeline/report.ts";
import { STEP_WORDS } from "../step-words.ts";
import type { StepName } from "../../playbook/index.ts";
import { missing } from "./missing.ts";
import { minuteHtml, prose, tableHtml, type Section } from "./section.ts";
import { markup, type Html, type Part } from "./template.ts";

/** Who has approved the plan, what people have said, which steps are waived, and which changes of access were accepted. */
export function approvals({ approvals: all, lines, plan, targets }: ReportFacts): Section {
  const own = all.filter(({ planHash }) => planHash === plan?.hash);
  const wanted = Math.max(0, ...targets.map(({ requireApprovals }) => requireApprovals));
  const said = lines.filter(({ fact }) => fact.kind === "attestation");
  const accepted = groupBy(plan?.plan.accepted ?? [], ({ decision, reason }) => JSON.stringify([decision, reason]));
  const announced = groupBy(plan?.plan.announced ?? [], ({ regime, change, reason }) =>
    JSON.stringify([regime, change, reason]),
  );
  return {
    id: "approvals",
    title: "Approvals and waivers",
    body: markup`${
      own.length === 0
        ? missing(
            `Nobody has approved this plan${wanted === 0 ? ", and no target asks for it" : ""}`,
            'rlsmith approve --as "…"',
          )
        : tableHtml(
            "Approvals of this plan",
            ["who", "as", "when"],
            own.map(({ name, email, as, at }) => [`${name} <${email}>`, as, minuteHtml(at)]),
          )
    }
${wanted > 0 && markup`<p>The config asks for ${wanted}; ${new Set(own.map(({ email }) => email.toLowerCase())).size} people have approved. ${all.length - own.length} approvals are of other plans, and do not count.</p>`}
<h3>What people have said</h3>
${said.length === 0 ? missing("Nothing yet", "rlsmith attest <step> --as … --note …") : tableHtml("What people have said", ["step", "", "who", "note", "when"], said.map(saidRow))}
<h3>Changes of access that the config decides</h3>
${announced.size === 0 ? markup`<p>None.</p>` : markup`<ul>${[...announced.values()].map(announcedHtml)}</ul>`}
<h3>Changes of access that a person accepted</h3>
${accepted.size === 0 ? markup`<p>None.</p>` : markup`<ul>${[...accepted.values()].map(acceptedHtml)}</ul>`}`,
  };
}

function saidRow({ fact, by, at }: Line): Part[] {
  if (fact.kind !== "attestation") return [];
  const words = STEP_WORDS[(fact.step.split(":")[0] ?? "") as StepName] as string | undefined;
  return [
    words === undefined ? fact.step : `${words} (${fact.step})`,
    fact.waived ? markup`<b class="open">waived</b>` : "said",
    `${by ?? ""}, as ${fact.as}`,
    fact.note,
    minuteHtml(at),
  ];
}

const acceptedHtml = (same: readonly NonNullable<ReportFacts["plan"]>["plan"]["accepted"][number][]): Html =>
  markup`<li><details><summary>${same[0]?.decision ?? ""}, ${same.length}: ${prose(same[0]?.reason ?? "")}</summary><ul>${same.map(
    ({ policy, regime, component }) => markup`<li><code>${policy}</code> ${regime}, ${component}`,
  )}</ul></details>`;

const announcedHtml = (same: readonly AnnouncedChange[]): Html =>
  markup`<li><details><summary>${same[0]?.change ?? ""}${same[0]?.regime != null && ` ${same[0].regime} context`}, ${same.length}: ${prose(same[0]?.reason ?? "")}</summary><ul>${same.map(
    ({ policy, schema, relation, commands }) =>
      markup`<li><code>${policy ?? relationKey({ schema, relation })}</code> ${commands.join(", ")}`,
  )}</ul></details>`;
