import type { Config } from "../../config.ts";
import { insertRecorded, VALUES_FORM } from "../../fixtures/index.ts";
import { isSettable } from "../../pg/context.ts";
import { quoteLiteral } from "../../pg/identifier.ts";
import { rowKey } from "../../pg/row-key.ts";
import { relationKey, type NameKey } from "../../pg/name.ts";
import { meaningOf } from "../../request/index.ts";
import { deleteAttempts, insertAttempts, readAttempts, updateAttempts } from "../attacks/index.ts";
import { isDocument, type Targets, type TestEnvironment, type Target } from "../environment/index.ts";
import { judge } from "../judge/index.ts";
import {
  isPlain,
  type PlainForm,
  probesOf,
  runAttempts,
  tupleKey,
  type Answered,
  type Attempt,
  type Subject,
  type TupleKey,
} from "../matrix/index.ts";
import { actorsFor, type Actor } from "../personas/index.ts";
import {
  ownState,
  prepare,
  privilegesOf,
  rowCommandOf,
  settleLater,
  verdictOf,
  type Example,
  type SessionState,
} from "../run/index.ts";
import { doorChecks } from "./doors.ts";
import { checkOfExample, isByOtherColumns, personaOf, unlikeOf } from "./examples.ts";
import type { Expected, IsolationCheck, IsolationTests, TestPersona } from "./isolation-tests.ts";
import { printedSql } from "./printed-sql.ts";
import { neededRows } from "./needed-rows.ts";
import { probeOf } from "./probe.ts";
import { fixturesToPrint, steadyFixtures, steadyKey, steadyTarget } from "./steady.ts";
import { withSteadyValues } from "./steady-values.ts";
import { tellsMore, type Tried } from "./telling.ts";
import { shownKeys, shownValues } from "./values.ts";

/** The statements that each persona tries in the emitted tests: enough to notice a policy that changes, few enough to be read. */
const isChosen = ({ form }: Attempt): boolean => form.kind === "plain" || form.kind === "with value";

const READ = { limited: true, prepared: true };

const ON_OWN = new Set<PlainForm>(["insert own", "insert own again", "update own", "delete own"]);

/** Those that are tried where a breach is open, which has tests of its own. */
const WHERE_OPEN = new Set<PlainForm>(["read", "insert foreign", "update foreign", "move own", "delete foreign"]);

/** A persona, and the variables that it comes with. */
interface Sender {
  actor: Actor;
  name: string;
  standing: SessionState | null;
}

/**
 * The tests of an environment: each breach of the run (`examples`) fails until it is closed; own access that works
 * reaches own rows; rows of another tenant stay out of reach, by tables, views, functions and variables. The same
 * environment gives the same tests.
 */
