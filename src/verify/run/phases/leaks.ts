import { isPlatformRelation } from "../../../pg/platform-objects.ts";
import { barrierAttempts, largeObjectAttempts, leakproofAttempts, peekFunction } from "../../attacks/index.ts";
import { perform } from "../run.ts";
import { targetsFor, type Run } from "../state.ts";

/** What PostgreSQL evaluates before policies and conditions of views, and what has no row security at all. */
export async function leaks(run: Run): Promise<void> {
  const { environment } = run;
  const { surface, catalog, targets } = environment;
  const views = catalog.relations.filter((relation) => !isPlatformRelation(catalog, relation));
  for (const actor of run.actors.filter(({ class: cls }) => cls === "member")) {
    const attempts = [
      ...[...targetsFor(run, actor).values()].flatMap((target) =>
        leakproofAttempts(target, surface, environment.tenantSetting, catalog.types),
      ),
      ...largeObjectAttempts(surface),
    ];
    await perform(run, { actor, attempts, standing: null });
    const fenced = views.flatMap((view) => barrierAttempts(view, surface, targets));
    if (fenced.length === 0 || !environment.writes) continue;
    await perform(run, {
      actor,
      attempts: fenced,
      standing: {
        name: "with a function of its own",
        by: { kind: "own function" },
        setup: [],
        prelude: [peekFunction(targets)],
        opened: { kind: "variable", settings: [] },
      },
    });
  }
}
