import type { NameKey } from "../../pg/name.ts";
import { meaningOf, type ConstraintKind, type ErrorMeaning } from "../../request/index.ts";
import type { Attempt, Answered, ChangedRow } from "../matrix/index.ts";
import { tupleKey, type Outcome, type TupleKey } from "../matrix/index.ts";
import { findIn, type Evidence } from "../environment/index.ts";
import type { Actor } from "../personas/index.ts";
import type { Target, Targets } from "../environment/index.ts";

/** An outcome, and the part of it that crosses tenants. */
export interface Judged {
  outcome: Outcome;
  /** rows of another party were seen or changed, or the attempt did what its own judge calls a breach */
  crosses: boolean;
  /** the relations of the foreign rows, other than the attempt's own if a trigger or a function wrote elsewhere */
  relations: NameKey[];
}

/**
 * The meaning of an answer: the owners of the rows that were reached. All rows are foreign to a persona without a
 * tenant.
 */
export function judge(attempt: Attempt, actor: Actor, answer: Answered, targets: Targets, evidence: Evidence): Judged {
  if (answer.kind === "error") return judgeError(attempt, answer);
  const target = targets.get(attempt.relation);
  const reached = reachedBy(attempt, answer, target, actor, evidence);
  const foreign = actor.tenant === null ? reached.foreign + reached.own : reached.foreign;
  const own = actor.tenant === null ? 0 : reached.own;
  const succeeded = attempt.judge.kind === "success";
  const outcome: Outcome =
    foreign + own + reached.nobodys + reached.tenantless > 0 || reached.found !== null || succeeded
      ? {
          kind: "allowed",
          own: own + reached.nobodys + reached.tenantless,
          foreign,
          evidence: reached.found?.value ?? null,
        }
      : { kind: "denied" };
  const relations = [...new Set([...reached.relations, ...(reached.found ? [reached.found.relation] : [])])];
  switch (attempt.judge.kind) {
    case "foreign":
      return { outcome, crosses: foreign > 0 || reached.found !== null, relations };
    case "success":
      return { outcome, crosses: true, relations };
    case "own change":
      return { outcome, crosses: own > 0, relations };
    case "tenantless":
      return { outcome, crosses: reached.tenantless > 0, relations };
    default:
      return { outcome, crosses: false, relations };
  }
}

function judgeError(attempt: Attempt, { sqlstate, at, message }: Extract<Answered, { kind: "error" }>): Judged {
  const no = (outcome: Outcome): Judged => ({ outcome, crosses: false, relations: [] });
  const meaning = meaningOf(sqlstate, message);
  // the role is taken before the variables are set
  if (meaning.kind === "set role")
    return no({ kind: "not reached", by: "role", why: "the login may not become the persona's role" });
  if (at === "setup" || at === "prelude")
    return no({
      kind: "not reached",
      by: at === "setup" ? "set-up" : "variable",
      why: at === "setup" ? `its set-up raised ${sqlstate}` : `what sets the variable raised ${sqlstate}`,
    });
  if (at === "probe")
    return no({
      kind: "not reached",
      by: "probe",
      why: `the login could not look at the rows afterwards (${sqlstate})`,
    });
  switch (meaning.kind) {
    // "must be owner of" and "permission denied" are denials
    case "row security":
    case "grant":
    case "privilege":
      return no({ kind: "denied" });
    case "read-only":
      return no({ kind: "not reached", by: "limit", why: "the transaction is read-only" });
    case "timeout":
      return no({ kind: "not reached", by: "limit", why: `it ran into ${meaning.of}_timeout` });
    case "too many connections":
      return no({ kind: "not reached", by: "limit", why: "the server has no connection left" });
    default:
  }
  const crosses =
    (attempt.judge.kind === "duplicate" && meaning.kind === "constraint" && meaning.constraint === "unique") ||
    (attempt.judge.kind === "raises" && meaning.kind === "data");
  const between = crosses || attempt.answers?.includes(sqlstate) ? null : stoodBetween(attempt, meaning, sqlstate);
  if (between !== null) return no({ kind: "not reached", by: "constraint", why: between });
  return { outcome: { kind: "error", sqlstate }, crosses, relations: [] };
}

