import { claimsOf } from "../../../fixtures/index.ts";
import type { Attempt } from "../../matrix/index.ts";
import { readAttempts, badValues, storedClaimAttempt } from "../../attacks/index.ts";
import { ATTACKER, VICTIM, type Actor } from "../../personas/index.ts";
import { targetsFor, type Run } from "../state.ts";
import { perform } from "../run.ts";

/** A victim reads while one stored value of the attacker is malformed. */
export async function availability(run: Run): Promise<void> {
  const { environment } = run;
  const victim = environment.fixtures.members.find(({ tenant }) => tenant === VICTIM);
  const attackers = environment.fixtures.tenants.find(({ name }) => name === ATTACKER)?.users ?? [];
  const bad = badValues(environment.catalog, environment.targets, attackers);
  const example = run.actors.find(({ class: cls }) => cls === "member");
  if (!victim || !example || bad.length === 0) return;
  const actor: Actor = {
    ...example,
    name: "B's member",
    tenant: VICTIM,
    member: victim,
    claims: JSON.stringify(claimsOf(victim, environment.context, example.role)),
  };
  for (const target of targetsFor(run, actor).values()) {
    const [read] = readAttempts(target, environment.targets, environment.surface, {
      limited: environment.sampled,
      prepared: !environment.sampled,
    });
    if (!read) continue;
    let raisesAnyway = false;
    const control: Attempt = {
      ...read,
      form: { kind: "other" },
      attack: "read as the victim",
      judge: { kind: "control" },
    };
    await perform(
      run,
      {
        actor,
        attempts: [control, ...bad.map((value) => storedClaimAttempt(target, value, read.sql))],
        standing: null,
      },
      (attempt, judged) => {
        if (attempt === control) raisesAnyway = judged.outcome.kind === "error";
        return raisesAnyway ? { ...judged, crosses: false } : judged;
      },
    );
  }
}
