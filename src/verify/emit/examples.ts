import type { NameKey } from "../../pg/name.ts";
import { dollarQuote, quoteLiteral } from "../../pg/identifier.ts";
import { tupleKey, type Attempt, type TupleKey } from "../matrix/index.ts";
import type { Target, Targets } from "../environment/index.ts";
import type { Example } from "../run/index.ts";
import type { Expected, IsolationCheck, RowProbe, TestPersona } from "./isolation-tests.ts";
import { printedSql } from "./printed-sql.ts";
import { refreshed } from "./refreshed.ts";
import { notifyCheck } from "./notify.ts";
import { probeOf, probeOfOthers, tenantlessProbe } from "./probe.ts";

/** The most attacks on one object by one command that become tests. */
const MOST = 3;

/**
 * Keep the cells of a run that are breaches: for each object, relation and command, as a member and as everybody else,
 * a few attacks, each with the fewest variables that open it. A function that sets variables is one object, whatever it
 * opens.
 */
export function collectExamples(): { add: (example: Example) => void; all: () => Example[] } {
  const kept = new Map<TupleKey, Map<string, Example>>();
  return {
    add: (example) => {
      const { cause, attempt, actor } = example;
      // PostgreSQL before 15 has no MERGE, and the file may have to run there; it does what other statements do as well
      if (/^merge\b/.test(attempt.sql)) return;
      const isSetter = cause.door === "context-function";
      const where = isSetter ? [] : [attempt.relation, attempt.command];
      const key = tupleKey(cause.door, cause.object.name, actor.role, String(actor.tenant !== null), ...where);
      const known = kept.get(key) ?? new Map<string, Example>();
      kept.set(key, known);
      const attack = isSetter || cause.door === "session-variable" ? "" : attempt.attack;
      const first = known.get(attack);
      if (first ? needed(example) < needed(first) : known.size < MOST) known.set(attack, example);
    },
    all: () => [...kept.values()].flatMap((known) => [...known.values()]),
  };
}

/** The number of variables that have to be set before. */
const needed = ({ standing }: Example): number =>
  standing === null || standing.by.kind === "own values" ? 0 : standing.opened.settings.length;

/** A test of a breach: it fails while the breach is open, and passes after any correction. */
export function checkOfExample(example: Example, targets: Targets, shown: readonly string[]): IsolationCheck {
  const { attempt, actor, standing } = example;
  // COPY cannot run in a function; the query that it would copy can
  const target = attempt.query === undefined ? targets.get(attempt.relation) : undefined;
  const sql = attempt.query ?? (target ? printedSql(attempt, target) : attempt.sql);
  const before = [
    ...becoming(example),
    ...(standing?.by.kind === "leftover" ? (standing.earlier ?? []) : (standing?.prelude ?? [])),
  ];
  const told = example.cause.door === "notify" && target ? notifyCheck(target) : null;
  const expected = told?.expected ?? expectedOf(example, shown);
  const byRows = expected.kind === "nothing" || expected.kind === "not foreign" || expected.kind === "hides";
  const own = attempt.judge.kind === "own change" || isEmptied(example);
  return {
    relation: attempt.relation,
    persona: actor.name,
    attack: attempt.attack,
    setup: [...actor.setup, ...(attempt.setup ?? []), ...refreshed(attempt)],
    before,
    sql,
    // only that it succeeds counts, not what it returns
    answer:
      attempt.judge.kind === "success" ? "changes" : isByOtherColumns(attempt) ? "output" : emittedAnswer(attempt),
    probes: (byRows || own || attempt.judge.kind === "tenantless") && told === null ? probesFor(example, targets) : [],
    ...told,
    expected,
  };
}

/**
 * PostgreSQL asks the login of the session whether SET ROLE is allowed, and the login of a test may become any role: the
 * test asks for the persona's role. From PostgreSQL 16 on a membership may be without the right to SET ROLE.
 */
function becoming({ actor, standing }: Example): string[] {
  if (standing?.opened.kind !== "role" || standing.prelude.length === 0) return [];
  const right = "case when current_setting('server_version_num')::int < 160000 then 'MEMBER' else 'SET' end";
  const body = `begin
  if not pg_has_role(${quoteLiteral(actor.role)}, ${quoteLiteral(standing.opened.role)}, ${right}) then
    raise insufficient_privilege;
  end if;
end`;
  return [`do ${dollarQuote(body)}`];
}

