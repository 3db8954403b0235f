import type { Config } from "../config.ts";
import { matchesName } from "../pg/name-pattern.ts";
import type { NameKey } from "../pg/name.ts";
import type { Progress } from "../progress.ts";
import { inspect } from "../inspect/index.ts";
import { rehearse, rehearseCalls, type CallRehearsal, type Rehearsal } from "../rehearse/index.ts";
import { isAgainst, planCleanup, type CleanupPlan } from "./cleanup-sql.ts";
import type { Planned } from "./plan.ts";
import { rehearsalBase } from "./scratch-base.ts";
import type { Source } from "./source.ts";

/**
 * Rehearse a clean-up on copies of a scratch database: up, down and up again; statements on relations, which must answer
 * as before; and calls of every function that is edited.
 */
export async function rehearseCleanup(
  source: Source,
  made: CleanupPlan,
  { plan, migration, names }: Planned,
  config: Config,
  progress: Progress,
): Promise<{ rehearsal: Rehearsal; calls: CallRehearsal }> {
  const base = await rehearsalBase(source, progress);
  try {
    const { ownTransaction } = names;
    const input = {
      base: base.scratch,
      catalog: base.catalog,
      plan,
      migration,
      ownTransaction,
      inspect,
      replan: (after: typeof base.catalog) =>
        planCleanup(after, config, {
          elsewhere: made.elsewhere,
          keepSetters: made.check !== null && isAgainst(made.check),
        }).plan,
      touched: new Set<never>(),
      unrehearsed: (name: NameKey) =>
        Object.entries(config.unrehearsed).find(([pattern]) => matchesName(pattern, name))?.[1] ?? null,
      progress,
    };
    const rehearsal = await rehearse(input);
    if (!rehearsal.passed)
      return {
        rehearsal,
        calls: {
          calls: 0,
          functions: [],
          differences: [],
          opened: 0,
          unannounced: 0,
          onlyErrors: [],
          notEntered: [],
          passed: false,
        },
      };
    const edited = made.cleanup.functions.flatMap((one) => (one.kind === "edited" ? [one] : []));
    const calls = await rehearseCalls(input, {
      edited: edited.map(({ fn, shapes }) => ({ fn, readsClaim: shapes.includes("setting-to-claim") })),
      defaultsOf: made.cleanup.defaults.map(({ relation }) => relation),
    });
    return { rehearsal, calls };
  } finally {
    await base.close();
  }
}
