import { diffArrays } from "diff";
import { describeLocation } from "../finding.ts";
import { formatExpr } from "../pg/expr/format.ts";
import { groupBy } from "../pg/group-by.ts";
import type { Plan, PolicyOutcome } from "../plan/index.ts";
import { relationKey } from "../pg/name.ts";
import { sameRoles } from "../pg/policy-sql.ts";
import type { Policy } from "../pg/policy.ts";
import { asIs, type Colours } from "./colours.ts";
import { counted } from "./counted.ts";
import { unsentLines } from "./unsent-claims.ts";
import { singleLined } from "./single-lined.ts";
import { visibleSql } from "./visible-sql.ts";
import { oneLine } from "./visible.ts";

/** How many policies that wait for an answer are listed. */
const MOST = 10;

/**
 * A plan as a person reads it: what requests without claims lose, what becomes of each policy, with the conditions that
 * change, then decisions, findings and the summary. `worth`: the line about the claims, see `claimsWorth`.
 */
export function renderPlan(planned: Plan, colours: Colours, worth: string | null = null): string {
  const plan = singleLined(planned);
  const unsent = plan.open.filter(({ kind }) => kind === "claims-not-sent");
  const asked = plan.open.filter(({ kind }) => kind !== "claims-not-sent");
  const lines = unsent.flatMap((open) => unsentLines(open, plan.context, colours));
  for (const outcome of plan.policies) lines.push(...renderOutcome(outcome, colours));
  const helpers = plan.steps.filter((step) => step.object.kind === "function");
  for (const step of helpers)
    lines.push(
      `${colours.cyan("function")}  ${step.title}`,
      ...step.hazards.map((h) => `          ${colours.dim(h.message)}`),
    );
  if (asked.length > 0) {
    lines.push("", colours.bold(`${asked.length} ${asked.length === 1 ? "decision is" : "decisions are"} open:`));
    for (const [question, same] of groupBy(asked, (open) => open.question)) {
      lines.push(`  ${question}`);
      for (const { key, settings, policies } of same) {
        const more = settings.filter((setting) => setting !== key).join(", ");
        lines.push(`    ${colours.yellow(key)}${more === "" ? "" : `  ${colours.dim(more)}`}`);
        const waiting = policies.filter((policy) => policy !== key);
        for (const policy of waiting.slice(0, MOST)) lines.push(`      ${colours.dim(policy)}`);
        if (waiting.length > MOST)
          lines.push(`      ${colours.dim(`… and ${waiting.length - MOST} more (--format json has all)`)}`);
      }
    }
  }
  if (plan.findings.length > 0) {
    lines.push("", colours.bold("Findings:"));
    for (const finding of plan.findings) {
      lines.push(`  ${severity(finding.severity, colours)} ${describeLocation(finding.at)}: ${finding.message}`);
      if (finding.hint) lines.push(`          ${colours.dim(finding.hint)}`);
    }
  }
  lines.push("", summary(plan), ...(worth === null ? [] : [worth]));
  return `${lines.join("\n").trimStart()}\n`;
}

/** Both files of a plan, as they would be written; names with control characters are written with escapes. */
export const filesText = (names: { up: string; down: string }, migration: { up: string; down: string }): string =>
  (["up", "down"] as const)
    .map((direction) => `-- ${oneLine(names[direction])}\n${visibleSql(migration[direction])}`)
    .join("\n");

/**
 * `116 policies: 106 rewritten, 10 dropped. 117 steps, 30 relations locked (ACCESS EXCLUSIVE) until the transaction
 * ends.`
 */
export function summary(plan: Plan): string {
  const counts = (["rewritten", "dropped", "through-helper", "unchanged", "kept"] as const)
    .map((kind): [string, number] => [kind, plan.policies.filter((outcome) => outcome.outcome === kind).length])
    .filter(([, count]) => count > 0)
    .map(([kind, count]) => `${count} ${kind}`);
  const locked = new Set(
    plan.steps.flatMap((step) => ("relation" in step.object && step.lock !== "none" ? [relationKey(step.object)] : [])),
  );
  return `${counted(plan.policies.length, "policy", "policies")}: ${counts.join(", ") || "nothing to do"}. ${counted(plan.steps.length, "step")}, ${counted(locked.size, "relation")} locked (ACCESS EXCLUSIVE) until the transaction ends.`;
}

/** What is said of a plan without steps: a kept policy may read a variable still. */
export function nothingToDo(plan: Plan): string {
  const kept = plan.policies.filter(({ outcome }) => outcome === "kept").length;
  return kept === 0
    ? "nothing to do: no policy reads a session variable, and no rule of the config changes one"
    : `nothing to do: ${kept} ${kept === 1 ? "policy is" : "policies are"} kept as decided, and no rule of the config changes another`;
}

function renderOutcome(outcome: PolicyOutcome, colours: Colours): string[] {
  if (outcome.outcome === "unchanged") return [];
  const head = `${colours.bold(outcome.policy)}  ${outcome.outcome}${outcome.rules.length > 0 ? colours.dim(` (${outcome.rules.join(", ")})`) : ""}`;
  const reason = outcome.reason ? [`  ${colours.dim(outcome.reason)}`] : [];
  if (outcome.outcome === "kept" || outcome.outcome === "through-helper") return [head, ...reason, ""];
  const [only] = outcome.after;
  const changes =
    outcome.after.length === 1 && only !== undefined && only.name === outcome.before.name
      ? expressions(outcome.before, only, colours)
      : [
          ...describe(outcome.before).map((line) => colours.red(`  - ${line}`)),
          ...outcome.after.flatMap((policy) => describe(policy).map((line) => colours.green(`  + ${line}`))),
        ];
  return [head, ...reason, ...asIs(changes, colours), ""];
}

function expressions(before: Policy, after: Policy, colours: Colours): string[] {
  const lines: string[] = [];
  if (!sameRoles(before, after))
    lines.push(`  to ${colours.red(before.roles.join(", "))} → ${colours.green(after.roles.join(", "))}`);
  if (before.permissive !== after.permissive) lines.push(`  ${colours.green("as restrictive")}`);
  for (const [title, from, to] of [
    ["using", before.using, after.using],
    ["check", before.check, after.check],
  ] as const) {
    if (from === to || from === null || to === null) continue;
    lines.push(`  ${title}`);
    for (const { value, added, removed } of diffArrays(linesOf(from), linesOf(to)))
      for (const line of value)
        lines.push(
          added
            ? colours.green(`  +   ${line}`)
            : removed
              ? colours.red(`  -   ${line}`)
              : colours.dim(`      ${line}`),
        );
  }
  return lines;
}

const describe = (policy: Policy): string[] => [
  `${policy.name} ${policy.permissive ? "" : "restrictive "}for ${policy.command.toLowerCase()} to ${policy.roles.join(", ")}`,
  ...(policy.using === null ? [] : ["  using", ...linesOf(policy.using).map((line) => `    ${line}`)]),
  ...(policy.check === null ? [] : ["  check", ...linesOf(policy.check).map((line) => `    ${line}`)]),
];

/** An expression as the migration writes it. */
const linesOf = (text: string): string[] => visibleSql(formatExpr(text).join("\n")).split("\n");

const severity = (level: string, colours: Colours): string =>
  level === "error" ? colours.red("error  ") : level === "warning" ? colours.yellow("warning") : colours.dim("info   ");
