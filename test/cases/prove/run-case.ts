import type { Db } from "../../../src/db/port.ts";
import { prove } from "../../../src/prove/prove.ts";
import { confirm } from "../../../src/prove/replay/confirm.ts";
import type { Verdict } from "../../../src/prove/verdict.ts";
import type { ProveCase } from "./case-file.ts";

/** The verdict on a case as every command gives it: proved, and its witnesses run on a Postgres. */
export async function runCase(db: Db, given: ProveCase): Promise<Verdict> {
  const assumptions = [{ name: "assumed", conditions: given.assumption }];
  const verdicts = prove(given.before, given.after, {
    relations: new Set([given.relation]),
    roles: [given.role],
    assumptions,
  });
  const found = verdicts.find((verdict) => verdict.component === given.component && verdict.role === given.role);
  if (!found) throw new Error(`case ${given.id}: no verdict for ${given.relation}, ${given.component}, ${given.role}`);
  const decisive = found.witnesses.filter(({ change }) => change === "lost" || change === "gained");
  const [confirmed] = await confirm(db, given.before, given.after, [{ ...found, witnesses: decisive }], assumptions);
  return confirmed ?? found;
}

export const describeVerdict = (verdict: { decision: string; errors: readonly string[] | null }): string =>
  [verdict.decision, ...(verdict.errors ?? [])].join(" ");

/** Whether a verdict is the expected one; error changes count where the case says which. */
export const agrees = (given: ProveCase, verdict: Verdict): boolean =>
  verdict.decision === given.expected.decision &&
  (given.expected.errors === null ||
    verdict.decision === "unknown" ||
    given.expected.errors.toSorted().join() === verdict.errors.toSorted().join());
