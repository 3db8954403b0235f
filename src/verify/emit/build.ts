import type { Attempt } from "../matrix/index.ts";
import { deleteAttempts, insertAttempts, readAttempts, updateAttempts } from "../attacks/index.ts";
import type { Config } from "../../config.ts";
import { insertRecorded } from "../../fixtures/index.ts";
import { isSettable } from "../../pg/context.ts";
import { quoteLiteral } from "../../pg/identifier.ts";
import type { NameKey } from "../../pg/name.ts";
import { isLimit, isPrivilege, meaningOf } from "../../request/index.ts";
import { tupleKey, type Subject, type TupleKey, probesOf, runAttempts, type Answered } from "../matrix/index.ts";
import type { Ground, Target } from "../environment/index.ts";
import { judge } from "../judge/index.ts";
import { actorsFor, type Actor } from "../personas/index.ts";
import { settleLater, prepare, privilegesOf, verdictOf } from "../run/index.ts";
import { expectedAnswer } from "./contents.ts";
import { steadyFixtures, steadyKey, steadyTarget } from "./steady.ts";
import { changeOf, type IsolationCheck, type IsolationTests } from "./isolation-tests.ts";

/** What each persona tries in the emitted tests: enough to notice a policy that changes, few enough to be read. */
const TRIED = new Set([
  "read",
  "insert own row again",
  "insert own row",
  "insert into another tenant",
  "insert into another tenant in one's own name",
  "update own row",
  "update a foreign row",
  "update, blind",
  "move own row to another tenant",
  "move rows to another tenant, blind",
  "take a foreign row over",
  "take rows over, blind",
  "delete own row",
  "delete a foreign row",
  "delete blind",
]);

/** Of a value that policies ask for: a row that has another one. */
const WORD = /^(read|insert own row|update blind|delete blind) with /;

/**
 * Freeze what the matrix finds on this ground as tests: own access works, and foreign rows stay out of reach. What is open and not declared is not
 * frozen as it is: its test asks that nothing of another tenant is reached. The same ground gives the same text.
 */
export async function isolationTests(ground: Ground, title: string, config: Declared): Promise<IsolationTests> {
  const run = await prepare(ground, {
    config,
    liveRole: false,
    onCell: () => {},
    progress: { done: () => {}, tick: () => {} },
    otherClient: null,
  });
  await settleLater(run);
  const actors = actorsFor(ground.catalog, ground.context, ground.fixtures).filter(isTried);
  const fixtures = steadyFixtures(ground);
  const targets = new Map<Subject, Target>();
  for (const target of ground.targets.values())
    targets.set(target.name, await steadyKey(ground, steadyTarget(target, fixtures)));
  const probes = probesOf(targets.values());
  const variables = [...ground.context.variables.filter(isSettable).map(({ setting }) => setting), ...ground.unmapped];
  // as on a pooled connection that has served somebody before: empty, never unset
  const prelude = variables.map((name) => `select set_config(${quoteLiteral(name)}, '', true)`);
  const checks: IsolationCheck[] = [];
  for (const target of targets.values())
    for (const actor of actors) {
      const attempts = [
        ...readAttempts(target, targets, ground.surface, READ),
        ...insertAttempts(target, actor, ground.tenantSetting),
        ...updateAttempts(target, actor, ground.tenantSetting, true),
        ...deleteAttempts(target, actor, true),
      ]
        .filter(({ attack }) => TRIED.has(attack) || WORD.test(attack))
        .map((attempt): Attempt => ({ ...attempt, probe: attempt.probe && { kind: "relation", name: target.name } }));
      const batch = {
        role: actor.role,
        claims: actor.claims ?? "",
        setup: [],
        prelude,
        preludeWrites: false,
        attempts,
      };
      const answers = await ground.transaction(async () => runAttempts(ground.db, batch, probes));
      for (const [index, attempt] of attempts.entries()) {
        const answer = answers[index];
        if (!answer) continue;
        const judged = judge(attempt, actor, answer, targets, run.evidence);
        const verdict = verdictOf(run, { actor, attempts: [], standing: null }, attempt, judged, null);
        const check =
          verdict.judgement === "breach"
            ? mendedOf(attempt, actor, target, readAttempts({ ...target, ownRows: [] }, targets, ground.surface, READ))
            : checkOf(attempt, actor, answer, target.probe);
        if (check) checks.push(check);
      }
    }
  return {
    title,
    fixtures: insertRecorded(fixtures, ground.catalog),
    personas: actors.map(({ name, role, claims }) => ({ name, role, claims })),
    checks: checks.filter(tellsMore(checks)),
    guarded: await guardedFor(ground, actors),
    variables,
  };
}

type Declared = Config["verify"];

const READ = { limited: true, prepared: true };

const plainOf = (attack: string): string => attack.replace(/ with .*/, "").replace("update blind", "update, blind");

/**
 * A row with another value is worth a check where a policy asks for the value: where somebody gets another answer than to the row as it was. That
 * a CHECK does not want the value says nothing of policies.
 */
function tellsMore(checks: readonly IsolationCheck[]): (check: IsolationCheck) => boolean {
  const idOf = ({ relation, persona, attack }: IsolationCheck): TupleKey => tupleKey(relation, persona, attack);
  const answers = new Map(checks.map((check) => [idOf(check), expectedAnswer(check)]));
  const telling = new Set<TupleKey>();
  for (const check of checks) {
    const plain = answers.get(idOf({ ...check, attack: plainOf(check.attack) }));
    const answer = expectedAnswer(check);
    if (answer !== plain && !/^error (22|23514)/.test(answer)) telling.add(tupleKey(check.relation, check.attack));
  }
  return ({ relation, attack }) => !WORD.test(attack) || telling.has(tupleKey(relation, attack));
}

/** Relations whose row security holds for every persona. */
async function guardedFor(ground: Ground, actors: readonly Actor[]): Promise<NameKey[]> {
  const loose = new Set<Subject>();
  for (const actor of actors) for (const name of (await privilegesOf(ground, actor)).keys()) loose.add(name);
  return [...ground.targets.values()]
    .filter(({ rowSecurity, name }) => rowSecurity && !loose.has(name))
    .map(({ name }) => name);
}

const isTried = (actor: Actor): boolean =>
  actor.truth === null &&
  (actor.class !== "bad claims" ||
    /^(no claims|tenant missing|role missing|tenant B at user_metadata)$/.test(actor.name));

/**
 * A check of what is open: it fails until it is mended. How many own rows a persona is left with then nobody knows, so a read asks for the foreign
 * ones only (`foreignReads`); null where there is none such.
 */
function mendedOf(
  attempt: Attempt,
  actor: Actor,
  target: Target,
  foreignReads: readonly Attempt[],
): IsolationCheck | null {
  // to nobody every row is foreign, and without a tenant's column every row is as good as another
  const all = actor.tenant === null || target.own === null;
  const common = commonOf(attempt, actor);
  if (attempt.answer !== "keys")
    return { ...common, kind: "writes", probe: target.probe, expected: { kind: "kept out", own: !all } };
  const sql = all ? attempt.sql : foreignReads.find(({ attack }) => attack === attempt.attack)?.sql;
  return sql === undefined ? null : { ...common, sql, kind: "reads", expected: { kind: "kept out", own: false } };
}

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
  // a limit of time or a lock says nothing of policies, and what could not be prepared nothing at all
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
