import type { Db } from "../../db/port.ts";
import type { Catalog } from "../../pg/catalog.ts";
import type { Assumption } from "../assume.ts";
import type { AssumedVerdict } from "../assumed-verdict.ts";
import type { Witness } from "../verdict.ts";
import { replay, type ReplayInput } from "./replay.ts";

/**
 * Run every witness on a real Postgres, under the policies of both sides, and say in each verdict what came of it. A
 * decision whose witness is not confirmed becomes `unknown`: that is a defect of the prover. One that hung on something
 * not understood becomes certain when every witness of it is confirmed.
 */
export const confirm = async <V extends AssumedVerdict>(
  db: Db,
  before: Catalog,
  after: Catalog,
  verdicts: readonly V[],
  assumptions: readonly Assumption[],
): Promise<V[]> => shown(db, [before, after], { verdicts, assumptions, wholeUpdates: false });

/** As `confirm`, but what WITH CHECK lets through counts only for a row that USING lets be changed. */
export const confirmWholeUpdates = async <V extends AssumedVerdict>(
  db: Db,
  before: Catalog,
  after: Catalog,
  verdicts: readonly V[],
  assumptions: readonly Assumption[],
): Promise<V[]> => shown(db, [before, after], { verdicts, assumptions, wholeUpdates: true });

interface Shown<V> {
  verdicts: readonly V[];
  assumptions: readonly Assumption[];
  /** an UPDATE meets both of its components */
  wholeUpdates: boolean;
}

async function shown<V extends AssumedVerdict>(
  db: Db,
  [before, after]: readonly [Catalog, Catalog],
  { verdicts, assumptions, wholeUpdates }: Shown<V>,
): Promise<V[]> {
  const conditions = new Map(assumptions.map(({ name, conditions: of }) => [name, of]));
  // verdicts share situations: roles and policies repeat themselves
  const inputs = new Map<string, ReplayInput>();
  const keyOf = (verdict: V, witness: Witness): string => JSON.stringify([verdict.assumption, witness.situation]);
  for (const verdict of verdicts)
    for (const witness of verdict.witnesses)
      inputs.set(keyOf(verdict, witness), {
        situation: witness.situation,
        conditions: conditions.get(verdict.assumption) ?? [],
        whole: wholeUpdates && verdict.component === "UPDATE CHECK",
      });
  if (inputs.size === 0) return [...verdicts];
  const first = await replay(db, before, inputs);
  const second = await replay(db, after, inputs);
  return verdicts.map((verdict) => {
    const witnesses = verdict.witnesses.map((witness): Witness => {
      const key = keyOf(verdict, witness);
      const [was, is] = [first.get(key), second.get(key)];
      const confirmed =
        was?.assumed === true && was.outcome.kind === witness.before && is?.outcome.kind === witness.after;
      return { ...witness, confirmed };
    });
    return settled({ ...verdict, witnesses: witnesses.filter(isShown) });
  });
}

/** An error is a may: where Postgres did not raise, there is nothing to show. */
const isShown = ({ change, confirmed }: Witness): boolean =>
  change === "lost" || change === "gained" || confirmed === true;

/** The verdict after its witnesses were run. */
function settled<V extends AssumedVerdict>(verdict: V): V {
  const decisive = verdict.witnesses.filter(({ change }) => change === "lost" || change === "gained");
  if (decisive.length === 0) return verdict;
  const confirmed = decisive.every((witness) => witness.confirmed === true);
  if (confirmed)
    return {
      ...verdict,
      decision: verdict.suspected ?? verdict.decision,
      suspected: null,
      reasons: verdict.suspected ? [] : verdict.reasons,
      certainty: verdict.certainty.kind === "bounded" ? verdict.certainty : { kind: "replayed" },
    };
  if (verdict.decision === "unknown") return verdict;
  return {
    ...verdict,
    decision: "unknown",
    suspected: verdict.decision,
    reasons: [
      {
        kind: "not-confirmed",
        message:
          "a witness was not confirmed by Postgres, which is a defect of rlsmith: please report it with what follows",
        // all that is needed to see it again, beside the two catalogs
        expression: JSON.stringify(decisive.find((witness) => witness.confirmed !== true)),
        at: null,
      },
    ],
  };
}
