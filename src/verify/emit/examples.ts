import type { NameKey } from "../../pg/name.ts";
import { tupleKey, type TupleKey } from "../matrix/index.ts";
import type { Targets, TestEnvironment } from "../environment/index.ts";
import { leftover, type Example } from "../run/index.ts";
import type { Expected, IsolationCheck, RowProbe, TestPersona } from "./isolation-tests.ts";
import { probeOf, tenantlessProbe } from "./probe.ts";
import { statementOf } from "./statement.ts";

/**
 * Keep the cells of a run that are breaches: for each object, relation and command the one that needs the fewest
 * variables, as the first persona that gets through. A function that sets variables is one object, whatever it opens.
 */
export function collectExamples(): { add: (example: Example) => void; all: () => Example[] } {
  const kept = new Map<TupleKey, Example>();
  return {
    add: (example) => {
      const { cause, attempt } = example;
      const where = cause.door === "context-function" ? [] : [attempt.relation, attempt.command];
      const key = tupleKey(cause.door, cause.object.name, ...where);
      const known = kept.get(key);
      if (known === undefined || needed(example) < needed(known)) kept.set(key, example);
    },
    all: () => [...kept.values()],
  };
}

/** The number of variables that have to be set before. */
const needed = ({ standing }: Example): number => standing?.opened.settings.length ?? 0;

/** A test of a breach: it fails while the breach is open, and passes after any correction. */
export function checkOfExample(
  environment: TestEnvironment,
  example: Example,
  targets: Targets,
  shown: readonly string[],
): IsolationCheck {
  const { attempt, actor, standing } = example;
  // COPY cannot run in a function; the query that it would copy can
  const statement = attempt.query === undefined ? statementOf(attempt) : { sql: attempt.query, answer: attempt.answer };
  const before =
    standing?.by.kind === "leftover" ? [...(leftover(environment)?.set ?? [])] : [...(standing?.prelude ?? [])];
  const expected = expectedOf(example, shown);
  const byRows = expected.kind === "nothing" || expected.kind === "not foreign" || expected.kind === "hides";
  const own = attempt.judge.kind === "own change" || isEmptied(example);
  return {
    relation: attempt.relation,
    persona: actor.name,
    attack: attempt.attack,
    setup: [...actor.setup, ...(attempt.setup ?? [])],
    before,
    ...statement,
    // only that it succeeds counts, not what it returns
    ...(attempt.judge.kind === "success" ? { sql: attempt.sql, answer: "changes" as const } : {}),
    probes: byRows || own || attempt.judge.kind === "tenantless" ? probesFor(example, targets) : [],
    expected,
  };
}

export const personaOf = ({ actor }: Example): TestPersona => ({
  name: actor.name,
  role: actor.role,
  claims: actor.claims,
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
      if (judged.unlike !== undefined && shown.length === 0) return { kind: "same", sql: judged.unlike };
      if (outcome.kind === "error") return { kind: "never", answers: `^error ${outcome.sqlstate}$` };
      if (attempt.answer === "output" || shown.length > 0) return { kind: "hides", values: [...shown] };
      return { kind: actor.tenant === null ? "nothing" : "not foreign" };
    }
  }
}

/** A policy without any expression lets nothing through: no error shows it. */
const isEmptied = ({ cause, error }: Example): boolean => cause.door === "unavailable" && error === null;

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
  return known([attempt.relation, ...(attempt.behind ?? []), ...judged.relations]);
}
