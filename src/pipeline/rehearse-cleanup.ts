import type { Config } from "../config.ts";
import { matchesName } from "../pg/name-pattern.ts";
import { catalogHash } from "../pg/catalog-hash.ts";
import type { NameKey } from "../pg/name.ts";
import type { Progress } from "../progress.ts";
import { inspect } from "../inspect/index.ts";
import { rehearse, rehearseCalls, type CallRehearsal, type Rehearsal } from "../rehearse/index.ts";
import { refuseStale, type StoredMigration } from "../plan/index.ts";
import { elsewhereOf, withDropTried } from "./check-drop.ts";
import { cleanupFiles, isAgainst, planCleanup, type CleanupPlan } from "./cleanup-sql.ts";
import type { Planned } from "./plan.ts";
import { configOf } from "./ready.ts";
import { rehearsalBase } from "./scratch-base.ts";
import { openSource, type ProjectOptions, type Source } from "./source.ts";
import { filesFrom } from "./written-migrations.ts";

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

/**
 * Rehearse the stored plan of a clean-up, with its files as they are on disk now. Throws ToolError: (config) no config,
 * (environment) the project has changed since the plan was made.
 */
export async function rehearseStoredCleanup(
  stored: StoredMigration,
  options: ProjectOptions,
): Promise<{ rehearsal: Rehearsal; calls: CallRehearsal }> {
  const { progress, projectDir } = options;
  // The folder contains the migration of the clean-up; the rehearsal starts before it.
  const source = await openSource({ ...options, bindOwner: true }, (folder) => filesFrom(folder, stored.upPath));
  try {
    const config = configOf(source);
    refuseStale(stored, catalogHash(source.catalog));
    const untried = planCleanup(source.catalog, config, { elsewhere: await elsewhereOf(source) });
    const made = await withDropTried(source, untried, config, progress);
    const fresh = cleanupFiles(source, made, projectDir, null, new Date());
    const planned = {
      ...fresh,
      plan: stored.plan,
      migration: { up: stored.up, down: stored.down },
      names: { ...fresh.names, ownTransaction: stored.files.ownTransaction },
    };
    return await rehearseCleanup(source, made, planned, config, progress);
  } finally {
    await source.close();
  }
}