export async function isolationTests(
  environment: TestEnvironment,
  title: string,
  config: Config["verify"],
  examples: readonly Example[],
): Promise<IsolationTests> {
  const run = await prepare(environment, {
    config,
    liveRole: false,
    onCell: () => {},
    progress: { done: () => {}, tick: () => {} },
    otherClient: null,
  });
  await settleLater(run);
  const actors = actorsFor(environment.catalog, environment.context, environment.fixtures).filter(isTried);
  const fixtures = neededRows(environment, steadyFixtures(environment), examples);
  const targets = new Map<Subject, Target>();
  for (const target of environment.targets.values())
    targets.set(target.name, await steadyKey(environment, steadyTarget(target, fixtures)));
  const probes = probesOf(targets.values());
  const variables = new Set([
    ...environment.context.variables.filter(isSettable).map(({ setting }) => setting),
    ...environment.unmapped.map(({ setting }) => setting),
  ]);
  // as on a pooled connection that has served another request before: empty, never unset; headers are an object always
  const emptied = [...variables].map(
    (name) => `select set_config(${quoteLiteral(name)}, ${quoteLiteral(isDocument(name) ? "{}" : "")}, true)`,
  );
  const members = actors.filter(({ class: cls }) => cls === "member");
  const senders: Sender[] = actors.flatMap((actor): Sender[] => {
    const own = actor.class === "member" ? ownState(run, actor) : null;
    return [
      { actor, name: actor.name, standing: null },
      ...(own === null ? [] : [{ actor, name: `${actor.name}, with its variables`, standing: own }]),
    ];
  });
  const opened = new Set(examples.map(({ attempt }) => tupleKey(attempt.relation, rowCommandOf(attempt))));
  // a correction that takes the right to read away stops updates and deletes with a condition as well
  const isOpen = (attempt: Attempt): boolean =>
    opened.has(tupleKey(attempt.relation, rowCommandOf(attempt))) ||
    (attempt.command !== "INSERT" && opened.has(tupleKey(attempt.relation, "SELECT")));
  const tried: Tried[] = [];
  const reached = new Set<TupleKey>();
  const richer = new Set<string>();
  for (const target of targets.values())
    for (const { actor, name, standing } of senders) {
      // a persona without a tenant owns no row: it tries what the first member does
      const author = actor.tenant === null ? (members[0] ?? actor) : actor;
      const attempts = attemptsOn(target, author, targets, environment);
      const batch = {
        role: actor.role,
        claims: actor.claims ?? "",
        setup: [],
        prelude: [...emptied, ...(standing?.prelude ?? [])],
        preludeWrites: false,
        attempts,
      };
      const answers = await environment.transaction(async () => runAttempts(environment.db, batch, probes));
      // what a role with a breach of its own reaches of its rows, it may reach by the same way
      const isOpenTo =
        actor.class === "other role" &&
        attempts.some((attempt, index) => {
          const answer = answers[index];
          if (!answer) return false;
          const judged = judge(attempt, actor, answer, run.facts);
          return verdictOf(run, { actor, attempts: [], standing }, attempt, judged).judgement === "breach";
        });
      for (const [index, attempt] of attempts.entries()) {
        const answer = answers[index];
        if (!answer || (answer.kind === "error" && answer.at === "setup")) continue;
        const judged = judge(attempt, actor, answer, run.facts);
        const verdict = verdictOf(run, { actor, attempts: [], standing }, attempt, judged);
        // rows that all tenants share are no right of anybody's to be tested
        const isShared = verdict.judgement !== "breach" && reachedBy(answer, target).foreign > 0;
        if (verdict.judgement === "expected" || isShared) continue;
        const isConstraint = answer.kind === "error" && meaningOf(answer.sqlstate).kind === "constraint";
        const open = isOpen(attempt) || verdict.judgement === "breach" || isOpenTo;
        // a constraint on its own row: the policies have let it through
        const onOwn: Expected = { kind: isPlain(attempt, ON_OWN) ? "own" : "not foreign" };
        const expected =
          isConstraint && !open && actor.tenant !== null ? onOwn : expectedOf(actor, attempt, answer, target, open);
        const cell = tupleKey(attempt.relation, actor.name, attempt.attack);
        if (expected.kind === "own" && standing === null) reached.add(cell);
        else if (expected.kind === "own" && !reached.has(cell)) richer.add(name);
        if (isOpen(attempt) && !isPlain(attempt, WHERE_OPEN)) continue;
        const constraint = isConstraint || (expected.kind !== "nothing" && expected.kind !== "own");
        const check = { ...checkOf(attempt, name, target), expected, constraint };
        tried.push({ check, form: attempt.form });
      }
    }
  // a persona with variables is worth its tests only if they let it reach rows of its own
  const isWorth = ({ check }: Tried): boolean =>
    senders.every(({ name, standing }) => name !== check.persona || standing === null || richer.has(name));
  const kept = tried.filter(isWorth);
  const breaches = await exampleChecks(environment, examples, targets, run.facts, fixtures);
  const doors = await doorChecks(run, targets, fixtures, emptied, examples);
  const personas = new Map<string, TestPersona>();
  for (const { actor, name, standing } of senders)
    if (standing === null || richer.has(name))
      personas.set(name, {
        name,
        role: actor.role,
        claims: actor.claims,
        ...settingsOf(standing, actor, environment),
        member: actor.tenant !== null,
      });
  for (const example of examples)
    if (!personas.has(example.actor.name)) personas.set(example.actor.name, personaOf(example));
  const tests: IsolationTests = {
    title,
    fixtures: insertRecorded(
      fixturesToPrint(fixtures, environment.catalog),
      environment.catalog,
      new Set(environment.surface.rules.map(relationKey)),
      VALUES_FORM,
    ),
    personas: [...personas.values()],
    checks: [...kept.filter(tellsMore(kept)).map(({ check }) => check), ...breaches, ...doors],
    guarded: await guardedFor(environment, actors),
    variables: [...variables],
  };
  return withSteadyValues(tests, fixtures);
}

const attemptsOn = (target: Target, actor: Actor, targets: Targets, environment: TestEnvironment): Attempt[] =>
  [
    ...readAttempts(target, targets, environment.surface, READ),
    ...insertAttempts(target, actor, environment.tenantSetting),
    ...updateAttempts(target, actor, environment.tenantSetting, true),
    ...deleteAttempts(target, actor, true),
  ]
    .filter(isChosen)
    .map((attempt): Attempt => ({
      ...attempt,
      sql: printedSql(attempt, target),
      probe: attempt.probe && { kind: "relation", name: target.name },
    }));

const isTried = (actor: Actor): boolean =>
  actor.truth === null && (actor.class !== "bad claims" || actor.token !== null);

