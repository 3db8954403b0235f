import type { Line } from "../../evidence/index.ts";
import type { AnnounceFacts } from "../../pipeline/announce-facts.ts";
import type { Step } from "../../playbook/index.ts";
import { counted } from "../counted.ts";
import { phaseWords, STEP_WORDS, stateWords } from "../step-words.ts";

/** `2026-11-30 18:12 UTC`. */
export const minute = (iso: string): string => `${new Date(iso).toISOString().slice(0, 16).replace("T", " ")} UTC`;

/** What the policies trust today, and what they will trust. */
export function whatChanges({ plan }: AnnounceFacts): string {
  if (plan === null) return "";
  const { policies, retired } = plan.plan;
  const changed = policies.filter(({ outcome }) => outcome !== "unchanged" && outcome !== "kept").length;
  const names = retired.map((name) => `\`${name}\``).join(", ");
  return `The rules in the database that decide which rows a user sees and changes (row-level security) read the tenant from the signed token alone, and no longer from ${retired.length === 1 ? `a session variable (${names}), which` : `session variables (${names}), which`} a client can set and a connection pool can lose. ${changed} of ${counted(policies.length, "policy", "policies")} ${changed === 1 ? "changes" : "change"}.`;
}

/** The newest line of a kind about the plan of the project, and a target. */
export const newest = <Kind extends Line["fact"]["kind"]>(
  { lines, plan }: AnnounceFacts,
  kind: Kind,
  target: string | null = null,
): (Line & { fact: Extract<Line["fact"], { kind: Kind }> }) | undefined =>
  lines.findLast(
    (line): line is Line & { fact: Extract<Line["fact"], { kind: Kind }> } =>
      line.fact.kind === kind &&
      line.subject.plan === (plan?.hash ?? null) &&
      (target === null || line.subject.target === target),
  );

/** What was tried before anything is changed, as sentences. */
export function triedSentences(facts: AnnounceFacts): string[] {
  const planned = newest(facts, "plan");
  const rehearsed = newest(facts, "rehearsal")?.fact ?? planned?.fact.rehearsal ?? null;
  const attacked = facts.lines.findLast(
    ({ fact, subject }) => fact.kind === "verify" && fact.source === "migrations" && subject.plan === facts.plan?.hash,
  )?.fact;
  return [
    rehearsed
      ? `The change was rehearsed there and back: ${rehearsed.statements.toLocaleString("en-US")} statements were run before and after, and ${rehearsed.unannounced === 0 ? "every difference is one that we expect" : `${rehearsed.unannounced} differences are not explained`}.`
      : "The change was not rehearsed yet.",
    attacked?.kind === "verify"
      ? `An attack by invented tenants, on a database made from the migrations, found ${attacked.breaches === 0 ? "no way" : counted(attacked.breaches, "way")} to rows of another tenant, in ${attacked.statements.toLocaleString("en-US")} statements.`
      : "It was not attacked on a local database yet.",
  ];
}

/** A step that is not over, in words. */
export const stepItem = ({ phase, name, state, evidence, ...rest }: Step): string => {
  const said = stateWords({ phase, name, state, evidence, ...rest });
  return `${phaseWords(phase)}: ${STEP_WORDS[name]} (${state.kind}${said === "" ? "" : `, ${said}`})`;
};

export const isOver = ({ state }: Step): boolean => state.kind === "done" || state.kind === "waived";
