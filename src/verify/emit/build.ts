import type { Attempt, Form, PlainForm } from "../matrix/index.ts";
import { deleteAttempts, insertAttempts, readAttempts, updateAttempts } from "../attacks/index.ts";
import type { Config } from "../../config.ts";
import { insertRecorded } from "../../fixtures/index.ts";
import { isSettable } from "../../pg/context.ts";
import { quoteLiteral } from "../../pg/identifier.ts";
import type { NameKey } from "../../pg/name.ts";
import { isLimit, isPrivilege, meaningOf } from "../../request/index.ts";
import {
  isPlain,
  tupleKey,
  type Subject,
  type TupleKey,
  probesOf,
  runAttempts,
  type Answered,
} from "../matrix/index.ts";
import { isDocument, type TestEnvironment, type Target } from "../environment/index.ts";
import { judge } from "../judge/index.ts";
import { actorsFor, type Actor } from "../personas/index.ts";
import { settleLater, prepare, privilegesOf, verdictOf } from "../run/index.ts";
import { expectedAnswer } from "./contents.ts";
import { steadyFixtures, steadyKey, steadyTarget } from "./steady.ts";
import { changeOf, type IsolationCheck, type IsolationTests } from "./isolation-tests.ts";

/** What each persona tries in the emitted tests: enough to notice a policy that changes, few enough to be read. */
const isChosen = ({ form }: Attempt): boolean => form.kind === "plain" || form.kind === "with value";

/**
 * Freeze the findings of the matrix in this environment as tests: own access works, and foreign rows stay out of reach.
 * An opening that is not declared is not frozen: its test requires that no row of another tenant is reached. The same
 * environment gives the same text.
 */
export async function isolationTests(
  environment: TestEnvironment,
  title: string,
  config: Declared,
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
  const fixtures = steadyFixtures(environment);
  const targets = new Map<Subject, Target>();
  for (const target of environment.targets.values())
    targets.set(target.name, await steadyKey(environment, steadyTarget(target, fixtures)));
  const probes = probesOf(targets.values());
  const variables = new Set([
    ...environment.context.variables.filter(isSettable).map(({ setting }) => setting),
    ...environment.unmapped.map(({ setting }) => setting),
  ]);
  // as on a pooled connection that has served another request before: empty, never unset; headers are an object always
  const prelude = [...variables].map(
    (name) => `select set_config(${quoteLiteral(name)}, ${quoteLiteral(isDocument(name) ? "{}" : "")}, true)`,
  );
  const checks: FormedCheck[] = [];
  for (const target of targets.values())
    for (const actor of actors) {
      const attempts = [
        ...readAttempts(target, targets, environment.surface, READ),
        ...insertAttempts(target, actor, environment.tenantSetting),
        ...updateAttempts(target, actor, environment.tenantSetting, true),
        ...deleteAttempts(target, actor, true),
      ]
        .filter(isChosen)
        .map((attempt): Attempt => ({ ...attempt, probe: attempt.probe && { kind: "relation", name: target.name } }));
      const batch = {
        role: actor.role,
        claims: actor.claims ?? "",
        setup: [],
        prelude,
        preludeWrites: false,
        attempts,
      };
      const answers = await environment.transaction(async () => runAttempts(environment.db, batch, probes));
      for (const [index, attempt] of attempts.entries()) {
        const answer = answers[index];
        if (!answer) continue;
        const judged = judge(attempt, actor, answer, run.facts);
        const verdict = verdictOf(run, { actor, attempts: [], standing: null }, attempt, judged);
        const check =
          verdict.judgement === "breach"
            ? mendedOf(
                attempt,
                actor,
                target,
                readAttempts({ ...target, ownRows: [] }, targets, environment.surface, READ),
              )
            : checkOf(attempt, actor, answer, target.probe);
        if (check) checks.push({ check, form: attempt.form });
      }
    }
  return {
    title,
    fixtures: insertRecorded(fixtures, environment.catalog),
    personas: actors.map(({ name, role, claims }) => ({ name, role, claims })),
    checks: checks.filter(tellsMore(checks)).map(({ check }) => check),
    guarded: await guardedFor(environment, actors),
    variables: [...variables],
  };
}

type Declared = Config["verify"];

const READ = { limited: true, prepared: true };

/** A check, and the form of its statement. */
interface FormedCheck {
  check: IsolationCheck;
  form: Form;
}

/**
 * A check of a row with another value is kept if a policy depends on the value: if some persona gets an answer other
 * than to the unchanged row. An error of a CHECK constraint says nothing about policies.
 */
