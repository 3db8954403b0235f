import { diffWordsWithSpace } from "diff";
import { groupBy } from "../../pg/group-by.ts";
import { nameKey, relationKey, type NameKey } from "../../pg/name.ts";
import type { Policy, PolicyId } from "../../pg/policy.ts";
import type { Kept, ReportFacts, Sides } from "../../pipeline/report.ts";
import type { Results } from "../../pipeline/results.ts";
import type { AcceptedChange, PolicyOutcome } from "../../plan/index.ts";
import type { AssumedVerdict } from "../../prove/index.ts";
import { counted } from "../counted.ts";
import { reasonsOf } from "../trial.ts";
import { tellShort } from "../witness.ts";
import { visibleSql } from "../visible-sql.ts";
import { anchorOf, type Anchors } from "./anchors.ts";
import { missing } from "./missing.ts";
import { prose, type Section } from "./section.ts";
import { markup, type Html, type Part } from "./template.ts";

/** Each relation with its policies: what becomes of them, the verdicts, and a witness in words for each difference. */
export function changes(facts: ReportFacts, anchors: Anchors): Section {
  const section = { id: "changes", title: "What changes, policy by policy" };
  const { plan, proof, sides } = facts;
  if (plan === null) return { ...section, body: missing("There is no plan yet", "rlsmith plan") };
  const policies = groupBy(plan.plan.policies, ({ before }) => relationKey(before));
  const isBound = boundOn(sides);
  const verdicts = groupBy(
    (proof.kind === "known" ? proof.value.proved.proof.access : []).filter(
      ({ relation, role, decision }) => decision !== "no-privilege" && isBound(nameKey(relation), role),
    ),
    ({ relation }) => nameKey(relation),
  );
  const accepted = groupBy(plan.plan.accepted, ({ policy }) => policy);
  const texts = textsOf(plan.plan.policies);
  const known = { proof, accepted, texts };
  return {
    ...section,
    body: markup`${proofNote(proof)}
<p>Text that goes is <del>struck out</del>, text that comes is <ins>underlined</ins>. Equal changes are shown once.</p>
${[...policies].map(([relation, outcomes]) => relationHtml(relation, outcomes, verdicts.get(relation) ?? [], anchors, known))}
${texts.list.length > 0 && markup`<h3>The changed expressions</h3>${texts.list.map(textHtml)}`}`,
  };
}

/** Verdicts about roles that row security never binds say nothing. */
function boundOn(sides: Sides | null): (relation: NameKey, role: string) => boolean {
  const above = new Set(
    sides?.access.after.relations.flatMap((one) =>
      one.roles.filter(({ isAbove }) => isAbove).map(({ role }) => JSON.stringify([nameKey(one), role])),
    ),
  );
  return (relation, role) => !above.has(JSON.stringify([relation, role]));
}

function proofNote(proof: Kept<Results["proof"]>): Html | null {
  switch (proof.kind) {
    case "known":
      return null;
    case "none":
      return missing("The verdicts of the proof were not kept; this makes them again", "rlsmith plan");
    case "another plan":
      return missing("The verdicts that were kept are of another plan", "rlsmith plan");
    case "not that of the evidence":
      return missing(
        "The verdicts that were kept are not those that the evidence counts, so they are not shown",
        "rlsmith plan",
      );
  }
}

interface Known {
  proof: Kept<Results["proof"]>;
  accepted: ReadonlyMap<PolicyId, readonly AcceptedChange[]>;
  texts: Texts;
}

const relationHtml = (
  relation: NameKey,
  outcomes: readonly PolicyOutcome[],
  verdicts: readonly AssumedVerdict[],
  anchors: Anchors,
  known: Known,
): Html => {
  const changed = outcomes.filter(({ outcome }) => outcome !== "unchanged").length;
  return markup`<details class="relation" id="${anchorOf(anchors, relation)}"><summary><b>${relation}</b> ${counted(outcomes.length, "policy", "policies")}, ${changed === 0 ? "none changes" : `${changed} of them ${changed === 1 ? "changes" : "change"}`}${verdictShort(verdicts)}</summary>
<ul class="policies">${outcomes.map((one) => policyHtml(one, known))}</ul>${known.proof.kind === "known" && verdictHtml(verdicts)}</details>`;
};

const WORDS: Record<PolicyOutcome["outcome"], string> = {
  rewritten: "rewritten",
  dropped: "dropped",
  "through-helper": "changes through a function that it calls",
  unchanged: "stays as it is",
  kept: "kept, as the config decides",
};

function policyHtml(one: PolicyOutcome, { accepted, texts }: Known): Html {
  const { before, outcome, reason, rules, policy } = one;
  return markup`<li><code>${before.name}</code> ${before.permissive ? "" : "restrictive "}for ${before.command} to ${before.roles.join(", ")}: ${WORDS[outcome]}${rules.length > 0 && ` (${rules.join(", ")})`}${reason !== null && markup`: ${prose(reason)}`}${linksOf(one, texts)}${[
    ...groupBy(accepted.get(policy) ?? [], (change) => JSON.stringify([change.decision, change.reason])).values(),
  ].map(
    (same) =>
      markup`<br><small>${same[0]?.decision ?? ""} ${same.map(({ regime, component }) => `${regime}, ${component}`).join("; ")}: accepted, ${prose(same[0]?.reason ?? "")}</small>`,
  )}`;
}

