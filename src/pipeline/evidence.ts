import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { CONFIG_FILE, type Config } from "../config.ts";
import { appendEvidence, type Ending, type Fact, type Line } from "../evidence/index.ts";
import { readMigrations, type MigrationsFolder } from "../migration-tools/index.ts";
import { personIn } from "../person.ts";
import { planPath, readStoredPlan } from "../plan/index.ts";
import { VERSION } from "../version.ts";
import { isWrittenHere } from "./written-migrations.ts";

/** What a command has settled. */
export interface Settled {
  fact: Fact;
  ending: Ending;
  /** the plan that it is about; default: that of the project */
  plan?: string | null;
  /** a target of the config */
  target?: string | null;
  /** the folder that was read */
  migrations?: MigrationsFolder | null;
  /** the clock of the target's server, ISO 8601 */
  serverAt?: string | null;
}

/**
 * Append what a command has settled to `.rlsmith/evidence.jsonl`. Returns the line; null: the folder has no config, so it
 * is no project whose playbook is followed. Throws ToolError (environment): the file cannot be written.
 */
export async function recordEvidence(projectDir: string, settled: Settled, now = new Date()): Promise<Line | null> {
  if (!existsSync(join(projectDir, CONFIG_FILE))) return null;
  const { fact, ending, target = null, migrations = null, serverAt = null } = settled;
  const plan = settled.plan === undefined ? presentPlan(projectDir) : settled.plan;
  return appendEvidence(projectDir, {
    at: now.toISOString(),
    serverAt,
    by: await nameOf(projectDir),
    rlsmith: VERSION,
    subject: { plan, migrations: migrations && migrationsDigest(migrations), target },
    ending,
    fact,
  });
}

/** `Name <mail>` of git's configuration of a folder. */
export async function nameOf(projectDir: string): Promise<string | null> {
  const person = await personIn(projectDir);
  return person && `${person.name} <${person.email}>`;
}

/** The hash of the project's plan; null: there is none that can be read. */
export function presentPlan(projectDir: string, path = planPath(projectDir)): string | null {
  try {
    return readStoredPlan(path)?.hash ?? null;
  } catch {
    return null;
  }
}

/** The sha256 of the migrations that people wrote: paths and texts, without those of `plan` and `cleanup`. */
export const migrationsDigest = ({ files }: Pick<MigrationsFolder, "files">): string =>
  createHash("sha256")
    .update(JSON.stringify(files.filter(({ sql }) => !isWrittenHere(sql)).map(({ path, sql }) => [path, sql])))
    .digest("hex");

/** The digest of a project's migrations as they are now; null: they cannot be read. */
export async function presentMigrations(projectDir: string, config: Config | null): Promise<string | null> {
  try {
    const { folder, layout, variables } = config?.migrations ?? {};
    return migrationsDigest(await readMigrations(folder ? join(projectDir, folder) : projectDir, layout, variables));
  } catch {
    return null;
  }
}
