import type { Values } from "../../documents/index.ts";
import type { Line } from "../../evidence/index.ts";
import { policyId } from "../../pg/policy.ts";
import { relationKey } from "../../pg/name.ts";
import type { DocumentFacts } from "../../pipeline/document-facts.ts";
import { counted } from "../counted.ts";
import { code, listed, prose } from "./text.ts";

/** The values of the template `changes`; every list is empty and every text too while there is no plan. */
export function changeValues({ plan: stored, lines, approvals }: DocumentFacts): Values {
  if (stored === null) return { ...NO_PLAN };
  const { plan, hash, files } = stored;
  const changed = plan.policies.filter(({ outcome }) => outcome !== "unchanged" && outcome !== "kept");
  const kept = plan.policies.filter(({ outcome }) => outcome === "kept");
  const applied = lines.filter((line) => line.fact.kind === "apply" && line.ending === "passed");
  const rolledBack = lines.findLast(({ fact }) => fact.kind === "rollback" && fact.outcome === "taken back");
  const planned = lines.findLast(({ fact }) => fact.kind === "plan");
  const last = applied.at(-1) ?? planned;
  return {
    hasPlan: true,
    date: last?.at.slice(0, 10) ?? "not dated",
    isApplied: applied.length > 0,
    changed: counted(changed.length, "policy", "policies"),
    relations: counted(new Set(changed.map(({ before }) => relationKey(before))).size, "relation"),
    outcomes: listed(outcomesOf(plan.policies.map(({ outcome }) => outcome))),
    retired: listed(
      plan.context.variables
        .filter(({ setting }) => plan.retired.includes(setting))
        .map(({ setting, claim }) => `${code(setting)} (now ${code(claim.join("."))})`),
    ),
    planHash: code(hash),
    catalogHash: code(plan.catalogHash),
    migration: code(files.up),
    down: code(files.down),
    proof: proofWords(planned),
    rehearsal: rehearsalWords(lines),
    announced: plan.announced.length === 0 ? "" : counted(plan.announced.length, "change"),
    reasons: [...new Set(plan.announced.map(({ reason }) => reason))]
      .toSorted()
      .map((reason) => ({ reason: prose(reason) })),
    accepted: plan.accepted.map((one) => ({
      policy: code(one.policy),
      component: one.component,
      decision: one.decision,
      reason: prose(one.reason),
    })),
    kept: kept.map(({ before, reason }) => ({ policy: code(policyId(before)), reason: prose(reason ?? "") })),
    approvals: approvals.map(({ name, as, at }) => ({ who: prose(name), as: prose(as), date: at.slice(0, 10) })),
    targets: applied.map(({ at, subject, by }) => ({
      target: code(subject.target ?? ""),
      date: at.slice(0, 10),
      by: by === null ? "—" : prose(nameIn(by)),
    })),
    takenBack: rolledBack === undefined ? "" : rolledBack.at.slice(0, 10),
  };
}

const NO_PLAN = {
  hasPlan: false,
  date: "",
  isApplied: false,
  changed: "",
  relations: "",
  outcomes: "",
  retired: "",
  planHash: "",
  catalogHash: "",
  migration: "",
  down: "",
  proof: "",
  rehearsal: "",
  announced: "",
  reasons: [],
  accepted: [],
  kept: [],
  approvals: [],
  targets: [],
  takenBack: "",
};

/** Without the mail address. */
const nameIn = (by: string): string => by.replace(/\s*<[^>]*>$/, "");

const OUTCOMES: Record<string, string> = {
  rewritten: "rewritten",
  dropped: "dropped",
  "through-helper": "changed through a function that they call",
  unchanged: "unchanged",
  kept: "kept by decision",
};

const outcomesOf = (outcomes: readonly string[]): string[] =>
  Object.entries(OUTCOMES).flatMap(([outcome, words]) => {
    const count = outcomes.filter((one) => one === outcome).length;
    return count === 0 ? [] : [`${count} ${words}`];
  });

/** Every change that the proof shows is announced by the plan or accepted by a person, or the plan would not have passed. */
function proofWords(line: Line | undefined): string {
  if (line?.fact.kind !== "plan" || line.ending !== "passed") return "";
  const { verdicts } = line.fact;
  const all = Object.values(verdicts).reduce((sum, count) => sum + count, 0);
  const same = (verdicts["equivalent"] ?? 0) + (verdicts["tighter"] ?? 0) + (verdicts["no-privilege"] ?? 0);
  if (all === 0) return "";
  return same === all
    ? `${all} verdicts, all of them equivalent or tighter`
    : `${all} verdicts, ${same} of them equivalent or tighter; the others follow from the reasons below`;
}

function rehearsalWords(lines: readonly Line[]): string {
  const found = lines.flatMap(({ fact }) =>
    fact.kind === "rehearsal" ? [fact] : fact.kind === "plan" && fact.rehearsal ? [fact.rehearsal] : [],
  );
  const last = found.at(-1);
  return last === undefined
    ? ""
    : `${counted(last.statements, "statement")}, ${last.unannounced === 0 ? "none" : last.unannounced} of them with an answer that was not announced`;
}
