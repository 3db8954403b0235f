import { createHash } from "node:crypto";
import type { Attempt, Breach, Door } from "../matrix/index.ts";
import type { Cause, Judged } from "../judge/index.ts";
import { isDirect, tupleKey, type Cell, DOORS, type Unsettled } from "../matrix/index.ts";
import type { Actor } from "../personas/index.ts";
import { isDeclared, reproduce } from "../judge/index.ts";
import { noteAccess } from "./access.ts";
import { plainRequest } from "./request-states.ts";
import { awaitControl, controlKey, countCause, countTriple, reachedOwn } from "./settling.ts";
import type { Example } from "./example.ts";
import type { Run, Work } from "./state.ts";
import type { SessionState } from "./session-state.ts";
import { rowCommandOf, verdictOf, type Verdict } from "./verdict.ts";

/**
 * Record one cell: judge it by the declared tenancy, count it, and hand it on. A cell that reached no foreign row is
 * handed on once it is known whether the same command reaches a row of its own.
 */
export function record(run: Run, work: Work, attempt: Attempt, judged: Judged): void {
  const { actor, standing } = work;
  const verdict = verdictOf(run, work, attempt, judged);
  const { outcome, judgement, cause, declared } = verdict;
  if (cause) {
    breach(run, cause, declared, attempt, actor, standing, judged);
    if (!declared) run.options.onExample?.({ cause, attempt, actor, standing, judged, error: null });
    if ((standing === null || standing.by.kind === "own values") && attempt.judge.kind === "foreign") {
      // what a trigger or a default hands out says nothing of the policies
      if (isDirect(attempt) && cause.door !== "trigger" && cause.door !== "function")
        run.open.add(tupleKey(attempt.relation, actor.name));
      run.openAttacks.add(tupleKey(attempt.relation, actor.name, attempt.attack));
    }
  }
  if (attempt.command === "TRUNCATE" && attempt.judge.kind === "control" && outcome.kind === "allowed")
    note(run, "truncate-by-platform", attempt.relation);
  if (judged.sawOthers && isDirect(attempt)) note(run, "seen-before", attempt.relation);
  // rows that a role reaches which row security does not hold for say nothing of the policies
  const asExempt = standing?.by.kind === "role";
  if (!asExempt) noteAccess(run.access, attempt, actor, outcome);
  if (!asExempt && outcome.kind === "allowed" && outcome.own > 0) reachedOwn(run.settling, controlKey(attempt));
  const cell: Cell = {
    relation: attempt.relation,
    through: attempt.through,
    command: attempt.command,
    persona: actor.name,
    personaClass: actor.class,
    attack: attempt.attack,
    standing: standing?.name ?? "unset",
    outcome,
    judgement,
  };
  const finish = (without: Unsettled | null): void => {
    const settled: Cell =
      without === null ? cell : { ...cell, outcome: { kind: "not settled", cause: without }, judgement: "not settled" };
    count(run, settled, attempt);
    run.options.onCell(settled);
  };
  if (verdict.needsControl) awaitControl(run.settling, controlKey(attempt), finish);
  else finish(null);
}

/** Add a breach that no cell of its own shows. */
export function addBreach(
  run: Run,
  cause: Cause,
  attempt: Attempt,
  actor: Actor,
  error: Example["error"] = null,
): void {
  const declared =
    run.options.config.expected.find((entry) => isDeclared(entry, cause, actor, attempt.command, () => false)) ?? null;
  const judged: Judged = {
    outcome: { kind: "allowed", own: 0, foreign: 0, evidence: null },
    crosses: true,
    relations: [],
  };
  breach(run, cause, declared, attempt, actor, null, judged);
  if (!declared) run.options.onExample?.({ cause, attempt, actor, standing: null, judged, error });
}

