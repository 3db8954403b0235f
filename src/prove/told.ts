import type { Catalog } from "../pg/catalog.ts";
import { nameKey, type NameKey } from "../pg/name.ts";
import type { AssumedVerdict } from "./assumed-verdict.ts";
import { commandOf } from "./component.ts";
import { newSide, type Side } from "./side.ts";

/** Verdicts as a comparison of two sides tells them: every one says what was decided, and nothing more. */
export interface Told {
  verdicts: AssumedVerdict[];
  /** no verdict is about a role that holds a privilege and that row security binds */
  nothingGranted: boolean;
}

/**
 * Verdicts, after their witnesses were run, as a gate needs them: a role without the privilege on either side was not
 * compared, and what raised an error before and is allowed now is a gain of access.
 */
export function toldVerdicts(before: Catalog, after: Catalog, verdicts: readonly AssumedVerdict[]): Told {
  const sides = [newSide(before), newSide(after)];
  const told = withoutPrivilege(sides, verdicts).map((verdict) =>
    verdict.decision === "no-privilege"
      ? verdict
      : withErrors(sides.every((side) => !isAboveOn(side, verdict)) ? verdict : aboveNow(sides, verdict)),
  );
  // the same policies are the same, whomever they bind
  const isSame = JSON.stringify(before.policies) === JSON.stringify(after.policies);
  const hasNone = told.some(({ decision }) => decision === "no-privilege");
  return { verdicts: told, nothingGranted: (hasNone || !isSame) && grantsNothing(sides, told) };
}

/**
 * Verdicts on roles that hold the privilege on neither side are none: nothing was compared. The others stay.
 * `nothingGranted` is about these relations alone.
 */
export function toldPrivileges(
  before: Catalog,
  after: Catalog,
  given: readonly AssumedVerdict[],
  relations: ReadonlySet<NameKey>,
): Told {
  const sides = [newSide(before), newSide(after)];
  const verdicts = withoutPrivilege(sides, given);
  const about = verdicts.filter(({ relation }) => relations.has(nameKey(relation)));
  return { verdicts, nothingGranted: grantsNothing(sides, about) };
}

const grantsNothing = (sides: readonly Side[], told: readonly AssumedVerdict[]): boolean =>
  told.length > 0 && told.every((verdict) => verdict.decision === "no-privilege" || isAbove(sides, verdict));

const withoutPrivilege = (sides: readonly Side[], verdicts: readonly AssumedVerdict[]): AssumedVerdict[] =>
  verdicts.map((verdict) =>
    verdict.decision === "equivalent" && !hasPrivilege(sides, verdict)
      ? { ...verdict, decision: "no-privilege" }
      : verdict,
  );

const hasPrivilege = (sides: readonly Side[], { relation: name, component, role }: AssumedVerdict): boolean =>
  sides.some((side) => {
    const relation = side.relation(name);
    return relation !== undefined && side.hasPrivilege(relation, commandOf(component), role);
  });

const isAbove = (sides: readonly Side[], verdict: AssumedVerdict): boolean =>
  verdict.decision === "equivalent" && sides.every((side) => isAboveOn(side, verdict));

const isAboveOn = (side: Side, { relation: name, role }: AssumedVerdict): boolean => {
  const relation = side.relation(name);
  return relation !== undefined && side.isAbove(relation, role);
};

/** That a role is above row security is in the catalog: no row has to show it, and a replay has no such role. */
function aboveNow(sides: readonly Side[], verdict: AssumedVerdict): AssumedVerdict {
  if (verdict.suspected === null || verdict.decision !== "unknown") return verdict;
  return sides.some((side) => !isAboveOn(side, verdict))
    ? { ...verdict, decision: verdict.suspected, suspected: null, reasons: [] }
    : verdict;
}

function withErrors(verdict: AssumedVerdict): AssumedVerdict {
  const { decision, opensErrors, witnesses } = verdict;
  // nothing was allowed, so that nothing is lost, whatever the policies were meant to say
  if (opensErrors === "every statement") return { ...verdict, decision: "looser", reasons: [] };
  if (opensErrors === null || decision === "looser" || decision === "incomparable") return verdict;
  const shown = witnesses.some(({ change, confirmed }) => change === "error->allow" && confirmed === true);
  if (shown) return { ...verdict, decision: decision === "tighter" ? "incomparable" : "looser", reasons: [] };
  if (decision !== "equivalent" && decision !== "tighter") return verdict;
  return {
    ...verdict,
    decision: "unknown",
    suspected: "looser",
    reasons: [
      {
        kind: "not-confirmed",
        message: "a row may be allowed for which the first side raises an error; PostgreSQL did not show one",
        expression: null,
        at: null,
      },
    ],
  };
}