/**
 * The error that ended a statement before policies could deny it; null: there is none. PostgreSQL checks policies
 * before it checks constraints.
 */
function stoodBetween(attempt: Attempt, meaning: ErrorMeaning, sqlstate: string): string | null {
  const constraint = meaning.kind === "constraint" ? CONSTRAINTS[meaning.constraint] : undefined;
  if (attempt.through.kind === "function")
    return constraint !== undefined || isCallError(meaning)
      ? `a call of ${attempt.through.name} raised ${sqlstate}`
      : null;
  return constraint === undefined ? null : `${constraint} was in the way (${sqlstate})`;
}

const CONSTRAINTS: Partial<Record<ConstraintKind, string>> = {
  "not null": "a NOT NULL column",
  "foreign key": "a foreign key",
  unique: "a unique key",
  check: "a CHECK",
  exclusion: "an exclusion constraint",
};

/** Values that the function cannot use, names that it does not find, errors that it raises itself. */
const isCallError = (meaning: ErrorMeaning): boolean =>
  meaning.kind === "data" ||
  (meaning.kind === "undefined" && meaning.what !== "object") ||
  (meaning.kind === "plpgsql" && meaning.by === "raise");

interface Reached {
  own: number;
  foreign: number;
  /** rows of relations whose rows have no known owner */
  nobodys: number;
  /** rows without a tenant of relations whose rows have one */
  tenantless: number;
  found: { value: string; relation: NameKey } | null;
  relations: NameKey[];
}

function reachedBy(
  attempt: Attempt,
  answer: Extract<Answered, { kind: "answer" }>,
  target: Target | undefined,
  actor: Actor,
  evidence: Evidence,
): Reached {
  const changed = countChanged(answer.changed);
  const { said } = answer;
  if (said.kind === "keys") {
    const { keys } = said;
    if (!target || target.own === null) return { ...changed, nobodys: keys.length, found: null };
    const own = keys.filter((key) => target.ownKeys.has(key)).length;
    const foreign = keys.filter((key) => target.foreignKeys.has(key)).length;
    return { own, foreign, nobodys: 0, tenantless: 0, found: null, relations: foreign > 0 ? [target.name] : [] };
  }
  if (said.kind === "changes") {
    // if the probe observes nothing, the row count that PostgreSQL reports is used
    const rows = attempt.probe === null ? said.rows : 0;
    return { ...changed, nobodys: changed.nobodys + rows, found: null };
  }
  // a value that was passed in and is returned is no sign of a leak
  const echoes = [attempt.sql];
  const found =
    findIn(said.rows, evidence.foreign, echoes) ??
    (actor.tenant === null ? findIn(said.rows, evidence.own, echoes) : null);
  const seen = found === null && findIn(said.rows, evidence.own, []) !== null ? 1 : 0;
  return { ...changed, own: changed.own + (actor.tenant === null ? 0 : seen), found };
}

/** Rows that were inserted, deleted or changed, each once. */
function countChanged(changed: readonly ChangedRow[]): Omit<Reached, "found"> {
  const rows = { o: new Set<TupleKey>(), f: new Set<TupleKey>(), x: new Set<TupleKey>(), n: new Set<TupleKey>() };
  const relations = new Set<NameKey>();
  for (const { whose, relation, key } of changed) {
    rows[whose].add(tupleKey(relation, key));
    if (whose === "f") relations.add(relation);
  }
  return {
    own: rows.o.size,
    foreign: rows.f.size,
    nobodys: rows.x.size,
    tenantless: rows.n.size,
    relations: [...relations],
  };
}