function breach(
  run: Run,
  cause: Cause,
  declared: Verdict["declared"],
  attempt: Attempt,
  actor: Actor,
  standing: SessionState | null,
  judged: Judged,
): void {
  // one breach for all openings of a table itself
  const key = TABLE_DOORS.has(cause.door)
    ? `table ${cause.object.name}`
    : `${cause.door} ${cause.object.name}${standing?.by.kind === "guess" ? ` ${cause.message}` : ""}`;
  const id = createHash("sha256").update(key).digest("hex").slice(0, 12);
  if (declared) run.met.add(declared);
  // an object that two entries declare has two reasons
  const place = declared ? `${id} ${run.options.config.expected.indexOf(declared)}` : id;
  const known = declared ? run.expected.get(place) : run.breaches.get(place);
  const relations = judged.relations.length > 0 ? judged.relations : [attempt.relation];
  const { hint = DOORS[cause.door].hint } = cause;
  if (known) {
    known.cells += 1;
    // access that a plain member has as well needs no odd token, and a view that shows too much is the wider cause than
    // one that accepts too much
    const plainer = known.door === "claims" && cause.door !== "claims";
    const wider = known.hint !== hint && cause.hint === undefined && known.door === cause.door;
    // a member is plainer than an odd token, and an attacker that everybody can be
    const byMember =
      known.personaClass !== "member" &&
      actor.class === "member" &&
      known.door === cause.door &&
      known.message === cause.message &&
      (standing === null) === (known.standing === "unset");
    if (plainer || wider || byMember)
      Object.assign(known, cause, telling(run, attempt, actor, standing, { judged, door: cause.door }), { hint });
    if (!known.commands.includes(attempt.command)) known.commands.push(attempt.command);
    for (const relation of relations) if (!known.relations.includes(relation)) known.relations.push(relation);
    return;
  }
  const found: Breach = {
    id,
    ...cause,
    relation: relations[0] ?? attempt.relation,
    hint,
    ...telling(run, attempt, actor, standing, { judged, door: cause.door }),
    commands: [attempt.command],
    relations: [...relations],
    cells: 1,
  };
  if (declared) run.expected.set(place, { ...found, reason: declared.reason });
  else run.breaches.set(place, found);
}

const TABLE_DOORS = new Set<string>(["policy", "claims", "membership", "storage", "rls-off", "partition"]);

/** The fields of the cell by which a breach is reported. */
const telling = (
  { environment }: Run,
  attempt: Attempt,
  actor: Actor,
  standing: SessionState | null,
  shown: { judged: Judged; door: Door },
): Pick<Breach, "command" | "persona" | "personaClass" | "attack" | "standing" | "statements"> => ({
  command: attempt.command,
  persona: actor.name,
  personaClass: actor.class,
  attack: attempt.attack,
  standing: standing?.name ?? "unset",
  statements: reproduce(environment, attempt, actor, shown, [
    ...(standing?.earlier ?? []),
    ...plainRequest(environment),
    ...(standing?.prelude ?? []),
  ]),
});

/** Record a fact worth knowing that is no breach. */
export function note(run: Run, code: string, about: string): void {
  run.notes.set(code, (run.notes.get(code) ?? new Set()).add(about));
}

function count(run: Run, cell: Cell, attempt: Attempt): void {
  run.cells += 1;
  const { outcome, judgement } = cell;
  const command = rowCommandOf(attempt);
  const key = tupleKey(cell.relation, command, cell.personaClass);
  const heat = run.heat.get(key) ?? {
    relation: cell.relation,
    command,
    personaClass: cell.personaClass,
    held: 0,
    heldByGrant: 0,
    breach: 0,
    expected: 0,
    notSettled: 0,
    notTried: 0,
    ownerUnknown: 0,
    control: 0,
  };
  run.heat.set(key, heat);
  const isForeign = attempt.judge.kind === "foreign";
  if (outcome.kind === "not settled") {
    heat.notSettled += 1;
    countCause(run.settling, outcome.cause);
    if (outcome.cause.kind === "not tried") heat.notTried += 1;
    if (outcome.cause.kind === "no rows") run.withoutRows.add(cell.relation);
    if (outcome.cause.kind === "owner unknown") {
      heat.ownerUnknown += 1;
      note(run, "whose-unknown", cell.relation);
    }
    if (isForeign) countTriple(run.settling, attempt, cell.persona, outcome.cause);
    return;
  }
  if (isForeign) countTriple(run.settling, attempt, cell.persona, null);
  if (judgement === "held" && outcome.kind === "denied" && outcome.by === "grant") {
    heat.heldByGrant += 1;
    run.heldByGrant += 1;
    run.held += 1;
  } else if (judgement === "held") {
    heat.held += 1;
    run.held += 1;
  } else if (judgement === "breach") {
    heat.breach += 1;
    run.breached += 1;
  } else if (judgement === "expected") {
    heat.expected += 1;
    run.expectedCells += 1;
  } else heat.control += 1;
}
