import { quoteLiteral } from "../../pg/identifier.ts";
import { relationKey, type NameKey } from "../../pg/name.ts";
import { isPlatformRelation } from "../../pg/platform-objects.ts";
import type { Fixtures } from "../../fixtures/index.ts";
import { functionAttempts, readAttempts, viewAttempts } from "../attacks/index.ts";
import type { Targets, TestEnvironment } from "../environment/index.ts";
import { meaningOf } from "../../request/index.ts";
import { judge } from "../judge/index.ts";
import { isPlain, runAttempts, tupleKey, type Attempt, type PlainForm, type TupleKey } from "../matrix/index.ts";
import type { Actor } from "../personas/index.ts";
import {
  callablesOf,
  sourceOf,
  variableStates,
  verdictOf,
  type Example,
  type Run,
  type SessionState,
} from "../run/index.ts";
import { emittedAnswer } from "./examples.ts";
import type { Expected, IsolationCheck, RowProbe } from "./isolation-tests.ts";
import { refreshed } from "./refreshed.ts";
import { printedSql } from "./printed-sql.ts";
import { probeOf } from "./probe.ts";
import { hiddenValues } from "./values.ts";

/** A statement by which nothing gets through today, and the variables that are set before it. */
interface Door {
  attempt: Attempt;
  standing: SessionState | null;
  expected: Expected;
  probes: RowProbe[];
}

/** The most characters of a state's name in a title. */
const LONGEST = 80;

/** The most values of one variable that are tried on one table. */
const MOST = 3;

const READ = { limited: true, prepared: false };
const READS = new Set<PlainForm>(["read"]);

/**
 * One test, as a member, of each function and view through which another tenant's rows are out of reach, and of each
 * table with each variable that decides on its rows set to another tenant's value.
 */
export async function doorChecks(
  run: Run,
  targets: Targets,
  fixtures: Fixtures,
  emptied: readonly string[],
  examples: readonly Example[],
): Promise<IsolationCheck[]> {
  const { environment } = run;
  const actor = run.actors.find(({ class: cls, truth }) => cls === "member" && truth === null);
  if (!actor) return [];
  const known = new Set(examples.map(({ attempt }) => attempt.through.name as string));
  const doors = [
    ...objectDoors(run, actor, targets, fixtures).filter(({ attempt }) => !known.has(attempt.through.name)),
    ...variableDoors(environment, targets).filter(({ standing }) => !isEmpty(standing, emptied)),
  ];
  const checks: IsolationCheck[] = [];
  for (const { attempt, standing, expected, probes } of doors) {
    const batch = {
      role: actor.role,
      claims: actor.claims ?? "",
      setup: refreshed(attempt),
      prelude: [...emptied, ...(standing?.prelude ?? [])],
      preludeWrites: false,
      attempts: [attempt],
    };
    const [answer] = await environment.transaction(async () => runAttempts(environment.db, batch, run.probes));
    // a constraint comes after the policies, and another row of the file may not run into it
    if (!answer || (answer.kind === "error" && meaningOf(answer.sqlstate).kind === "constraint")) continue;
    const judged = judge(attempt, actor, answer, run.facts);
    const { judgement } = verdictOf(run, { actor, attempts: [], standing }, attempt, judged);
    // what is declared is no door, and what is open is a breach with tests of its own
    if (judged.crosses || judgement === "expected") continue;
    checks.push({
      relation: attempt.relation,
      persona: actor.name,
      attack:
        standing === null
          ? `${attempt.attack}, ${attempt.through.name}`
          : `${attempt.attack}, ${shortened(standing.name)}`,
      setup: refreshed(attempt),
      before: [...(standing?.prelude ?? [])],
      sql: standing === null ? attempt.sql : printedIn(attempt, targets),
      answer: emittedAnswer(attempt),
      probes,
      expected,
    });
  }
  return checks;
}

/** A title that fits on a line, of a variable whose value is a document. */
const shortened = (name: string): string => (name.length > LONGEST ? `${name.slice(0, LONGEST)}…` : name);

function printedIn(attempt: Attempt, targets: Targets): string {
  const target = targets.get(attempt.relation);
  return target ? printedSql(attempt, target) : attempt.sql;
}

function objectDoors({ environment, facts }: Run, actor: Actor, targets: Targets, fixtures: Fixtures): Door[] {
  const source = sourceOf(environment);
  const calls = callablesOf(environment).flatMap((callable) => {
    const attempts = functionAttempts(callable, actor, source);
    const about = (whose: string): Attempt | undefined =>
      attempts.find(({ form }) => form.kind === "call" && form.whose === whose);
    const attempt = about("foreign") ?? about("own");
    return attempt ? [attempt] : [];
  });
  const views = environment.catalog.relations
    .filter(
      (relation) =>
        (relation.kind === "view" || relation.kind === "materialized view") &&
        !isPlatformRelation(environment.catalog, relation),
    )
    .flatMap((view) => viewAttempts(view, environment.surface, environment.targets).slice(0, 1));
  return [...calls, ...views].flatMap((attempt): Door[] => {
    const behind = [...new Set([attempt.relation, ...(attempt.behind ?? [])])].flatMap((name) => {
      const target = targets.get(name as NameKey);
      return target?.foreign === null || target === undefined ? [] : [target];
    });
    if (behind.length === 0) return [];
    const values = hiddenValues(
      attempt,
      behind.map(({ name }) => name),
      facts,
      fixtures,
    );
    return [
      {
        attempt,
        standing: null,
        expected: { kind: "hides", values, rows: "not foreign" },
        probes: behind.map(probeOf),
      },
    ];
  });
}

/** True for the state in which each check starts. */
const isEmpty = (standing: SessionState | null, emptied: readonly string[]): boolean =>
  standing !== null && standing.prelude.every((sql) => emptied.includes(sql));

function variableDoors(environment: TestEnvironment, targets: Targets): Door[] {
  const { catalog, facts } = environment;
  const states = variableStates(environment).filter(
    ({ by }) => by.kind === "guess" || (by.kind === "victim's values" && by.way === "set_config"),
  );
  const namesOf = (setting: string): string[] => [
    quoteLiteral(setting),
    ...facts.filter((fn) => fn.reads.some((use) => use.setting === setting)).map(({ name }) => name),
  ];
  const seen = new Set<string>();
  const some = new Map<TupleKey, number>();
  return states.flatMap((standing) =>
    [...targets.values()].flatMap((target): Door[] => {
      const texts = catalog.policies
        .filter((policy) => relationKey(policy) === target.name)
        .map(({ using, check }) => `${using ?? ""} ${check ?? ""}`);
      const words = standing.opened.settings.flatMap(namesOf);
      if (target.foreign === null || !texts.some((text) => words.some((word) => text.includes(word)))) return [];
      const attempt = readAttempts(target, targets, environment.surface, READ).find((one) => isPlain(one, READS));
      const key = tupleKey(target.name, ...standing.prelude);
      const place = tupleKey(target.name, ...standing.opened.settings);
      const count = some.get(place) ?? 0;
      if (!attempt || seen.has(key) || count === MOST) return [];
      seen.add(key);
      some.set(place, count + 1);
      return [{ attempt, standing, expected: { kind: "not foreign" }, probes: [probeOf(target)] }];
    }),
  );
}