/** Changed expressions, each once, and where each of a policy is. */
interface Texts {
  list: { before: string; after: string }[];
  placeOf: ReadonlyMap<string, number>;
}

type Pair = [what: string, before: string, after: string];

/** The expressions of a policy that change, with those of the policies that replace it. */
const pairsOf = ({ outcome, before, after }: PolicyOutcome): Pair[] =>
  outcome === "unchanged" || outcome === "kept"
    ? []
    : after.length === 0
      ? expressionsOf(before).map(([what, text]): Pair => [what, text, ""])
      : after.flatMap((policy) =>
          (["using", "check"] as const).flatMap((part): Pair[] => {
            const [was, is] = [before[part] ?? "", policy[part] ?? ""];
            if (was === is) return [];
            return [
              [`${part === "using" ? "USING" : "WITH CHECK"}${after.length > 1 ? ` of ${policy.name}` : ""}`, was, is],
            ];
          }),
        );

const expressionsOf = ({ using, check }: Policy): [string, string][] => [
  ...(using === null ? [] : [["USING", using] as [string, string]]),
  ...(check === null ? [] : [["WITH CHECK", check] as [string, string]]),
];

function textsOf(outcomes: readonly PolicyOutcome[]): Texts {
  const list: Texts["list"] = [];
  const placeOf = new Map<string, number>();
  for (const one of outcomes)
    for (const [, before, after] of pairsOf(one)) {
      const key = JSON.stringify([before, after]);
      if (placeOf.has(key)) continue;
      placeOf.set(key, list.length);
      list.push({ before, after });
    }
  return { list, placeOf };
}

const linksOf = (outcome: PolicyOutcome, { placeOf }: Texts): Part =>
  pairsOf(outcome).map(([what, before, after], n) => {
    const place = placeOf.get(JSON.stringify([before, after]));
    return markup`${n === 0 ? "; " : ", "}<a href="#x${place ?? 0}">${what}</a>`;
  });

const textHtml = ({ before, after }: Texts["list"][number], place: number): Html =>
  markup`<pre id="x${place}" tabindex="0">${diffWordsWithSpace(visibleSql(before), visibleSql(after)).map(
    ({ value, added, removed }) =>
      added ? markup`<ins>${value}</ins>` : removed ? markup`<del>${value}</del>` : value,
  )}</pre>`;

/** Decisions of a relation that are worth a look, counted. */
function verdictShort(verdicts: readonly AssumedVerdict[]): string {
  const worth = verdicts.filter(
    ({ decision, regime }) => regime?.kind !== "foreign" && !["equivalent", "no-privilege"].includes(decision),
  );
  const counts = [...groupBy(worth, ({ decision }) => decision)].map(([decision, of]) => `${of.length} ${decision}`);
  return counts.length === 0 ? "" : `; verdicts: ${counts.join(", ")}`;
}

/** The verdicts of a relation: one entry for each decision in each regime, the variables of foreign regimes together. */
function verdictHtml(verdicts: readonly AssumedVerdict[]): Html {
  const groups = groupBy(verdicts, ({ regime, assumption, decision, reasons }) =>
    JSON.stringify([regime?.kind === "foreign" ? "foreign" : assumption, decision, reasons]),
  );
  const entries = [...groups.values()].map((same) => ({
    decision: same[0]?.decision ?? "unknown",
    regimes: [...new Set(same.map(({ assumption }) => assumption))],
    parts: partsOf(same),
    more: [...witnessesOf(same), ...new Set(same.flatMap(reasonsOf))].slice(0, MOST_LINES),
  }));
  // regimes with the same answer share an entry
  const merged = groupBy(entries, ({ decision, parts, more }) =>
    JSON.stringify([decision, parts, more.length === 0 ? "" : more]),
  );
  return markup`<ul class="verdicts">${[...merged.values()].map((same) => {
    const [first] = same;
    if (first === undefined) return null;
    const regimes = [...new Set(same.flatMap((one) => one.regimes))].map((name) => name || "always");
    return markup`<li><b class="v-${first.decision}">${first.decision}</b> ${regimes.join(", ")}: ${first.parts}${first.more.map(
      (text) => markup`<br><small>${prose(text)}</small>`,
    )}`;
  })}</ul>`;
}

const MOST_LINES = 4;

/** `SELECT, DELETE as authenticated; UPDATE USING as anon, authenticated`. */
function partsOf(verdicts: readonly AssumedVerdict[]): string {
  const byComponent = groupBy(verdicts, ({ component }) => component);
  const sets = [...byComponent].map(([component, of]) => ({
    component,
    roles: [...new Set(of.map(({ role }) => role))].join(", "),
  }));
  return [...groupBy(sets, ({ roles }) => roles)]
    .map(
      ([roles, of]) =>
        `${of.length === ALL_COMPONENTS ? "every command" : of.map(({ component }) => component).join(", ")} as ${roles}`,
    )
    .join("; ");
}

const ALL_COMPONENTS = 5;

/** One witness of a gain and one of a loss that PostgreSQL confirmed. */
function witnessesOf(verdicts: readonly AssumedVerdict[]): string[] {
  const all = verdicts.flatMap(({ witnesses }) => witnesses).filter(({ confirmed }) => confirmed === true);
  return (["gained", "lost"] as const).flatMap((change) => {
    const found = all.find((one) => one.change === change);
    return found ? [tellShort(found)] : [];
  });
}
