import type { Config } from "../../config.ts";
import { matchesName } from "../../pg/name-pattern.ts";
import { ofUnknown } from "../environment/index.ts";
import type { Attempt } from "../matrix/index.ts";
import { causeOf, type Cause, type Opened, isDeclared } from "../judge/index.ts";
import {
  isDirect,
  tupleKey,
  type Command,
  type Judgement,
  type Outcome,
  type Subject,
  type Unsettled,
} from "../matrix/index.ts";
import type { Judged } from "../judge/index.ts";
import type { Actor } from "../personas/index.ts";
import { isClosedTo } from "./closed.ts";
import { policyCommandOf } from "./settling.ts";
import type { Run, Work } from "./state.ts";
import type { SessionState } from "./session-state.ts";

/** The judgement of one outcome by the declared tenancy, and the cause of a breach. */
export interface Verdict {
  outcome: Outcome;
  judgement: Judgement;
  /** null: nothing is open here */
  cause: Cause | null;
  /** the entry of the config that declares it */
  declared: Config["verify"]["expected"][number] | null;
  /** no foreign row was reached, which says something only if rows of its own can be */
  needsControl: boolean;
}

/** Judge one outcome by the declared tenancy. */
export function verdictOf(run: Run, work: Work, attempt: Attempt, judged: Judged): Verdict {
  const { actor, standing } = work;
  const { outcome } = judged;
  const privilege = run.privileged.get(actor.name)?.get(attempt.relation);
  const direct = isDirect(attempt);
  const no = (judgement: Judgement, more: Partial<Verdict> = {}): Verdict => ({
    outcome,
    judgement,
    cause: null,
    declared: null,
    needsControl: false,
    ...more,
  });
  const notSettled = (cause: Unsettled): Verdict => no("not settled", { outcome: { kind: "not settled", cause } });
  if (direct && privilege === "above") return notSettled({ kind: "above row security", role: actor.role });
  if (outcome.kind === "not settled") return no("not settled");
  if (crosses(run, attempt, actor, judged)) {
    const opened = opener(run, attempt, actor, standing);
    const found = causeOf(run.environment, attempt, actor, judged, opened, direct && privilege === "owner", {
      has: (relation, name) => run.open.has(tupleKey(relation, name)),
    });
    const cause = settleDoor(run, found, attempt, actor);
    const declared =
      run.options.config.expected.find((entry) =>
        isDeclared(entry, cause, actor, attempt.command, (command) =>
          run.plainlyOpen.has(tupleKey(attempt.relation, command)),
        ),
      ) ?? null;
    return no(declared ? "expected" : "breach", { cause, declared });
  }
  if (attempt.judge.kind === "control") return no("control");
  if (attempt.judge.kind !== "foreign") return no("held");
  if (isNobodys(run, attempt, outcome, direct)) return notSettled({ kind: "owner unknown" });
  if (outcome.kind !== "denied" || outcome.by === "grant" || outcome.by === "not updatable") return no("held");
  if (direct && outcome.by === "no row" && nothingThere(run, attempt, actor)) return notSettled({ kind: "no rows" });
  return no("held", { needsControl: needsControl(run, attempt, actor) });
}

/** True unless row security, or the lack of any relation behind a function, leaves nothing to be reached. */
function needsControl(run: Run, attempt: Attempt, actor: Actor): boolean {
  const { environment } = run;
  if (attempt.through.kind === "function") return run.lookingUp.has(attempt.through.name);
  const target = environment.targets.get(attempt.relation);
  if (!isDirect(attempt) || !target?.rowSecurity) return true;
  return !isClosedTo(environment.catalog, attempt.relation, policyCommandOf(attempt), actor.role);
}

/** What becomes of rows: a MERGE that only deletes is a DELETE. */
export const rowCommandOf = ({ command, rowCommand = command }: Attempt): Command => rowCommand;

const isShared = (run: Run, relation: Subject): boolean =>
  Object.keys(run.options.config.shared).some((pattern) => matchesName(pattern, relation));

const WRITES: readonly Command[] = ["INSERT", "UPDATE", "DELETE", "MERGE", "TRUNCATE"];

function crosses(run: Run, attempt: Attempt, actor: Actor, judged: Judged): boolean {
  const { judge } = attempt;
  if (judge.kind === "control") return false;
  const target = run.environment.targets.get(attempt.relation);
  if (isShared(run, attempt.relation) && !WRITES.includes(attempt.command)) return false;
  // an owner may do both with what is its own; what that is worth, its reads say
  const ownersRight = judge.kind === "success" && (judge.door === "truncate" || judge.door === "sequence-oracle");
  if (ownersRight && target?.owner === actor.role) return false;
  if (judged.crosses) return true;
  // without row security the owner of a row does not matter: no policy holds
  return (
    isDirect(attempt) &&
    judge.kind === "foreign" &&
    target !== undefined &&
    !target.rowSecurity &&
    target.own === null &&
    judged.outcome.kind === "allowed" &&
    actor.setup.length === 0
  );
}

/** Rows whose owner is unknown were reached: that is neither held nor open. */
function isNobodys(run: Run, attempt: Attempt, outcome: Outcome, direct: boolean): boolean {
  if (!direct)
    return (
      outcome.kind === "allowed" &&
      ofUnknown(attempt, run.environment.targets) &&
      (attempt.behind ?? []).some((name) => !isShared(run, name))
    );
  const target = run.environment.targets.get(attempt.relation);
  if (!target || target.own !== null || outcome.kind !== "allowed") return false;
  return WRITES.includes(attempt.command) || !isShared(run, attempt.relation);
}

/** No row of another party exists: that none was reached proves nothing. An INSERT needs none. */
function nothingThere(run: Run, attempt: Attempt, actor: Actor): boolean {
  const target = run.environment.targets.get(attempt.relation);
  if (!target || attempt.command === "INSERT") return false;
  if (target.own === null) return Object.values(target.filled.rows).every((rows) => rows.length === 0);
  return target.foreignRows.length + (actor.tenant === null ? target.ownRows.length : 0) === 0;
}

/** A set variable is the cause only if the same statement does not cross without it. */
function opener(run: Run, attempt: Attempt, actor: Actor, standing: SessionState | null): Opened | null {
  // an application sets the values of the own tenant: that these are believed is not the cause
  if (standing === null || standing.by.kind === "own values" || standing.by.kind === "own function") return null;
  if (run.openAttacks.has(tupleKey(attempt.relation, actor.name, attempt.attack))) return null;
  return standing.opened;
}

/**
 * An opening by a policy has a breach class of its own if only odd tokens get through, or if a user can become a member
 * of another tenant.
 */
function settleDoor(run: Run, cause: Cause, attempt: Attempt, actor: Actor): Cause {
  if (cause.door !== "policy") return cause;
  if (actor.class === "bad claims")
    return {
      ...cause,
      door: "claims",
      kind: actor.forged ? "token" : "tenancy",
      message: `policies of \`${cause.object.name}\` let rows of other tenants through for a token with ${actor.name}`,
    };
  const moved = ["INSERT", "UPDATE", "MERGE"].includes(rowCommandOf(attempt));
  if (moved && run.environment.memberships.includes(cause.object.name))
    return {
      ...cause,
      door: "membership",
      message: `a user can join another tenant: \`${cause.object.name}\` accepts the row`,
    };
  return cause;
}
