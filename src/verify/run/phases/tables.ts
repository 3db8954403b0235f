import { judge, type Judged } from "../../judge/index.ts";
import type { Attempt } from "../../matrix/index.ts";
import {
  businessKeyAttempts,
  cascadeAttempts,
  orphanAttempts,
  oracleAttempts,
  givenByPlatform,
  ownRoleAttempts,
  truncateAttempt,
  tableAttempts,
  tenantlessAttempts,
  tenantsBeforeAttempts,
} from "../../attacks/index.ts";
import type { Target, TestEnvironment } from "../../environment/index.ts";
import type { Actor } from "../../personas/index.ts";
import { runAttempts } from "../../matrix/index.ts";
import { targetsFor, type Run } from "../state.ts";
import { plainRequest } from "../request-states.ts";
import { inBatches, perform } from "../run.ts";

/** Direct access to tables, with no variable set. */
export async function tables(run: Run): Promise<void> {
  const { environment } = run;
  const roles = roleWords(environment);
  for (const [n, actor] of run.actors.entries()) {
    run.options.progress.tick("tables", n, run.actors.length);
    const targets = [...targetsFor(run, actor).values()];
    const tried = targets.flatMap((target) => direct(run, actor, target));
    const before = actor.truth !== null ? await rolesBelieved(run, actor, tried) : null;
    await perform(run, { actor, attempts: tried, standing: null }, before ?? undefined);
    for (const target of targets) await ownRole(run, actor, ownRoleAttempts(target, actor, roles, environment.catalog));
  }
}

function direct({ environment, privileged }: Run, actor: Actor, target: Target): Attempt[] {
  const truncate = truncateAttempt(
    target,
    givenByPlatform(environment.surface, environment.catalog, target, actor.role),
  );
  const attempts = [
    ...tableAttempts(target, actor, environment),
    ...(actor.class === "bad claims"
      ? []
      : businessKeyAttempts(target, actor, environment.targets, environment.tenantSetting)),
    ...tenantlessAttempts(target, actor, environment.tenantSetting),
    ...tenantsBeforeAttempts(target, actor, environment.tenantSetting),
    ...orphanAttempts(target, actor, environment),
    ...cascadeAttempts(target, actor, environment),
    ...oracleAttempts(target, actor, environment),
    truncate,
  ];
  // reads are enough to show that an owner is not subject to row security
  const isOwner = privileged.get(actor.name)?.get(target.name) === "owner";
  return isOwner ? attempts.filter(({ command }) => command === "SELECT") : attempts;
}

/** Constants that look like roles: the values by which members of a tenant differ. */
function roleWords(environment: TestEnvironment): string[] {
  const words = environment.fixtures.members
    .flatMap(({ values }) => Object.values(values))
    .filter((value) => /^[a-z][a-z_ -]*$/i.test(value));
  return [...new Set([...words, "admin", "owner", "member"])];
}

/** If roles are declared to be looked up, a role in the token must not give more access than the membership row. */
async function rolesBelieved(
  run: Run,
  actor: Actor,
  attempts: readonly Attempt[],
): Promise<((attempt: Attempt, judged: Judged) => Judged) | null> {
  if (!run.options.liveRole) return null;
  const { environment } = run;
  const arrival = {
    role: actor.role,
    claims: actor.truth,
    setup: [],
    prelude: plainRequest(environment),
    preludeWrites: false,
  };
  const reached = new Map<Attempt, boolean>();
  for (const batch of inBatches(attempts)) {
    const answers = await environment.transaction(async () =>
      runAttempts(environment.db, { ...arrival, attempts: batch }, run.probes),
    );
    for (const [n, attempt] of batch.entries()) {
      const answer = answers[n];
      if (answer) reached.set(attempt, judge(attempt, actor, answer, run.facts).outcome.kind === "allowed");
    }
  }
  return (attempt, judged) => {
    if (
      judged.crosses ||
      judged.outcome.kind !== "allowed" ||
      judged.outcome.own === 0 ||
      reached.get(attempt) === true
    )
      return judged;
    if (attempt.through.kind !== "table" && attempt.through.kind !== "partition") return judged;
    const object = { kind: "table" as const, name: attempt.through.name };
    attempt.judge = {
      kind: "own change",
      door: "stale-role",
      object,
      message: `policies of \`${attempt.relation}\` believe the role in the token, whatever the membership row says`,
    };
    return { ...judged, crosses: true };
  };
}

/** A persona that may change a colleague's role is an administrator; if every persona may, that is no better. */
async function ownRole(run: Run, actor: Actor, attempts: Attempt[]): Promise<void> {
  let administrator = false;
  await perform(run, { actor, attempts, standing: null }, (attempt, judged) => {
    const changed = judged.outcome.kind === "allowed" && judged.outcome.own > 0;
    if (attempt.judge.kind === "control") administrator = changed;
    return administrator ? { ...judged, crosses: false } : judged;
  });
}
