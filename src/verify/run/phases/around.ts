import { defaultPrivilegeAttempts, sequenceAttempts, viewAttempts } from "../../attacks/index.ts";
import type { Run } from "../state.ts";
import { perform } from "../run.ts";

/** Views, sequences, and the objects that default privileges will open. */
export async function around(run: Run): Promise<void> {
  const { ground } = run;
  const views = ground.catalog.relations.filter(
    ({ kind, schema }) => (kind === "view" || kind === "materialized view") && !PLATFORM.has(schema),
  );
  for (const actor of run.actors) {
    const attempts = [
      ...views.flatMap((view) => viewAttempts(view, ground.surface, ground.targets)),
      ...(actor.truth !== null
        ? []
        : sequenceAttempts(ground.surface, actor, ground.targets, ground.kind === "scratch")),
      ...(actor.class === "bad claims" ? [] : defaultPrivilegeAttempts(ground.surface, actor, ground.catalog)),
    ];
    await perform(run, { actor, attempts, standing: null });
  }
}

const PLATFORM = new Set(["vault", "auth", "storage", "cron", "net", "extensions", "realtime", "graphql", "pgsodium"]);
