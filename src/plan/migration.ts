import type { Catalog } from "../pg/catalog.ts";
import { quoteName } from "../pg/name.ts";
import { samePolicy } from "../pg/policy-sql.ts";
import { guardBlock, nothingLeftBlock, type ExpectedFunction, type ExpectedPolicy } from "./guard.ts";
import type { Migration, Plan, Step } from "./plan.ts";

export interface MigrationOptions {
  /** whether the files open and commit their transaction themselves; false where the migration tool does */
  ownTransaction: boolean;
  /** what the header of the up file says of the way back */
  rollbackFile: string;
}

/** The up and the down file of a plan. Each is one transaction, refuses to run on anything but what the plan saw or has made, and can be run twice. */
export function renderMigration(plan: Plan, catalog: Catalog, options: MigrationOptions): Migration {
  const kept = plan.policies.filter((outcome) => outcome.outcome === "kept").map((outcome) => outcome.before);
  const { policies, functions } = expectations(plan, catalog);
  const count = (kind: string): number => plan.policies.filter((outcome) => outcome.outcome === kind).length;
  const summary = [
    `${count("rewritten")} rewritten`,
    `${count("dropped")} dropped`,
    `${count("through-helper")} through a helper`,
    `${count("unchanged")} unchanged`,
    `${count("kept")} kept`,
  ].join(", ");
  const keptMapped = kept.map((policy) => ({ schema: policy.schema, relation: policy.relation, name: policy.name }));
  const up = file(
    [
      "Row-level security by JWT claims instead of session variables. Made by rlsmith; safe to run twice.",
      `Policies: ${summary}.`,
      `Catalog:  ${plan.catalogHash.slice(0, 16)}`,
      `Way back: ${options.rollbackFile}`,
    ],
    [
      "-- Refuses to run when a policy is not what the plan saw.",
      `${guardBlock(policies, functions)};`,
      "",
      ...plan.steps.flatMap((step) => stepText(step, step.up)),
      ...(plan.retired.length === 0
        ? []
        : [
            "-- Refuses to commit while a policy still reads a mapped session variable.",
            `${nothingLeftBlock(plan.retired, keptMapped)};`,
          ]),
    ],
    options,
  );
  const down = file(
    [
      "The way back: policies, helpers and comments as they were. Made by rlsmith; safe to run twice.",
      "Keep it outside the migrations folder: what is in there runs on the next push.",
      `Catalog:  ${plan.catalogHash.slice(0, 16)}`,
    ],
    [
      "-- Refuses to run when a policy is neither what the migration made nor what it was before.",
      `${guardBlock(policies.map(swap), functions)};`,
      "",
      ...plan.steps.toReversed().flatMap((step) => stepText(step, step.down)),
    ],
    options,
  );
  return { up, down };
}

function file(header: readonly string[], body: readonly string[], options: MigrationOptions): string {
  const open = options.ownTransaction ? ["begin;", ""] : [];
  const close = options.ownTransaction ? ["", "commit;"] : [];
  const lock =
    "-- Gives up rather than queue behind a long reader, where it would block everyone else.\nset local lock_timeout = '2s';";
  return `${[...header.map((line) => `-- ${line}`), "", ...open, lock, "", ...body, ...close].join("\n").trimEnd()}\n`;
}

const stepText = (step: Step, statements: readonly string[]): string[] =>
  statements.length === 0
    ? []
    : [`-- ${step.id}. ${step.title}`.replaceAll("\n", " "), ...statements.map((sql) => `${sql};`), ""];

const swap = (expected: ExpectedPolicy): ExpectedPolicy => ({
  ...expected,
  before: expected.after,
  after: expected.before,
});

function expectations(plan: Plan, catalog: Catalog): { policies: ExpectedPolicy[]; functions: ExpectedFunction[] } {
  const policies = plan.policies.flatMap(({ before, after }): ExpectedPolicy[] => {
    const [only] = after;
    if (after.length === 1 && only && samePolicy(before, only)) return [];
    const names = new Set([before.name, ...after.map((policy) => policy.name)]);
    return [...names].map((name) => ({
      schema: before.schema,
      relation: before.relation,
      name,
      before: before.name === name ? before : null,
      after: after.find((policy) => policy.name === name) ?? null,
    }));
  });
  const functions = plan.steps.flatMap((step): ExpectedFunction[] => {
    if (step.object.kind !== "function") return [];
    const { schema, name, identityArguments } = step.object;
    const fn = catalog.functions.find(
      (candidate) =>
        candidate.schema === schema && candidate.name === name && candidate.identityArguments === identityArguments,
    );
    const definition = step.up[0];
    if (!fn || definition === undefined || step.down[0] !== fn.definition.trimEnd()) return [];
    const at = fn.definition.lastIndexOf(fn.body);
    const tail = fn.definition.trimEnd().length - at - fn.body.length;
    const body = fn.sqlStandardBody ? fn.body : definition.slice(at, definition.length - tail);
    return [{ signature: `${quoteName(fn)}(${fn.argumentTypes.join(", ")})`, bodies: [fn.body, body] }];
  });
  return { policies, functions };
}
