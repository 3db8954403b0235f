import { createHash } from "node:crypto";
import { matches } from "../config.ts";
import type { Attempt } from "./attempt.ts";
import type { Breach } from "./breach.ts";
import { causeOf, type Cause, type Opened } from "./cause.ts";
import type { Cell, Judgement, Outcome } from "./cell.ts";
import { DOORS } from "./doors.ts";
import type { Judged } from "./judge.ts";
import type { Actor } from "./personas.ts";
import { reproduce } from "./reproduce.ts";
import type { Run, Work } from "./run.ts";
import type { Standing } from "./standings.ts";

/** One cell: judged against what is declared, counted, and handed on. */
export function record(run: Run, work: Work, attempt: Attempt, judged: Judged): void {
  const { ground, options } = run;
  const { actor, standing } = work;
  const privilege = run.privileged.get(actor.name)?.get(attempt.relation);
  const direct = attempt.through.kind === "table" || attempt.through.kind === "partition";
  let outcome: Outcome = judged.outcome;
  let judgement: Judgement = attempt.judge.kind === "control" ? "not judged" : "held";
  if (direct && privilege === "above") {
    outcome = { kind: "not reached", why: `\`${actor.role}\` is above row security, so its statements prove nothing` };
    judgement = "not judged";
  } else if (outcome.kind === "not reached") judgement = "not judged";
  else if (crosses(run, attempt, actor, judged)) {
    const cause = causeOf(
      ground,
      attempt,
      actor,
      judged,
      opener(run, attempt, actor, standing),
      direct && privilege === "owner",
      {
        has: (relation, name) => run.open.has(`${relation} ${name}`),
      },
    );
    judgement = breach(run, cause, attempt, actor, standing, judged);
    if (standing === null && attempt.judge.kind === "foreign") {
      if (direct) run.open.add(`${attempt.relation} ${actor.name}`);
      run.openAttacks.add(`${attempt.relation} ${actor.name} ${attempt.attack}`);
    }
  }
  if (attempt.command === "TRUNCATE" && attempt.judge.kind === "control" && outcome.kind === "allowed")
    note(run, "truncate-by-platform", attempt.relation);
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
  count(run, cell);
  options.onCell(cell);
}

function crosses(run: Run, attempt: Attempt, actor: Actor, judged: Judged): boolean {
  if (attempt.judge.kind === "control") return false;
  const target = run.ground.targets.get(attempt.relation);
  const shared = Object.keys(run.options.config.shared).some((pattern) => matches(pattern, attempt.relation));
  if (shared && !["INSERT", "UPDATE", "DELETE", "MERGE", "TRUNCATE"].includes(attempt.command)) return false;
  if (judged.crosses) return true;
  // without row security it does not matter whose a row is: nothing holds anybody back
  const direct = attempt.through.kind === "table" || attempt.through.kind === "partition";
  return (
    direct &&
    attempt.judge.kind === "foreign" &&
    target !== undefined &&
    !target.rowSecurity &&
    target.own === null &&
    judged.outcome.kind === "allowed" &&
    actor.setup.length === 0
  );
}

/** A set variable is the cause only where the same statement does not cross without it. */
function opener(run: Run, attempt: Attempt, actor: Actor, standing: Standing | null): Opened | null {
  if (standing === null || run.openAttacks.has(`${attempt.relation} ${actor.name} ${attempt.attack}`)) return null;
  return standing.opened;
}