function tellsMore(checks: readonly FormedCheck[]): (one: FormedCheck) => boolean {
  const plainKey = ({ relation, persona }: IsolationCheck, of: PlainForm): TupleKey => tupleKey(relation, persona, of);
  const plain = new Map(
    checks.flatMap(({ check, form }) =>
      form.kind === "plain" ? [[plainKey(check, form.of), expectedAnswer(check)] as const] : [],
    ),
  );
  const telling = new Set<TupleKey>();
  for (const { check, form } of checks) {
    if (form.kind !== "with value" || isMalformed(check)) continue;
    if (expectedAnswer(check) !== plain.get(plainKey(check, form.of))) telling.add(valueKey(check, form));
  }
  return ({ check, form }) => form.kind !== "with value" || telling.has(valueKey(check, form));
}

const valueKey = (
  { relation }: IsolationCheck,
  { of, column, value }: Extract<Form, { kind: "with value" }>,
): TupleKey => tupleKey(relation, of, column, value);

/** The value is none of its type, or a CHECK does not want it. */
const isMalformed = ({ expected }: IsolationCheck): boolean =>
  expected.kind === "error" && (expected.sqlstate.startsWith("22") || expected.sqlstate === "23514");

/** Relations whose row security holds for every persona. */
async function guardedFor(environment: TestEnvironment, actors: readonly Actor[]): Promise<NameKey[]> {
  const loose = new Set<Subject>();
  for (const actor of actors) for (const name of (await privilegesOf(environment, actor)).keys()) loose.add(name);
  return [...environment.targets.values()]
    .filter(({ rowSecurity, name }) => rowSecurity && !loose.has(name))
    .map(({ name }) => name);
}

const isTried = (actor: Actor): boolean =>
  actor.truth === null && (actor.class !== "bad claims" || actor.token !== null);

/**
 * A check of an opening: it fails until the opening is closed. The number of own rows that the persona is left with
 * then is not known, so a read asks for foreign rows only (`foreignReads`); null if there is no such read.
 */
function mendedOf(
  attempt: Attempt,
  actor: Actor,
  target: Target,
  foreignReads: readonly Attempt[],
): IsolationCheck | null {
  // to a persona without a tenant every row is foreign, and without a tenant column rows cannot be distinguished
  const all = actor.tenant === null || target.own === null;
  const common = commonOf(attempt, actor);
  if (attempt.answer !== "keys")
    return { ...common, kind: "writes", probe: target.probe, expected: { kind: "kept out", own: !all } };
  const sql = all ? attempt.sql : plainRead(attempt, foreignReads)?.sql;
  return sql === undefined ? null : { ...common, sql, kind: "reads", expected: { kind: "kept out", own: false } };
}

const READS = new Set<PlainForm>(["read"]);

const plainRead = (attempt: Attempt, reads: readonly Attempt[]): Attempt | undefined =>
  isPlain(attempt, READS) ? reads.find((read) => isPlain(read, READS)) : undefined;

const commonOf = (
  { relation, attack, setup = [], sql }: Attempt,
  { name }: Actor,
): Pick<IsolationCheck, "relation" | "persona" | "attack" | "setup" | "settings" | "sql"> => ({
  relation,
  persona: name,
  attack,
  setup,
  settings: {},
  sql,
});

function checkOf(attempt: Attempt, actor: Actor, answer: Answered, probe: string): IsolationCheck | null {
  const common = commonOf(attempt, actor);
  // a timeout or a lock says nothing about policies, nor does an error in the set-up
  if (answer.kind === "error" && answer.at === "setup") return null;
  if (answer.kind === "error" && isLimit(meaningOf(answer.sqlstate))) return null;
  if (attempt.answer === "keys")
    return {
      ...common,
      kind: "reads",
      expected:
        answer.kind === "error"
          ? { kind: "error", sqlstate: answer.sqlstate }
          : { kind: "keys", keys: answer.said.kind === "keys" ? answer.said.keys : [] },
    };
  const expected =
    answer.kind === "error"
      ? isPrivilege(meaningOf(answer.sqlstate))
        ? ({ kind: "unchanged" } as const)
        : ({ kind: "error", sqlstate: answer.sqlstate } as const)
      : answer.changed.length === 0
        ? ({ kind: "unchanged" } as const)
        : ({ kind: "changed", ...changeOf(answer.changed) } as const);
  return { ...common, kind: "writes", probe, expected };
}
