import { ownRowValueAttempts, readAttempts } from "../../attacks/index.ts";
import { tablesReadByPolicies, type Target } from "../../environment/index.ts";
import { judge } from "../../judge/index.ts";
import { isPlain, runAttempts, tupleKey, type Attempt, type PlainForm } from "../../matrix/index.ts";
import type { Actor } from "../../personas/index.ts";
import { batchOf } from "../../../request/index.ts";
import { plainRequest } from "../request-states.ts";
import { perform, sourceOf } from "../run.ts";
import { targetsFor, type Run } from "../state.ts";
import { ownState } from "./own-values.ts";

/** The largest number of written values after which one table is read. */
const WRITES = 24;

const READ = new Set<PlainForm>(["read"]);

/**
 * Tables whose policies read another table that the persona may write: its own rows there get values of another
 * tenant, and then the first table is read in the same transaction. A policy that compares a captured column, or that
 * trusts a link which its owner may point anywhere, gives itself away by that.
 */
export async function ownRowValues(run: Run): Promise<void> {
  const { environment } = run;
  if (!environment.writes) return;
  const reads = tablesReadByPolicies(environment.catalog, environment.facts, environment.targets);
  // as in `context`: what members may write of their own differs by role at most
  const every = run.actors.filter(({ class: cls }) => cls === "member");
  const members = [...new Set([...every.slice(0, 1), ...every.slice(-1)])];
  for (const [n, actor] of members.entries()) {
    run.options.progress.tick("own rows", n, members.length);
    const targets = targetsFor(run, actor);
    for (const victim of targets.values()) {
      if (!victim.rowSecurity || victim.own === null || victim.foreignRows.length === 0) continue;
      if (run.open.has(tupleKey(victim.name, actor.name)) || run.privileged.get(actor.name)?.has(victim.name)) continue;
      const attempts = readAttempts(victim, targets, environment.surface, {
        limited: environment.sampled,
        prepared: false,
      }).filter((attempt) => isPlain(attempt, READ));
      for (const name of reads.get(victim.name) ?? []) {
        const written = targets.get(name);
        if (!written || run.privileged.get(actor.name)?.has(name)) continue;
        for (const write of await accepted(run, actor, written, victim))
          await perform(run, {
            actor,
            attempts,
            standing: {
              name: `after ${write.attack}`,
              by: { kind: "own row" },
              setup: [],
              prelude: [...(ownState(run, actor)?.prelude ?? []), write.sql],
              opened: { kind: "own row", written: name, settings: [] },
            },
          });
      }
    }
  }
}

/** The writes of own rows that PostgreSQL accepts, and that reach no row of another tenant themselves. */
async function accepted(run: Run, actor: Actor, written: Target, victim: Target): Promise<Attempt[]> {
  const { environment } = run;
  const attempts = ownRowValueAttempts(written, victim, actor, sourceOf(environment));
  if (attempts.length === 0) return [];
  const state = { setup: [], prelude: [...plainRequest(environment), ...(ownState(run, actor)?.prelude ?? [])] };
  const batch = batchOf(actor, state, { probes: run.probes, preludeWrites: false });
  const answers = await environment.transaction(async () =>
    runAttempts(environment.db, { ...batch, attempts }, run.probes),
  );
  return attempts
    .filter((attempt, n) => {
      const answer = answers[n];
      const judged = answer && judge(attempt, actor, answer, run.facts);
      return judged?.outcome.kind === "allowed" && !judged.crosses;
    })
    .slice(0, WRITES);
}