const settingsOf = (
  standing: SessionState | null,
  { member }: Actor,
  { context }: TestEnvironment,
): Pick<TestPersona, "settings"> => {
  if (standing === null) return {};
  const own = context.variables.filter(isSettable).flatMap(({ setting }): [string, string][] => {
    const value = member?.values[setting];
    return value === undefined ? [] : [[setting, value]];
  });
  return { settings: Object.fromEntries(own) };
};

const checkOf = (attempt: Attempt, persona: string, target: Target): Omit<IsolationCheck, "expected"> => ({
  relation: attempt.relation,
  persona,
  attack: attempt.attack,
  setup: attempt.setup ?? [],
  before: [],
  sql: attempt.sql,
  answer: attempt.answer,
  probes: [probeOf(target)],
});

/** The answers that pass: those of today as far as they are a right of the persona, and no row of another tenant. */
function expectedOf(actor: Actor, { command }: Attempt, answer: Answered, target: Target, open: boolean): Expected {
  const { own, foreign, unknown } = reachedBy(answer, target);
  // to a persona without a tenant every row is foreign
  if (open || foreign > 0) return { kind: actor.tenant === null && target.own !== null ? "nothing" : "not foreign" };
  const isThere = command === "INSERT" || reachesPrinted(answer, target);
  if (own > 0) return { kind: actor.tenant === null ? "nothing" : isThere ? "own" : "not foreign" };
  return { kind: unknown > 0 ? (isThere ? "rows" : "not foreign") : "nothing" };
}

function reachedBy(answer: Answered, target: Target): { own: number; foreign: number; unknown: number } {
  if (answer.kind === "error") return { own: 0, foreign: 0, unknown: 0 };
  const { said, changed } = answer;
  if (said.kind === "keys") {
    if (target.own === null) return { own: 0, foreign: 0, unknown: said.keys.length };
    const count = (keys: ReadonlySet<string>): number => said.keys.filter((key) => keys.has(key)).length;
    return { own: count(target.ownKeys), foreign: count(target.foreignKeys), unknown: 0 };
  }
  const count = (is: string): number => changed.filter(({ whose }) => whose === is).length;
  return { own: count("o"), foreign: count("f"), unknown: count("x") };
}

/** True if a row that the file inserts is among those that an answer reached; others are not there when it runs. */
function reachesPrinted(answer: Answered, { primaryKey, ownRows, foreignRows }: Target): boolean {
  if (answer.kind === "error") return false;
  const rows = [...ownRows, ...foreignRows];
  if (primaryKey.length === 0) return rows.length > 0;
  const printed = new Set(rows.map((row) => rowKey(primaryKey.map((name) => String(row[name])))));
  const { said, changed } = answer;
  return said.kind === "keys" ? said.keys.some((key) => printed.has(key)) : changed.some(({ key }) => printed.has(key));
}

/** True if what crosses may be a value in the output or in an error. */
const showsValues = ({ attempt, judged: { outcome } }: Example): boolean =>
  attempt.judge.kind === "foreign" &&
  (attempt.answer !== "keys" || isByOtherColumns(attempt) || (outcome.kind === "allowed" && outcome.evidence !== null));

async function exampleChecks(
  environment: TestEnvironment,
  examples: readonly Example[],
  targets: Targets,
  facts: Parameters<typeof shownValues>[3],
  fixtures: TestEnvironment["fixtures"],
): Promise<IsolationCheck[]> {
  const checks: IsolationCheck[] = [];
  for (const example of examples) {
    const { actor, attempt, standing } = example;
    let shown: string[] = [];
    if (showsValues(example)) {
      const batch = {
        role: actor.role,
        claims: actor.claims,
        setup: actor.setup,
        prelude: standing?.prelude ?? [],
        preludeWrites: standing?.opened.kind === "function",
        attempts: [{ ...attempt, probe: null }],
      };
      const [answer] = await environment.transaction(async () => runAttempts(environment.db, batch, new Map()));
      if (answer)
        shown = isByOtherColumns(attempt)
          ? shownKeys(attempt, answer)
          : shownValues(attempt, actor.tenant, answer, facts, fixtures);
      // a value that is another in each run is better than none: without one the test would pass while it is open
      const { outcome } = example.judged;
      const seen = outcome.kind === "allowed" && unlikeOf(example) === null ? outcome.evidence : null;
      if (shown.length === 0 && seen !== null) shown = [seen];
    }
    checks.push(checkOfExample(environment, example, targets, shown));
  }
  return checks;
}

/** Relations whose row security holds for every persona. */
async function guardedFor(environment: TestEnvironment, actors: readonly Actor[]): Promise<NameKey[]> {
  const loose = new Set<Subject>();
  for (const actor of actors) for (const name of (await privilegesOf(environment, actor)).keys()) loose.add(name);
  return [...environment.targets.values()]
    .filter(({ rowSecurity, name }) => rowSecurity && !loose.has(name))
    .map(({ name }) => name);
}
