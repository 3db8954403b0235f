import type { AddedRelation, AssumedVerdict, ObjectChange, Witness } from "../prove/index.ts";
import { groupBy } from "../pg/group-by.ts";
import { nameKey } from "../pg/name.ts";
import type { Colours } from "./colours.ts";
import { verdictTable } from "./proof-terminal.ts";
import { besideTheTable } from "./beside-the-table.ts";
import { errorsExplained, errorsText, withoutPrivilege } from "./compared-words.ts";
import { objectLines, objectsMarkdown } from "./object-lines.ts";
import { singleLined } from "./single-lined.ts";
import { reasonsOf } from "./trial.ts";
import { tellShort } from "./witness.ts";
import { codeSpan, markdownText } from "./visible.ts";

/** The comparison that `rlsmith prove` makes. */
export interface Comparison {
  before: string;
  after: string;
  verdicts: readonly AssumedVerdict[];
  added: readonly AddedRelation[];
  objects: readonly ObjectChange[];
  nothingGranted: boolean;
}

/** Verdicts of one relation with equal content. */
interface Change {
  relation: string;
  decision: string;
  components: string[];
  roles: string[];
  errors: string[];
  /** every statement failed before: the errors are certain */
  failed: boolean;
  reasons: string[];
  witnesses: Witness[];
}

/** The verdicts worth reading, worst first; those that differ only in component or role are reported once. */
function changesOf(verdicts: readonly AssumedVerdict[]): Change[] {
  const worth = verdicts.filter(
    ({ decision, errors }) => decision !== "no-privilege" && (decision !== "equivalent" || errors.length > 0),
  );
  const groups = groupBy(worth, (verdict) =>
    JSON.stringify([nameKey(verdict.relation), verdict.decision, verdict.errors, verdict.assumption]),
  );
  const unique = (values: readonly string[]): string[] => [...new Set(values)];
  return [...groups.values()]
    .map((list): Change => {
      const [first] = list;
      const witnesses = list.flatMap((verdict) => verdict.witnesses);
      const wanted = (change: Witness["change"]): Witness | undefined =>
        witnesses.find((one) => one.change === change && one.confirmed !== false);
      const decisive = [wanted("gained"), wanted("lost")].filter((one) => one !== undefined);
      return {
        relation: first ? nameKey(first.relation) : "",
        decision: first?.decision ?? "",
        components: unique(list.map(({ component }) => component)),
        roles: unique(list.map(({ role }) => role)),
        errors: first?.errors ?? [],
        failed: list.every(({ opensErrors }) => opensErrors === "every statement"),
        reasons: unique(list.flatMap(reasonsOf)),
        witnesses:
          decisive.length > 0 ? decisive : witnesses.filter(({ confirmed }) => confirmed !== false).slice(0, 1),
      };
    })
    .toSorted((a, b) => RANK.indexOf(a.decision) - RANK.indexOf(b.decision));
}

const RANK = ["looser", "incomparable", "always-errors", "unknown", "vacuous", "tighter", "equivalent", "no-privilege"];

/** For a terminal. */
export function renderComparison(compared: Comparison, colours: Colours): string {
  const comparison = singleLined(compared);
  const lines: string[] = [];
  const changes = changesOf(comparison.verdicts);
  for (const change of changes) {
    const paint = change.decision === "tighter" || change.decision === "equivalent" ? colours.green : colours.red;
    lines.push(
      `${paint(change.decision)}  ${colours.bold(change.relation)}  ${change.components.join(", ")}  ${colours.dim(`as ${change.roles.join(", ")}`)}`,
    );
    for (const witness of change.witnesses) lines.push(`    ${tellShort(witness)}`);
    if (change.errors.length > 0) lines.push(`    ${colours.dim(errorsText(change))}`);
    for (const reason of change.reasons) lines.push(`    ${colours.dim(reason)}`);
  }
  for (const added of comparison.added) {
    lines.push(
      `${colours.cyan("new")}  ${colours.bold(nameKey(added.relation))}${added.rowSecurity ? "" : colours.red("  without row security")}`,
    );
    for (const { role, reach } of added.roles)
      lines.push(
        `    ${role}: ${Object.entries(reach)
          .map(([component, rows]) => `${component} ${rows}`)
          .join(", ")}`,
      );
  }
  lines.push(...objectLines(comparison.objects, colours), ...withoutPrivilege(comparison));
  const explained = errorsExplained(changes).map((line) => colours.dim(line));
  if (explained.length > 0) lines.push("", ...explained);
  if (lines.length > 0) lines.push("");
  return `${[...lines, `${comparison.before} → ${comparison.after}`, ...verdictTable(comparison.verdicts).map((line) => `  ${line}`), ...besideTheTable(comparison.objects, comparison.added)].join("\n")}\n`;
}

/** As a comment on a pull request. */
export function comparisonMarkdown(compared: Comparison): string {
  const comparison = singleLined(compared);
  const { verdicts } = comparison;
  const count = (decision: string): number => verdicts.filter((verdict) => verdict.decision === decision).length;
  const counts = RANK.filter((decision) => count(decision) > 0).map((decision) => `${count(decision)} ${decision}`);
  const changes = changesOf(verdicts);
  const bad =
    comparison.nothingGranted ||
    changes.some(({ decision }) => decision !== "tighter" && decision !== "equivalent") ||
    comparison.objects.some(({ effect }) => effect === "opens" || effect === "cannot be told");
  const lines = [
    `### Row-level security: ${codeSpan(comparison.before)} → ${codeSpan(comparison.after)}`,
    "",
    `${bad ? "**Needs review.** " : ""}${verdicts.length} access predicates (relation × command × role): ${counts.join(", ") || "none"}.`,
  ];
  if (changes.length > 0)
    lines.push("", "| verdict | relation | command | role | for instance |", "|---|---|---|---|---|");
  for (const change of changes)
    lines.push(
      `| ${[mark(change.decision), markdownText(change.relation), markdownText(change.components.join(", ")), markdownText(change.roles.join(", ")), markdownText([...change.witnesses.map(tellShort), ...(change.errors.length > 0 ? [errorsText(change)] : []), ...change.reasons].join("; "))].join(" | ")} |`,
    );
  if (comparison.added.length > 0)
    lines.push(
      "",
      "New relations:",
      "",
      "| relation | role | read | insert | update | delete |",
      "|---|---|---|---|---|---|",
    );
  for (const added of comparison.added)
    for (const { role, reach } of added.roles)
      lines.push(
        `| ${[markdownText(nameKey(added.relation)) + (added.rowSecurity ? "" : " **no row security**"), markdownText(role), reach.SELECT, reach.INSERT, reach["UPDATE USING"], reach.DELETE].join(" | ")} |`,
      );
  lines.push(...objectsMarkdown(comparison.objects));
  for (const line of withoutPrivilege(comparison)) lines.push("", markdownText(line));
  for (const line of errorsExplained(changes)) lines.push("", markdownText(line));
  lines.push("", "Every example was executed on PostgreSQL. Made by rlsmith.");
  return `${lines.join("\n")}\n`;
}

const mark = (decision: string): string =>
  decision === "tighter" || decision === "equivalent" ? decision : `**${decision}**`;
