import type { NameKey } from "../../pg/name.ts";
import type { RowKey } from "../../pg/row-key.ts";
import { meaningOf } from "../../request/index.ts";
import type { Attempt, Answered, ChangedRow } from "../matrix/index.ts";
import { tupleKey, type Outcome, type TupleKey } from "../matrix/index.ts";
import { findIn, ofUnknown } from "../environment/index.ts";
import type { Actor } from "../personas/index.ts";
import type { Target } from "../environment/index.ts";
import type { Facts } from "./facts.ts";
import { outcomeOfError, type RaisedError } from "./errors.ts";

/** An outcome, and the part of it that crosses tenants. */
export interface Judged {
  outcome: Outcome;
  /** rows of another party were seen or changed, or the attempt did what its own judge calls a breach */
  crosses: boolean;
  /** the relations of the foreign rows, other than the attempt's own if a trigger or a function wrote elsewhere */
  relations: NameKey[];
  /** the relation in which it wrote another tenant's value into a row of the own tenant */
  wrote?: NameKey;
  /** rows of tenants that were there before were seen, and no other foreign ones: all tenants may share them */
  sawOthers?: true;
}

/**
 * The meaning of an answer: the owners of the rows that were reached. All rows are foreign to a persona without a
 * tenant.
 */
export function judge(attempt: Attempt, actor: Actor, answer: Answered, facts: Facts): Judged {
  if (answer.kind === "error") return judgeError(attempt, actor, answer, facts);
  const { targets } = facts;
  const target = targets.get(attempt.relation);
  const { said } = answer;
  if (attempt.known !== undefined && said.kind === "keys" && said.keys.length > 0 && !isKnown(attempt.known, said.keys))
    return { outcome: { kind: "not settled", cause: { kind: "owner unknown" } }, crosses: false, relations: [] };
  const reached = reachedBy(attempt, answer, target, actor, facts);
  const foreign = (actor.tenant === null ? reached.foreign + reached.own : reached.foreign) + reached.changedOthers;
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
      : { kind: "denied", by: "no row" };
  const relations = [...new Set([...reached.relations, ...(reached.found ? [reached.found.relation] : [])])];
  switch (attempt.judge.kind) {
    case "foreign":
      return {
        outcome,
        crosses: foreign > 0 || reached.found !== null,
        relations,
        ...(reached.found?.wrote === undefined ? {} : { wrote: reached.found.wrote }),
        ...(foreign === 0 && reached.seenOthers > 0 ? { sawOthers: true } : {}),
      };
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

function judgeError(attempt: Attempt, actor: Actor, error: RaisedError, facts: Facts): Judged {
  const meaning = meaningOf(error.sqlstate, error.message);
  const crosses =
    error.at === "statement" &&
    ((attempt.judge.kind === "duplicate" && meaning.kind === "constraint" && meaning.constraint === "unique") ||
      (attempt.judge.kind === "raises" && meaning.kind === "data"));
  if (crosses || (error.at === "statement" && attempt.answers?.includes(error.sqlstate) === true))
    return { outcome: { kind: "error", sqlstate: error.sqlstate }, crosses, relations: [] };
  // PostgreSQL's own refusals name objects, and never a value of a row
  const mayShow = meaning.kind === "data" || meaning.kind === "plpgsql" || meaning.kind === "other";
  const shown = mayShow && error.at === "statement" ? shownBy(attempt, actor, error, facts) : null;
  if (shown !== null)
    return {
      outcome: { kind: "allowed", own: 0, foreign: 1, evidence: shown.value },
      crosses: true,
      relations: [shown.relation],
    };
  return { outcome: outcomeOfError(attempt, actor, error, facts), crosses: false, relations: [] };
}

/** Another tenant's value in the message of an error: of a cast, or of what a trigger or a function raises. */
function shownBy(
  attempt: Attempt,
  actor: Actor,
  { message, detail }: RaisedError,
  { evidence }: Facts,
): Reached["found"] {
  if (attempt.judge.kind !== "foreign") return null;
  const echoes = [attempt.sql, ...(attempt.setup ?? []), actor.claims ?? ""];
  // the value stands in quotes, or follows a colon
  const words = [message, ...message.split(/["']|: /), detail];
  return (
    findIn(words, evidence.foreign, echoes) ?? (actor.tenant === null ? findIn(words, evidence.own, echoes) : null)
  );
}

const isKnown = ({ own, foreign }: NonNullable<Attempt["known"]>, keys: readonly RowKey[]): boolean =>
  keys.some((key) => own.has(key) || foreign.has(key));

interface Reached {
  own: number;
  foreign: number;
  /** rows of relations whose rows have no known owner */
  nobodys: number;
  /** rows without a tenant of relations whose rows have one */
  tenantless: number;
  /** rows of tenants that were there before */
  seenOthers: number;
  changedOthers: number;
  found: { value: string; relation: NameKey; wrote?: NameKey } | null;
  relations: NameKey[];
}

function reachedBy(
  attempt: Attempt,
  answer: Extract<Answered, { kind: "answer" }>,
  target: Target | undefined,
  actor: Actor,
  { evidence, targets }: Facts,
): Reached {
  const changed = countChanged(answer.changed);
  const { said } = answer;
  // a value that was passed in and is returned, or written, is no sign of a leak
  const echoes = [attempt.sql, ...(attempt.setup ?? []), ...(actor.setup ?? [])];
  const written = writtenIn(answer.changed, actor, evidence, echoes);
  if (said.kind === "keys") {
    const { keys } = said;
    if (!target || target.own === null) return { ...changed, nobodys: keys.length, seenOthers: 0, found: null };
    const known = attempt.known ?? { own: target.ownKeys, foreign: target.foreignKeys };
    const own = keys.filter((key) => known.own.has(key)).length;
    const foreign = keys.filter((key) => known.foreign.has(key)).length;
    const seenOthers = attempt.known === undefined ? keys.filter((key) => target.otherKeys.has(key)).length : 0;
    const relations = foreign > 0 ? [target.name] : [];
    return { own, foreign, nobodys: 0, tenantless: 0, seenOthers, changedOthers: 0, found: null, relations };
  }
  if (said.kind === "changes") {
    // if the probe observes nothing, the row count that PostgreSQL reports is used
    const rows = attempt.probe === null ? said.rows : 0;
    return { ...changed, nobodys: changed.nobodys + rows, seenOthers: 0, found: written };
  }
  const found =
    findIn(said.rows, evidence.foreign, echoes) ??
    written ??
    (actor.tenant === null ? findIn(said.rows, evidence.own, echoes) : null);
  const seen = found === null && findIn(said.rows, evidence.own, []) !== null ? 1 : 0;
  const unknown = found === null && seen === 0 && ofUnknown(attempt, targets) ? said.rows.length : 0;
  return {
    ...changed,
    own: changed.own + (actor.tenant === null ? 0 : seen),
    nobodys: changed.nobodys + unknown,
    seenOthers: 0,
    found,
  };
}

/**
 * Another tenant's value in a row of the own tenant that the statement wrote: it can be read there later. Rows of
 * another tenant that changed as well are the wider cause.
 */
function writtenIn(
  changed: readonly ChangedRow[],
  actor: Actor,
  evidence: Facts["evidence"],
  echoes: readonly string[],
): Reached["found"] {
  if (actor.tenant === null || changed.some(({ whose }) => whose === "f" || whose === "e")) return null;
  for (const { written, relation } of changed) {
    const found = written === null ? null : findIn([written], evidence.foreign, echoes);
    if (found !== null) return { ...found, wrote: relation };
  }
  return null;
}

/** Rows that were inserted, deleted or changed, each once. */
function countChanged(changed: readonly ChangedRow[]): Omit<Reached, "found" | "seenOthers"> {
  const rows = {
    o: new Set<TupleKey>(),
    f: new Set<TupleKey>(),
    x: new Set<TupleKey>(),
    n: new Set<TupleKey>(),
    e: new Set<TupleKey>(),
  };
  const relations = new Set<NameKey>();
  for (const { whose, relation, key } of changed) {
    rows[whose].add(tupleKey(relation, key));
    if (whose === "f" || whose === "e") relations.add(relation);
  }
  return {
    own: rows.o.size,
    foreign: rows.f.size,
    nobodys: rows.x.size,
    tenantless: rows.n.size,
    changedOthers: rows.e.size,
    relations: [...relations],
  };
}
