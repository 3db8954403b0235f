import { createHash } from "node:crypto";
import type { Attempt, Breach, Command } from "../matrix/index.ts";
import type { Cause, Judged } from "../judge/index.ts";
import { tupleKey, type Cell, DOORS, type Outcome } from "../matrix/index.ts";
import type { Actor } from "../personas/index.ts";
import { reproduce } from "../judge/index.ts";
import type { Run, Work } from "./state.ts";
import type { SessionState } from "./session-states.ts";
import { rowCommandOf, verdictOf, type Verdict } from "./verdict.ts";

/** Record one cell: judge it by the declared tenancy, count it, and hand it on. `refused`: see `verdictOf`. */
export function record(run: Run, work: Work, attempt: Attempt, judged: Judged, refused: boolean | null = null): void {
  const { actor, standing } = work;
  const verdict = verdictOf(run, work, attempt, judged, refused);
  const { outcome, judgement, cause, declared } = verdict;
  if (cause) {
    breach(run, cause, declared, attempt, actor, standing, judged);
    if (standing === null && attempt.judge.kind === "foreign") {
      if (attempt.through.kind === "table" || attempt.through.kind === "partition")
        run.open.add(tupleKey(attempt.relation, actor.name));
      run.openAttacks.add(tupleKey(attempt.relation, actor.name, attempt.attack));
    }
  }
  if (attempt.command === "TRUNCATE" && attempt.judge.kind === "control" && outcome.kind === "allowed")
    note(run, "truncate-by-platform", attempt.relation);
  if (verdict.unknown) note(run, "whose-unknown", attempt.relation);
  if (outcome.kind === "not reached" && outcome.by === "no-rows") run.withoutRows.add(attempt.relation);
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
  count(run, cell, rowCommandOf(attempt), verdict.unknown);
  run.options.onCell(cell);
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
  const key = TABLE_DOORS.has(cause.door) ? `table ${cause.object.name}` : `${cause.door} ${cause.object.name}`;
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
    if (plainer || wider) Object.assign(known, cause, telling(attempt, actor, standing), { hint });
    if (!known.commands.includes(attempt.command)) known.commands.push(attempt.command);
    for (const relation of relations) if (!known.relations.includes(relation)) known.relations.push(relation);
    return;
  }
  const found: Breach = {
    id,
    ...cause,
    relation: relations[0] ?? attempt.relation,
    hint,
    ...telling(attempt, actor, standing),
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
  attempt: Attempt,
  actor: Actor,
  standing: SessionState | null,
): Pick<Breach, "command" | "persona" | "personaClass" | "attack" | "standing" | "statements"> => ({
  command: attempt.command,
  persona: actor.name,
  personaClass: actor.class,
  attack: attempt.attack,
  standing: standing?.name ?? "unset",
  statements: reproduce(attempt, actor, standing?.prelude ?? []),
});

/** Record a fact worth knowing that is no breach. */
export function note(run: Run, code: string, about: string): void {
  run.notes.set(code, (run.notes.get(code) ?? new Set()).add(about));
}

function count(run: Run, cell: Cell, command: Command, unknown: boolean): void {
  run.cells += 1;
  const key = tupleKey(cell.relation, command, cell.personaClass);
  const heat = run.heat.get(key) ?? {
    relation: cell.relation,
    command,
    personaClass: cell.personaClass,
    held: 0,
    breach: 0,
    expected: 0,
    notReached: 0,
    notJudged: 0,
    unknown: 0,
  };
  run.heat.set(key, heat);
  if (cell.outcome.kind === "not reached") {
    heat.notReached += 1;
    const why = inFull(run, cell, cell.outcome);
    run.notReached.set(why, (run.notReached.get(why) ?? 0) + 1);
  } else if (cell.judgement === "held") {
    heat.held += 1;
    run.held += 1;
  } else if (cell.judgement === "breach") {
    heat.breach += 1;
    run.breached += 1;
  } else if (cell.judgement === "expected") {
    heat.expected += 1;
    run.expectedCells += 1;
  } else {
    heat.notJudged += 1;
    if (unknown) heat.unknown += 1;
  }
}

/** What failed before the statement has to do with its table: it is said with the first attack that it failed for. */
function inFull(run: Run, { relation, attack }: Cell, { by, why }: Extract<Outcome, { kind: "not reached" }>): string {
  if (by !== "set-up") return why;
  const key = tupleKey(why, relation);
  const first = run.setups.get(key) ?? attack;
  run.setups.set(key, first);
  return `${why}: ${relation}, ${first}`;
}
