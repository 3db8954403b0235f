import { matchesOf, type Evidence, type MutantRun, type SuiteRun, type Unit } from "../cleanup/tests/index.ts";
import { contextMapOf } from "../config.ts";
import { relationKey } from "../pg/name.ts";
import { policyId } from "../pg/policy.ts";
import { policyMutants, type PolicyMutant } from "../verify/index.ts";
import { chooseMutants } from "./choose-mutants.ts";
import { configOf } from "./ready.ts";
import type { SuiteOutcome } from "./suite-run.ts";
import type { SuiteStates } from "./suite-states.ts";
import { countsOf, type FoundTests, type SuiteFacts, type SuiteWork } from "./tests-result.ts";

/** The runs of the suite, and the mutants that were chosen for them. */
export interface SuiteRuns {
  evidence: Evidence;
  chosen: readonly PolicyMutant[];
}

/** The reason why the suite has no results. */
type NotRun = Omit<Extract<SuiteFacts, { kind: "not-run" }>, "kind">;

/** Run the suite on the old state, the migrated state, and on mutants of them. */
export async function runSuite({
  source,
  suite,
  states,
  found,
  around,
  options,
}: SuiteWork): Promise<SuiteRuns | NotRun> {
  const { before, after } = states;
  const { mutants, progress } = options;
  const first = before ? await suite.run(before) : null;
  if (first) progress.done("suite", `on the old state: ${countsOf(first)}`);
  if (first?.run === null) return notRun(first, "fails-before");
  const second = await suite.run(after);
  progress.done("suite", `on the migrated state: ${countsOf(second)}`);
  if (second.run === null) return notRun(second, "fails-after");

  const base: Evidence = { before: first?.run ?? null, after: second.run, mutants: [], unsteady: new Set() };
  const context = contextMapOf(configOf(source));
  const all = policyMutants(after.catalog, context);
  const weights = new Map<string, number>();
  for (const relation of found.units.flatMap((unit) => around.relationsIn(textsOf(unit))))
    weights.set(relation, (weights.get(relation) ?? 0) + 1);
  const policies = new Set(all.map(({ policy }) => policy)).size;
  const chosen = chooseMutants(all, mutants ?? policies, weights);
  const old = new Map(
    before && hasFailing(found, base) ? policyMutants(before.catalog, context).map((one) => [one.name, one]) : [],
  );
  const planned = chosen.flatMap((mutant) => {
    const twin = old.get(mutant.name);
    const ofOld = before && twin ? [{ mutant: twin, side: "before" as const, state: before }] : [];
    return [{ mutant, side: "after" as const, state: after }, ...ofOld];
  });
  const runs: MutantRun[] = [];
  for (const { mutant, side, state } of planned) {
    const sql = `${state.sql}\n${mutant.apply.join(";\n")};\n`;
    const { run } = await suite.run({ ...state, sql });
    runs.push({ name: mutant.name, relation: relationKey(mutant.original), side, run });
    const on = side === "before" ? "old" : "migrated";
    progress.done("mutant", `${runs.length} of ${planned.length}, ${mutant.name}, on the ${on} state`);
  }
  return { evidence: { ...base, mutants: runs }, chosen };
}

const notRun = (outcome: SuiteOutcome, why: NotRun["why"]): NotRun =>
  outcome.run === null
    ? { why: outcome.why === "timeout" ? "timeout" : why, output: outcome.output }
    : { why, output: "" };

const textsOf = ({ instances }: Unit): string[] => instances.flatMap((one) => [...one.case.reach.texts]);

/** True if a part fails on the migrated state and not on the old one: what it noticed there is noticed on the old one. */
function hasFailing({ units, cases }: FoundTests, evidence: Evidence): boolean {
  const { idsOf } = matchesOf(units, cases, evidence);
  return units.some(({ instances }) => idsOf(instances).some((id) => evidence.after.get(id)?.status === "failed"));
}

/** True if the suite made a report with a mutant of every policy of the migrated state. */
export function areAllWeakened({ evidence, chosen }: SuiteRuns, { after }: SuiteStates): boolean {
  const reported = new Set(evidence.mutants.flatMap(({ name, side, run }) => (run && side === "after" ? [name] : [])));
  const weakened = new Set(chosen.flatMap(({ name, policy }) => (reported.has(name) ? [policy] : [])));
  return after.catalog.policies.every((policy) => weakened.has(policyId(policy)));
}

/** The runs, for the report. */
export function suiteFacts(command: string, { evidence, chosen }: SuiteRuns, { after }: SuiteStates): SuiteFacts {
  const count = (run: SuiteRun): { passed: number; failed: number } => {
    const all = [...run.values()];
    const of = (wanted: string): number => all.filter(({ status }) => status === wanted).length;
    return { passed: of("passed"), failed: of("failed") };
  };
  const noticing = ({ side, run }: MutantRun): number | null =>
    run &&
    [...run].filter(([id, { status }]) => status === "failed" && evidence[side]?.get(id)?.status === "passed").length;
  return {
    kind: "run",
    command,
    before: evidence.before && count(evidence.before),
    after: count(evidence.after),
    mutants: evidence.mutants.map((one) => ({
      name: one.name,
      relation: one.relation,
      side: one.side,
      noticedBy: noticing(one),
    })),
    policies: after.catalog.policies.length,
    weakened: new Set(chosen.map(({ policy }) => policy)).size,
  };
}
