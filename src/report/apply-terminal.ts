import type { ApplyResult, LockTry, RollbackResult, Transitioned } from "../apply/index.ts";
import { nameKey, type QualifiedName } from "../pg/name.ts";
import type { Colours } from "./colours.ts";
import { singleLined } from "./single-lined.ts";
import { oneLine } from "./visible.ts";

/** The largest number of names that are printed. */
const SHOWN = 8;

/** Printed before the first lock: the locks of each transaction. */
export function renderLocks(of: readonly { group: string; relations: readonly QualifiedName[] }[]): string {
  return singleLined(of)
    .map(({ group, relations }) => {
      if (relations.length === 0) return `${group}: locks no relation`;
      const names = relations.map(nameKey);
      const shown = names.slice(0, SHOWN).join(", ");
      const more = names.length > SHOWN ? `, and ${names.length - SHOWN} more` : "";
      return `${group === names[0] && names.length === 1 ? "" : `${group}: `}ACCESS EXCLUSIVE on ${shown}${more}`;
    })
    .join("\n");
}

/** One attempt that released all locks. */
export const renderTry = (group: string, { tries, holders }: LockTry, colours: Colours): string =>
  `${colours.yellow("…")} ${oneLine(group)}: locks not acquired in attempt ${tries}, all released${holders.length === 0 ? "" : `: ${holders.map(oneLine).join("; ")}`}`;

/** A group that was committed. */
export function renderTransitioned({ group, locks, tries, entries }: Transitioned, colours: Colours): string {
  const held = Math.max(0, ...locks.map((lock) => lock.held));
  const parts = [
    ...(locks.length === 0
      ? []
      : [`${locks.length} ${locks.length === 1 ? "relation" : "relations"} locked for ${milliseconds(held)}`]),
    ...(tries > 1 ? [`${tries} attempts`] : []),
    ...(entries.length > 0 ? [`journal ${entries.join(", ")}`] : ["rolled back"]),
  ];
  return `${colours.green("✓")} ${oneLine(group)}: ${parts.join(", ")}`;
}

/** The result of an apply. */
export function renderApplied(applied: ApplyResult, colours: Colours): string {
  const result = singleLined(applied);
  const { target, dryRun, outcome, groups, notes } = result;
  if (outcome === "in force already")
    return `${colours.green("✓")} the plan is in force on \`${target}\` already, and in its journal: nothing to do\n`;
  const done =
    outcome === "adopted"
      ? `the plan was in force already; ${dryRun ? "it would be" : "it is"} in the journal of \`${target}\` now`
      : dryRun
        ? `the plan can be applied to \`${target}\`; everything was rolled back`
        : `the plan is in force on \`${target}\``;
  return [
    ...lockTable(groups, colours),
    ...notes.map((note) => `${colours.dim("note")} ${note}`),
    `${colours.green("✓")} ${done}`,
    ...(dryRun || outcome === "adopted" ? [] : [`${colours.dim("to undo")} rlsmith rollback --target ${target}`]),
    "",
  ].join("\n");
}

/** The result of a rollback. */
export function renderRolledBack(result: RollbackResult, colours: Colours): string {
  const { target, dryRun, outcome, undone, groups, lost, left, notes } = singleLined(result);
  if (outcome === "nothing to take back")
    return `${colours.green("✓")} nothing to take back on \`${target}\`: ${
      left.length === 0
        ? "nothing that rlsmith applied is in force"
        : `entries that are in force (${left.join(", ")}) stay unless --to is a smaller number`
    }\n`;
  return [
    ...lockTable(groups, colours),
    ...(lost.length > 0
      ? [`${colours.yellow("~")} ${dryRun ? "would be" : "was"} overwritten:`, ...lost.map((line) => `  ${line}`)]
      : []),
    ...notes.map((note) => `${colours.dim("note")} ${note}`),
    `${colours.green("✓")} ${whatOf(undone)} ${dryRun ? "can be" : undone.length > 1 ? "were" : "was"} taken back on \`${target}\`${dryRun ? "; everything was rolled back" : ""}`,
    "",
  ].join("\n");
}

function whatOf(undone: RollbackResult["undone"]): string {
  if (undone.length === 0) return "the plan, which is not in the journal,";
  return `${undone.length} ${undone.length === 1 ? "entry" : "entries"} of the journal (${undone.map(({ id, group }) => `${id}: ${group}`).join(", ")})`;
}

function lockTable(groups: readonly Transitioned[], colours: Colours): string[] {
  const rows = groups.flatMap(({ locks }) => locks);
  if (rows.length === 0) return [];
  const width = Math.max(8, ...rows.map(({ relation }) => relation.length));
  return [
    colours.bold(`${"relation".padEnd(width)}  ${"waited".padStart(9)}  ${"held".padStart(9)}`),
    ...rows.map(
      ({ relation, waited, held }) =>
        `${relation.padEnd(width)}  ${milliseconds(waited).padStart(9)}  ${milliseconds(held).padStart(9)}`,
    ),
    "",
  ];
}

const milliseconds = (n: number): string => `${n < 10 ? n.toFixed(1) : Math.round(n)} ms`;
