import { statementOf } from "./statement.ts";
import { quoteLiteral } from "../../pg/identifier.ts";
import { relationKey, type NameKey } from "../../pg/name.ts";
import { isPlatformSchema } from "../../pg/platform-schemas.ts";
import type { Fixtures } from "../../fixtures/index.ts";
import { callables, functionAttempts, readAttempts, viewAttempts } from "../attacks/index.ts";
import type { Targets, TestEnvironment } from "../environment/index.ts";
import { judge } from "../judge/index.ts";
import { isPlain, runAttempts, tupleKey, type Attempt, type PlainForm } from "../matrix/index.ts";
import type { Actor } from "../personas/index.ts";
import { sourceOf, variableStates, verdictOf, type Example, type Run, type SessionState } from "../run/index.ts";
import type { Expected, IsolationCheck, RowProbe } from "./isolation-tests.ts";
import { probeOf } from "./probe.ts";
import { hiddenValues } from "./values.ts";

/** A statement by which nothing gets through today, and the variables that are set before it. */
interface Door {
  attempt: Attempt;
  standing: SessionState | null;
  expected: Expected;
  probes: RowProbe[];
}

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
    ...variableDoors(environment, targets, examples),
  ];
  const checks: IsolationCheck[] = [];
  for (const { attempt, standing, expected, probes } of doors) {
    const batch = {
      role: actor.role,
      claims: actor.claims ?? "",
      setup: [],
      prelude: [...emptied, ...(standing?.prelude ?? [])],
      preludeWrites: false,
      attempts: [attempt],
    };
    const [answer] = await environment.transaction(async () => runAttempts(environment.db, batch, run.probes));
    if (!answer) continue;
    const judged = judge(attempt, actor, answer, run.facts);
    const { judgement } = verdictOf(run, { actor, attempts: [], standing }, attempt, judged);
    // what is declared is no door, and what is open is a breach with tests of its own
    if (judged.crosses || judgement === "expected") continue;
    checks.push({
      relation: attempt.relation,
      persona: actor.name,
      attack: standing === null ? `${attempt.attack}, ${attempt.through.name}` : `${attempt.attack}, ${standing.name}`,
      setup: [],
      before: [...(standing?.prelude ?? [])],
      ...statementOf(attempt),
      probes,
      expected,
    });
  }
  return checks;
}

function objectDoors({ environment, facts }: Run, actor: Actor, targets: Targets, fixtures: Fixtures): Door[] {
  // values of rows that the file inserts
  const source = { ...sourceOf(environment), fixtures, targets };
  const calls = callables(environment.catalog, environment.facts, environment.setters, source).flatMap((callable) => {
    const attempts = functionAttempts(callable, actor, source);
    const about = (whose: string): Attempt | undefined =>
      attempts.find(({ form }) => form.kind === "call" && form.whose === whose);
    const attempt = about("foreign") ?? about("own");
    return attempt ? [attempt] : [];
  });
  const views = environment.catalog.relations
    .filter(
      ({ kind, schema }) =>
        (kind === "view" || kind === "materialized view") && !isPlatformSchema(environment.catalog, schema),
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
    return [{ attempt, standing: null, expected: { kind: "hides", values }, probes: behind.map(probeOf) }];
  });
}

function variableDoors(environment: TestEnvironment, targets: Targets, examples: readonly Example[]): Door[] {
  const { catalog, facts } = environment;
  const states = variableStates(environment).filter(
    ({ by }) => by.kind === "guess" || (by.kind === "victim's values" && by.way === "set_config"),
  );
  const namesOf = (setting: string): string[] => [
    quoteLiteral(setting),
    ...facts.filter((fn) => fn.reads.some((use) => use.setting === setting)).map(({ name }) => name),
  ];
  const open = new Set(
    examples
      .filter(({ cause, attempt }) => cause.door === "session-variable" && attempt.command === "SELECT")
      .map(({ attempt }) => attempt.relation),
  );
  const seen = new Set<string>();
  return states.flatMap((standing) =>
    [...targets.values()].flatMap((target): Door[] => {
      const texts = catalog.policies
        .filter((policy) => relationKey(policy) === target.name)
        .map(({ using, check }) => `${using ?? ""} ${check ?? ""}`);
      const words = standing.opened.settings.flatMap(namesOf);
      if (
        target.foreign === null ||
        open.has(target.name) ||
        !texts.some((text) => words.some((word) => text.includes(word)))
      )
        return [];
      const attempt = readAttempts(target, targets, environment.surface, {
        limited: target.own === null,
        prepared: false,
      }).find((one) => isPlain(one, READS));
      const key = tupleKey(target.name, ...standing.prelude);
      if (!attempt || seen.has(key)) return [];
      seen.add(key);
      return [{ attempt, standing, expected: { kind: "not foreign" }, probes: [probeOf(target)] }];
    }),
  );
}
