import type { Attempt } from "../attempt.ts";
import { deleteAttempts } from "../attacks/delete.ts";
import { insertAttempts } from "../attacks/insert.ts";
import { readAttempts } from "../attacks/read.ts";
import { updateAttempts } from "../attacks/update.ts";
import type { Ground } from "../ground.ts";
import { actorsFor, type Actor } from "../personas.ts";
import { runBatch, type Answered } from "../run-batch.ts";
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

/** Freeze what the matrix finds on this ground as tests: own access works, and foreign rows stay out of reach. */
export async function isolationTests(ground: Ground, title: string, fixtures: string[]): Promise<IsolationTests> {
  const actors = actorsFor(ground.catalog, ground.context, ground.fixtures).filter(isTried);
  const probes = new Map([...ground.targets.values()].map(({ name, probe }) => [name, probe]));
  const checks: IsolationCheck[] = [];
  for (const target of ground.targets.values())
    for (const actor of actors) {
      const attempts = [
        ...readAttempts(target, ground.targets, ground.surface, true),
        ...insertAttempts(target, actor, ground.tenantSetting),
        ...updateAttempts(target, actor, ground.tenantSetting),
        ...deleteAttempts(target, actor),
      ]
        .filter(({ attack }) => TRIED.has(attack))
        .map((attempt): Attempt => ({ ...attempt, probe: attempt.probe && { kind: "relation", name: target.name } }));
      const batch = { role: actor.role, claims: actor.claims, setup: [], prelude: [], preludeWrites: false, attempts };
      const answers = await ground.transaction(async () => runBatch(ground.db, batch, probes));
      for (const [index, attempt] of attempts.entries()) {
        const answer = answers[index];
        const check = answer && checkOf(attempt, actor, answer, target.probe);
        if (check) checks.push(check);
      }
    }
  return {
    title,
    fixtures,
    personas: actors.map(({ name, role, claims }) => ({ name, role, claims })),
    checks,
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
