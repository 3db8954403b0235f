import { resolve } from "node:path";
import type { Config } from "../../src/config.ts";
import { inspect } from "../../src/inspect/inspect.ts";
import type { Catalog } from "../../src/pg/catalog.ts";
import { planSource } from "../../src/pipeline/plan.ts";
import { openSource } from "../../src/pipeline/source.ts";
import { silent } from "../../src/progress.ts";
import type { Scratch, ScratchTarget } from "../../src/scratch/scratch.ts";

export interface Migrated {
  config: Config;
  /** the casino after its own migrations */
  before: { scratch: Scratch; catalog: Catalog };
  /** a copy of it, with the planned migration applied */
  after: { scratch: Scratch; catalog: Catalog };
  close(): Promise<void>;
}

/** The casino project on a scratch database, and a copy of it with the planned migration applied. */
export async function migratedCasino(target: ScratchTarget): Promise<Migrated> {
  const projectDir = resolve(import.meta.dirname, "../../examples/casino");
  const source = await openSource({ projectDir, scratch: target, strict: true, progress: silent });
  if (source.origin.kind !== "migrations" || !source.config) throw new Error("the casino has migrations and a config");
  const { config } = source.config;
  const { scratch } = source.origin;
  const planned = planSource(source, config, projectDir, null, new Date());
  const copy = await scratch.fork();
  await copy.db.exec(planned.migration.up);
  return {
    config,
    before: { scratch, catalog: source.catalog },
    after: { scratch: copy, catalog: await inspect(copy.db) },
    close: async () => {
      await copy.close();
      await source.close();
    },
  };
}
