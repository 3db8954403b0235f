import type { Attempt } from "../attempt.ts";
import { deleteAttempts } from "../attacks/delete.ts";
import { insertAttempts } from "../attacks/insert.ts";
import { readAttempts } from "../attacks/read.ts";
import { updateAttempts } from "../attacks/update.ts";
import type { Fixtures, Row } from "../../fixtures/fixtures.ts";
import { insertRecorded, steadyRow } from "../../fixtures/recorded-rows.ts";
import { isSettable } from "../../pg/context.ts";
import { identForReading, quoteLiteral } from "../../pg/identifier.ts";
import type { Ground } from "../ground.ts";
import { actorsFor, ATTACKER, VICTIM, type Actor } from "../personas.ts";
import { runBatch, type Answered } from "../run-batch.ts";
import { privilegesOf } from "../run.ts";
import type { Target } from "../target.ts";
import { expectedAnswer } from "./contents.ts";
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

/** Freeze what the matrix finds on this ground as tests: own access works, and foreign rows stay out of reach. The same ground gives the same text. */
export async function isolationTests(ground: Ground, title: string): Promise<IsolationTests> {
  const actors = actorsFor(ground.catalog, ground.context, ground.fixtures).filter(isTried);
  const fixtures = steadyFixtures(ground);
  const targets = new Map([...ground.targets.values()].map((target) => [target.name, steadyTarget(target, fixtures)]));
  const probes = new Map([...targets.values()].map(({ name, probe }) => [name, probe]));
  const variables = [...ground.context.variables.filter(isSettable).map(({ setting }) => setting), ...ground.unmapped];
  // as on a pooled connection that has served somebody before: empty, never unset
  const prelude = variables.map((name) => `select set_config(${quoteLiteral(name)}, '', true)`);
  const checks: IsolationCheck[] = [];
  for (const target of targets.values())
    for (const actor of actors) {
      const attempts = [
        ...readAttempts(target, targets, ground.surface, { limited: true, prepared: true }),
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
      const answers = await ground.transaction(async () => runBatch(ground.db, batch, probes));
      for (const [index, attempt] of attempts.entries()) {
        const answer = answers[index];
        const check = answer && checkOf(attempt, actor, answer, target.probe);
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

const plainOf = (attack: string): string => attack.replace(/ with .*/, "").replace("update blind", "update, blind");

/**
 * A row with another value is worth a check where a policy asks for the value: where somebody gets another answer than to the row as it was. That
 * a CHECK does not want the value says nothing of policies.
 */
function tellsMore(checks: readonly IsolationCheck[]): (check: IsolationCheck) => boolean {
  const idOf = ({ relation, persona, attack }: IsolationCheck): string => [relation, persona, attack].join("\0");
  const answers = new Map(checks.map((check) => [idOf(check), expectedAnswer(check)]));
  const telling = new Set<string>();
  for (const check of checks) {
    const plain = answers.get(idOf({ ...check, attack: plainOf(check.attack) }));
    const answer = expectedAnswer(check);
    if (answer !== plain && !/^error (22|23514)/.test(answer)) telling.add(`${check.relation} ${check.attack}`);
  }
  return ({ relation, attack }) => !WORD.test(attack) || telling.has(`${relation} ${attack}`);
}

/** Relations whose row security holds for every persona. */
async function guardedFor(ground: Ground, actors: readonly Actor[]): Promise<string[]> {
  const loose = new Set<string>();
  for (const actor of actors) for (const name of (await privilegesOf(ground, actor)).keys()) loose.add(name);
  return [...ground.targets.values()]
    .filter(({ rowSecurity, name }) => rowSecurity && !loose.has(name))
    .map(({ schema, relation }) => [schema, relation].map(identForReading).join("."));
}

/** The fixtures as they are in every run: a row whose key chance has made would be another one each time, and is left out. */
function steadyFixtures({ fixtures, catalog }: Ground): Fixtures {
  return {
    ...fixtures,
    filled: fixtures.filled.map((table) => {
      const relation = catalog.relations.find(({ schema, name }) => schema === table.schema && name === table.relation);
      if (!relation) return table;
      const steady = (rows: readonly Row[]): Row[] =>
        rows.map((row) => steadyRow(row, relation)).filter((row) => table.primaryKey.every((name) => name in row));
      const rows = Object.entries(table.rows).map(([tenant, made]) => [tenant, steady(made)] as const);
      const spare = Object.entries(table.spare).map(([tenant, row]) => [tenant, steadyRow(row, relation)] as const);
      return { ...table, rows: Object.fromEntries(rows), spare: Object.fromEntries(spare) };
    }),
  };
}

/** Only rows that the fixtures put there: what triggers have made has another key every time. */
function steadyTarget(target: Target, fixtures: Fixtures): Target {
  const filled =
    fixtures.filled.find(
      ({ schema, relation }) => schema === target.filled.schema && relation === target.filled.relation,
    ) ?? target.filled;
  const known = (tenant: string, rows: readonly Row[]): Row[] =>
    (filled.rows[tenant] ?? []).filter((row) =>
      rows.some((one) => target.primaryKey.every((name) => JSON.stringify(one[name]) === JSON.stringify(row[name]))),
    );
  return {
    ...target,
    filled,
    ownRows: known(ATTACKER, target.ownRows),
    foreignRows: known(VICTIM, target.foreignRows),
  };
}

const isTried = (actor: Actor): boolean =>
  actor.truth === null &&
  (actor.class !== "bad claims" ||
    /^(no claims|tenant missing|role missing|tenant B at user_metadata)$/.test(actor.name));

function checkOf(attempt: Attempt, actor: Actor, answer: Answered, probe: string): IsolationCheck | null {
  const common = {
    relation: attempt.relation,
    persona: actor.name,
    attack: attempt.attack,
    setup: attempt.setup ?? [],
    settings: {},
    sql: attempt.sql,
  };
  // a limit of time or a lock says nothing of policies, and what could not be prepared nothing at all
  if (answer.kind === "error" && answer.at === "setup") return null;
  if (answer.kind === "error" && /^(57014|55P03|25006)$/.test(answer.sqlstate)) return null;
  if (attempt.answer === "keys")
    return {
      ...common,
      kind: "reads",
      expected:
        answer.kind === "error"
          ? { kind: "error", sqlstate: answer.sqlstate }
          : { kind: "keys", keys: answer.text === "" ? [] : answer.text.split("\n") },
    };
  const expected =
    answer.kind === "error"
      ? answer.sqlstate === "42501"
        ? ({ kind: "unchanged" } as const)
        : ({ kind: "error", sqlstate: answer.sqlstate } as const)
      : answer.changed.length === 0
        ? ({ kind: "unchanged" } as const)
        : ({ kind: "changed", ...changeOf(answer.changed.map((line) => line.slice(1))) } as const);
  return { ...common, kind: "writes", probe, expected };
}
