import { defaultPrivilegeAttempts, sequenceAttempts, viewAttempts } from "../../attacks/index.ts";
import { isPlatformRelation } from "../../../pg/platform-objects.ts";
import { nameKey } from "../../../pg/name.ts";
import { tupleKey } from "../../matrix/index.ts";
import { ownState } from "./own-values.ts";
import type { Run } from "../state.ts";
import { perform } from "../run.ts";

/** Views, sequences, and the objects that default privileges will open. */
export async function around(run: Run): Promise<void> {
  const { environment } = run;
  const views = environment.catalog.relations.filter(
    (relation) =>
      (relation.kind === "view" || relation.kind === "materialized view") &&
      !isPlatformRelation(environment.catalog, relation),
  );
  for (const actor of run.actors) {
    const attempts = [
      ...views.flatMap((view) => viewAttempts(view, environment.surface, environment.targets)),
      ...(actor.truth !== null ? [] : sequenceAttempts(environment, actor, environment.kind === "scratch")),
      ...(actor.class === "bad claims"
        ? []
        : defaultPrivilegeAttempts(environment.surface, actor, environment.catalog)),
    ];
    await perform(run, { actor, attempts, standing: null });
  }
  // where the application sets variables, a view may show nothing without them
  const closed = views.filter((view) => !run.settling.reached.has(tupleKey(nameKey(view), "SELECT")));
  for (const actor of closed.length === 0 ? [] : run.actors.filter(({ class: cls }) => cls === "member")) {
    const standing = ownState(run, actor);
    const attempts = closed.flatMap((view) => viewAttempts(view, environment.surface, environment.targets));
    if (standing !== null) await perform(run, { actor, attempts, standing });
  }
}
