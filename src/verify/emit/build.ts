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
import type { IsolationCheck, IsolationTests } from "./isolation-tests.ts";

/** What each persona tries in the emitted tests: enough to notice a policy that changes, few enough to be read. */
const TRIED = new Set([
  "read",
  "insert own row",
  "insert into another tenant",
  "insert into another tenant in one's own name",
  "update own row",
  "update a foreign row",
  "update, blind",
  "move own row to another tenant",
  "move rows to another tenant, blind",
  "take a foreign row over",
  "delete own row",
  "delete a foreign row",
  "delete blind",
]);

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
        ...readAttempts(target, targets, ground.surface, true),
        ...insertAttempts(target, actor, ground.tenantSetting),
        ...updateAttempts(target, actor, ground.tenantSetting),
        ...deleteAttempts(target, actor),
      ]
        .filter(({ attack }) => TRIED.has(attack))
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
    checks,
    guarded: await guardedFor(ground, actors),
    variables,
  };
}

/** Relations whose row security holds for every persona. */
async function guardedFor(ground: Ground, actors: readonly Actor[]): Promise<string[]> {
  const loose = new Set<string>();
  for (const actor of actors) for (const name of (await privilegesOf(ground, actor)).keys()) loose.add(name);
  return [...ground.targets.values()]
    .filter(({ rowSecurity, name }) => rowSecurity && !loose.has(name))
    .map(({ schema, relation }) => [schema, relation].map(identForReading).join("."));
}

function steadyFixtures(ground: Ground): Fixtures {
  const steady = (schema: string, relation: string, rows: Record<string, Row[]>): Record<string, Row[]> => {
    const found = ground.catalog.relations.find((one) => one.schema === schema && one.name === relation);
    return Object.fromEntries(
      Object.entries(rows).map(([tenant, made]) => [tenant, found ? made.map((row) => steadyRow(row, found)) : made]),
    );
  };
  return {
    ...ground.fixtures,
    filled: ground.fixtures.filled.map((table) => {
      const spares = Object.fromEntries(Object.entries(table.spare).map(([tenant, row]) => [tenant, [row]]));
      const spare = Object.entries(steady(table.schema, table.relation, spares)).flatMap(([tenant, [row]]) =>
        row ? [[tenant, row] as const] : [],
      );
      return {
        ...table,
        rows: steady(table.schema, table.relation, table.rows),
        spare: Object.fromEntries(spare),
      };
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
  (actor.class !== "bad claims" || /^(no claims|tenant missing|tenant B at user_metadata)$/.test(actor.name));

function checkOf(attempt: Attempt, actor: Actor, answer: Answered, probe: string): IsolationCheck | null {
  const common = {
    relation: attempt.relation,
    persona: actor.name,
    title: `${actor.name}: ${attempt.attack}, ${attempt.relation}`,
    settings: {},
    sql: attempt.sql,
  };
  // a limit of time or a lock says nothing of policies
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
      : ({ kind: answer.changed.length > 0 ? "changed" : "unchanged" } as const);
  return { ...common, kind: "writes", probe, expected };
}
