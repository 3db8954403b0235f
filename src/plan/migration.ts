import { sqlComment as comment } from "../pg/comment.ts";
import { checkRoutines, nothingLeftBlock, settled } from "./guard.ts";
import { planHash } from "./plan-hash.ts";
import type { Migration, Plan } from "./plan.ts";
import { sections, type Direction, type Patterns } from "./sections.ts";
import { subjectOf } from "./subject.ts";

export interface MigrationOptions {
  /** true if the files begin and commit their transaction themselves; false where the migration tool does */
  ownTransaction: boolean;
  /** the path of the down file, for the header of the up file */
  rollbackFile: string;
  /** the patterns of the policies before and after, for the headings; if omitted, the headings have none */
  patterns?: Patterns;
}

/**
 * The up and the down file of a plan. Each is one transaction, refuses to run on any state other than the one before or
 * after its change, and can be run twice.
 */
export function renderMigration(plan: Plan, options: MigrationOptions): Migration {
  return {
    up: file(plan, "up", upHeader(plan, options), options),
    down: file(plan, "down", downHeader(plan), options),
  };
}

const upHeader = (plan: Plan, { ownTransaction, rollbackFile }: MigrationOptions): string[] => [
  subjectOf(plan).heading,
  `Policies: ${summary(plan)}.`,
  `Plan:     ${planHash(plan).slice(0, 16)}, made from catalog ${plan.catalogHash.slice(0, 16)}.`,
  `Run:      with your migration tool${ownTransaction ? "" : ", in one transaction"}, or \`rlsmith apply\`; it is safe to run twice.`,
  `Undo:     ${rollbackFile}, or \`rlsmith rollback\`.`,
];

const downHeader = (plan: Plan): string[] => [
  subjectOf(plan).downHeading,
  `Plan:     ${planHash(plan).slice(0, 16)}, made from catalog ${plan.catalogHash.slice(0, 16)}.`,
  "Run:      in one transaction; it is safe to run twice.",
  "Keep it outside the migrations folder: a migration tool runs every file in that folder.",
];

function summary(plan: Plan): string {
  const count = (kind: string): number => plan.policies.filter((outcome) => outcome.outcome === kind).length;
  return [
    `${count("rewritten")} rewritten`,
    `${count("dropped")} dropped`,
    `${count("through-helper")} through a helper`,
    `${count("unchanged")} unchanged`,
    `${count("kept")} kept`,
  ].join(", ");
}

function file(plan: Plan, direction: Direction, header: readonly string[], options: MigrationOptions): string {
  const withFunctions = plan.steps.some(
    ({ change }) => change.kind === "dropped-function" || (change.kind === "function" && change.before !== null),
  );
  const statements = (list: readonly string[]): string[] => list.map((sql) => `${sql};`);
  return `${[
    ...header.map(comment),
    "",
    ...(options.ownTransaction ? ["begin;", ""] : []),
    "-- Fails rather than wait behind a long transaction, where it would block all other statements.",
    "set local lock_timeout = '2s';",
    "",
    "-- The check before each change: the object must be as it was when the plan was made, or as this file leaves it.",
    ...statements(checkRoutines({ withFunctions })).flatMap((statement) => [statement, ""]),
    ...sections(plan, direction, options.patterns ?? null),
    ...(direction === "down" || plan.retired.length === 0 ? [] : nothingLeft(plan)),
    "-- An object that was not as it was when the plan was made must be as an earlier run of this file left it.",
    ...statements(settled({ withFunctions })),
    ...(options.ownTransaction ? ["", "commit;"] : []),
  ]
    .join("\n")
    .trimEnd()}\n`;
}

function nothingLeft(plan: Plan): string[] {
  const kept = plan.policies.filter((outcome) => outcome.outcome === "kept").map((outcome) => outcome.before);
  return [
    "-- Refuses to commit while a policy still reads a mapped session variable.",
    `${nothingLeftBlock(plan.retired, kept)};`,
    "",
  ];
}
