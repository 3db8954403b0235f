import type { Config } from "../../config.ts";
import { insertRecorded } from "../../fixtures/index.ts";
import { isSettable } from "../../pg/context.ts";
import { quoteLiteral } from "../../pg/identifier.ts";
import { relationKey, type NameKey } from "../../pg/name.ts";
import { ownSettings } from "../attacks/index.ts";
import { isDocument, type TestEnvironment, type Target } from "../environment/index.ts";
import type { Subject } from "../matrix/index.ts";
import { actorsFor, type Actor } from "../personas/index.ts";
import { prepare, privilegesOf, settleLater, type Example } from "../run/index.ts";
import { doorChecks } from "./doors.ts";
import { exampleChecks } from "./example-checks.ts";
import { personaOf } from "./examples.ts";
import type { IsolationTests, TestPersona } from "./isolation-tests.ts";
import { neededRows } from "./needed-rows.ts";
import { fixturesToPrint, steadyFixtures, steadyKey, steadyTarget } from "./steady.ts";
import { withSteadyValues } from "./steady-values.ts";
import { sendersOf, tableChecks, type Sender } from "./table-checks.ts";

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
  const variables = new Set([
    ...environment.context.variables.filter(isSettable).map(({ setting }) => setting),
    ...environment.unmapped.map(({ setting }) => setting),
  ]);
  // as on a pooled connection that has served another request before: empty, never unset; headers are an object always
  const emptied = [...variables].map(
    (name) => `select set_config(${quoteLiteral(name)}, ${quoteLiteral(isDocument(name) ? "{}" : "")}, true)`,
  );
  const ofTables = await tableChecks(run, sendersOf(run, actors), targets, emptied, examples);
  const breaches = await exampleChecks(environment, examples, targets, run.facts, fixtures);
  const doors = await doorChecks(run, targets, fixtures, emptied, examples);
  const tests: IsolationTests = {
    title,
    fixtures: insertRecorded(
      fixturesToPrint(fixtures, environment.catalog),
      environment.catalog,
      new Set(environment.surface.rules.map(relationKey)),
    ),
    personas: personasOf(ofTables.senders, examples, environment),
    checks: [...ofTables.checks, ...breaches, ...doors],
    guarded: await guardedFor(environment, actors),
    variables: [...variables],
  };
  return withSteadyValues(tests, fixtures);
}

const isTried = (actor: Actor): boolean =>
  actor.truth === null && (actor.class !== "bad claims" || actor.token !== null);

/** The senders, and the personas of breaches that are none of them. */
function personasOf(
  senders: readonly Sender[],
  examples: readonly Example[],
  environment: TestEnvironment,
): TestPersona[] {
  const personas = new Map<string, TestPersona>();
  for (const { actor, name, standing } of senders)
    personas.set(name, {
      name,
      role: actor.role,
      claims: actor.claims,
      ...(standing === null || actor.member === null
        ? {}
        : { settings: ownSettings(environment.context, actor.member) }),
      member: actor.tenant !== null,
    });
  for (const example of examples)
    if (!personas.has(example.actor.name)) personas.set(example.actor.name, personaOf(example));
  return [...personas.values()];
}

/** Relations whose row security holds for every persona. */
async function guardedFor(environment: TestEnvironment, actors: readonly Actor[]): Promise<NameKey[]> {
  const loose = new Set<Subject>();
  for (const actor of actors) for (const name of (await privilegesOf(environment, actor)).keys()) loose.add(name);
  return [...environment.targets.values()]
    .filter(({ rowSecurity, name }) => rowSecurity && !loose.has(name))
    .map(({ name }) => name);
}