export const personaOf = ({ actor }: Example): TestPersona => ({
  name: actor.name,
  role: actor.role,
  claims: actor.claims,
  member: actor.tenant !== null,
  only: true,
});

function expectedOf(example: Example, shown: readonly string[]): Expected {
  const { attempt, actor, judged, error } = example;
  if (error !== null) return { kind: "never", answers: `^error ${error}$` };
  if (isEmptied(example)) return { kind: "never", answers: "^(nothing|error 42501)$" };
  switch (attempt.judge.kind) {
    case "success":
      return { kind: "never", answers: `^(done|error (${["-----", ...(attempt.answers ?? [])].join("|")}))$` };
    case "duplicate":
      return { kind: "never", answers: "^error 23(505|P01)$" };
    case "raises":
      return { kind: "never", answers: "^error 22...$" };
    case "own change":
      return { kind: "never", answers: "^(own|foreign)$" };
    case "tenantless":
      return { kind: "never", answers: "^tenantless$" };
    default: {
      const { outcome } = judged;
      const unlike = unlikeOf(example);
      if (unlike !== null && shown.length === 0) return { kind: "same", sql: unlike };
      if (outcome.kind === "error") return { kind: "never", answers: `^error ${outcome.sqlstate}$` };
      // to a persona without a tenant every row is foreign
      const rows = actor.tenant === null ? "nothing" : "not foreign";
      return emittedAnswer(attempt) === "output" || shown.length > 0
        ? { kind: "hides", values: [...shown], rows }
        : { kind: rows };
    }
  }
}

/** An emitted file tells a CALL from a query by its text. */
export const emittedAnswer = ({ answer }: Attempt): IsolationCheck["answer"] => (answer === "row" ? "output" : answer);

/** True for a read of a role that may not read the key: the rows are recognized by values of the columns that it may read. */
export const isByOtherColumns = ({ known, answer }: Attempt): boolean => known !== undefined && answer === "keys";

/** The call whose answer differs, where that alone is what crosses: one with values of nobody. */
export const unlikeOf = ({ attempt }: Example): string | null =>
  attempt.form.kind === "call" && attempt.judge.kind === "foreign" ? (attempt.otherHalf ?? null) : null;

/** A policy without any expression lets nothing through: no error shows it. */
const isEmptied = ({ cause, error }: Example): boolean => cause.door === "unavailable" && error === null;

/** True if rows of a tenant beside the two may be what it reaches: it names no value of the second one's rows. */
function reachesOthers({ sql }: Attempt, { otherRows, ownRows, foreignRows }: Target): boolean {
  if (otherRows.length === 0) return false;
  const own = new Set(ownRows.flatMap((row) => Object.values(row)));
  const named = foreignRows.flatMap((row) => Object.values(row)).filter((value) => typeof value === "string");
  return !named.some((value) => !own.has(value) && sql.includes(quoteLiteral(value)));
}

function probesFor({ attempt, judged }: Example, targets: Targets): RowProbe[] {
  const known = (names: readonly string[]): RowProbe[] =>
    [...new Set(names)].flatMap((name) => {
      const target = targets.get(name as NameKey);
      return target ? [probeOf(target)] : [];
    });
  if (attempt.judge.kind === "tenantless") {
    const target = targets.get(attempt.relation);
    const probe = target ? tenantlessProbe(target) : null;
    return probe ? [probe] : [];
  }
  // the answer names rows of the relation alone
  if (attempt.answer === "keys") return known([attempt.relation]);
  const wrote = judged.wrote === undefined ? [] : [judged.wrote];
  const probes = known([attempt.relation, ...(attempt.behind ?? []), ...judged.relations, ...wrote]);
  const target = targets.get(attempt.relation);
  if (!target || attempt.answer !== "changes" || !reachesOthers(attempt, target)) return probes;
  return [probeOfOthers(target), ...probes.filter(({ name }) => name !== target.name)];
}