function breach(
  run: Run,
  cause: Cause,
  attempt: Attempt,
  actor: Actor,
  standing: Standing | null,
  judged: Judged,
): Judgement {
  const settled = settleDoor(run, cause, attempt, actor);
  // one cause for all that a table lets through by itself
  const key = TABLE_DOORS.has(settled.door) ? `table ${settled.object.name}` : `${settled.door} ${settled.object.name}`;
  const id = createHash("sha256").update(key).digest("hex").slice(0, 12);
  const declared = run.options.config.expected.find(
    (one) =>
      matches(one.object, settled.object.name) &&
      (one.door === undefined ||
        one.door === settled.door ||
        (TABLE_DOORS.has(one.door) && TABLE_DOORS.has(settled.door))),
  );
  if (declared) run.met.add(declared);
  const into: Map<string, Breach> = declared ? run.expected : run.breaches;
  const known = into.get(id);
  const relations = judged.relations.length > 0 ? judged.relations : [attempt.relation];
  if (known) {
    known.cells += 1;
    // what a plain member gets through as well needs no odd token
    if (known.door === "claims" && settled.door !== "claims")
      Object.assign(known, settled, telling(attempt, actor, standing), { hint: DOORS[settled.door].hint });
    if (!known.commands.includes(attempt.command)) known.commands.push(attempt.command);
    for (const relation of relations) if (!known.relations.includes(relation)) known.relations.push(relation);
  } else {
    const found: Breach = {
      id,
      ...settled,
      relation: relations[0] ?? attempt.relation,
      hint: DOORS[settled.door].hint,
      ...telling(attempt, actor, standing),
      commands: [attempt.command],
      relations: [...relations],
      cells: 1,
    };
    if (declared) run.expected.set(id, { ...found, reason: declared.reason });
    else run.breaches.set(id, found);
  }
  return declared ? "expected" : "breach";
}

const TABLE_DOORS = new Set<string>(["policy", "claims", "membership", "storage", "rls-off", "partition"]);

/** The cell that a breach is told by. */
const telling = (
  attempt: Attempt,
  actor: Actor,
  standing: Standing | null,
): Pick<Breach, "command" | "persona" | "personaClass" | "attack" | "standing" | "statements"> => ({
  command: attempt.command,
  persona: actor.name,
  personaClass: actor.class,
  attack: attempt.attack,
  standing: standing?.name ?? "unset",
  statements: reproduce(attempt, actor, standing?.prelude ?? []),
});

/** What a policy lets through has a name of its own where only odd tokens get through, or where somebody makes himself a member. */
function settleDoor(run: Run, cause: Cause, attempt: Attempt, actor: Actor): Cause {
  if (cause.door !== "policy") return cause;
  if (actor.class === "bad claims")
    return {
      ...cause,
      door: "claims",
      kind: actor.forged ? "token" : "tenancy",
      message: `policies of \`${cause.object.name}\` let rows of other tenants through for a token with ${actor.name}`,
    };
  const moved = attempt.command === "INSERT" || attempt.command === "UPDATE" || attempt.command === "MERGE";
  if (moved && run.ground.memberships.includes(cause.object.name))
    return {
      ...cause,
      door: "membership",
      message: `somebody can make himself a member of another tenant: \`${cause.object.name}\` takes the row`,
    };
  return cause;
}

/** Something worth knowing that is no breach. */
export function note(run: Run, code: string, about: string): void {
  run.notes.set(code, (run.notes.get(code) ?? new Set()).add(about));
}

function count(run: Run, cell: Cell): void {
  run.cells += 1;
  const key = `${cell.relation} ${cell.command} ${cell.personaClass}`;
  const heat = run.heat.get(key) ?? {
    relation: cell.relation,
    command: cell.command,
    personaClass: cell.personaClass,
    held: 0,
    breach: 0,
    expected: 0,
    notReached: 0,
    notJudged: 0,
  };
  run.heat.set(key, heat);
  if (cell.outcome.kind === "not reached") {
    heat.notReached += 1;
    run.notReached.set(cell.outcome.why, (run.notReached.get(cell.outcome.why) ?? 0) + 1);
  } else if (cell.judgement === "held") {
    heat.held += 1;
    run.held += 1;
  } else if (cell.judgement === "breach") {
    heat.breach += 1;
    run.breached += 1;
  } else if (cell.judgement === "expected") {
    heat.expected += 1;
    run.expectedCells += 1;
  } else heat.notJudged += 1;
}
