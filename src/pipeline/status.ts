import { existsSync } from "node:fs";
import { join } from "node:path";
import { approvalsOf, stillApplied } from "../apply/index.ts";
import { CONFIG_FILE, loadConfig, type Config } from "../config.ts";
import { checkLines, linesOf, readEvidence, type Fault, type Line } from "../evidence/index.ts";
import { cleanupPath, planPath, readStoredPlan } from "../plan/index.ts";
import { statusOf, type Present, type PresentPlan, type PresentTarget, type Step } from "../playbook/index.ts";
import { openToLook } from "./connections.ts";
import { presentMigrations } from "./evidence.ts";
import { targetOf, urlOf } from "./target.ts";

/** Where the playbook of a project stands. */
export interface Status {
  steps: Step[];
  /** what is wrong with the file of evidence; a line that was edited settles nothing */
  faults: Fault[];
  lines: number;
}

/**
 * Where the playbook of a project stands, by its evidence, its files, and, with `live`, by its targets, which are only
 * read. Throws ToolError (config) if the config is not valid, (environment) if a target cannot be reached.
 */
export async function projectStatus(
  projectDir: string,
  { live = false, config: named }: { live?: boolean; config?: string | undefined } = {},
): Promise<Status> {
  const { read, conflicts } = readEvidence(projectDir);
  const faults = checkLines(read, conflicts);
  const config = (await loadConfig(projectDir, named))?.config ?? null;
  const present: Present = {
    hasConfig: config !== null || existsSync(join(projectDir, CONFIG_FILE)),
    plan: presentPlan(planPath(projectDir)),
    cleanup: presentPlan(cleanupPath(projectDir)),
    migrations: await presentMigrations(projectDir, config),
    approvals: approvalsOf(projectDir),
    targets: targetsOf(config),
  };
  if (live && config && present.plan)
    for (const target of present.targets)
      target.live = await askTarget(projectDir, config, target.name, present.plan.hash);
  return { steps: statusOf(trustedLines(read, faults), present), faults, lines: read.length };
}

/** The lines of the evidence, without those that are not as they were written. */
export function trustedLines(read: ReturnType<typeof readEvidence>["read"], faults: readonly Fault[]): Line[] {
  const lines = linesOf(read);
  const edited = new Set(faults.flatMap(({ kind, line }) => (kind === "edited" || kind === "twice" ? [line] : [])));
  const placeOf = new Map(read.flatMap(({ number, line }) => (line ? [[line, number] as const] : [])));
  return lines.filter((line) => !edited.has(placeOf.get(line) ?? 0));
}

function presentPlan(path: string): PresentPlan | null {
  const stored = readStoredPlan(path);
  return stored && { hash: stored.hash, open: stored.plan.open.length };
}

/** The targets of a config, each after the one that it waits for. */
export function targetsOf(config: Config | null): PresentTarget[] {
  const left = Object.entries(config?.targets ?? {});
  const sorted: PresentTarget[] = [];
  while (left.length > 0) {
    const place = left.findIndex(
      ([, { after }]) => after === undefined || !left.some(([name]) => name === after.target),
    );
    // targets that wait for each other are taken as they come
    const [[name, target] = ["", null]] = left.splice(Math.max(place, 0), 1);
    if (target) sorted.push({ name, requireApprovals: target.requireApprovals, live: null });
  }
  return sorted;
}

/** What a target says of a plan: whether it is in force, and whether its objects are as apply left them. */
async function askTarget(
  projectDir: string,
  config: Config,
  name: string,
  planHash: string,
): Promise<PresentTarget["live"]> {
  const db = await openToLook(await urlOf(name, targetOf(config, name), projectDir), "rlsmith status");
  try {
    const { entries, changed } = await stillApplied(db, planHash);
    return { inForce: entries.length > 0, isAsApplied: changed.length === 0 };
  } finally {
    await db.close();
  }
}
