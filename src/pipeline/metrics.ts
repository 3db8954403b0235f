import { execFile } from "node:child_process";
import { relative, resolve } from "node:path";
import { promisify } from "node:util";
import { CONFIG_FILE, contextMapOf, loadConfig, type Config } from "../config.ts";
import { ToolError } from "../errors.ts";
import { linesOf, readEvidence, type Line } from "../evidence/index.ts";
import {
  COUNTED,
  fileFigures,
  fileMetrics,
  policyFigures,
  policyMetrics,
  type CountedFile,
  type FileFigures,
  type Metric,
  type MetricLack,
  type Metrics,
  type OfSide,
  type PolicyFigures,
} from "../metrics/index.ts";
import { planPath, readStoredPlan, type StoredPlan } from "../plan/index.ts";
import { checkOut } from "../revision.ts";
import type { Platform } from "../scratch/index.ts";
import { projectFiles, readTexts, readWorkTree } from "./code-files.ts";
import { inspectCatalog } from "./inspection.ts";
import { openSource, platformOfSource, type ProjectOptions } from "./source.ts";
import { targetsOf } from "./status.ts";
import { openTarget } from "./target.ts";
import { trafficOf, type Traffic } from "./traffic.ts";

const run = promisify(execFile);

/** The options of counting. */
export interface MetricsOptions {
  /** a revision from before the move; default: the one before the migration of the plan was committed */
  before?: string | undefined;
  /** read the samples of the targets, too */
  live?: boolean;
}

/**
 * Count what a move has changed: the state of a revision from before it, and the work tree. Nothing is estimated: a figure
 * that cannot be counted is null, with the reason. Throws ToolError: (config) no config, (usage) the revision that is
 * named does not exist.
 */
export async function projectMetrics(
  options: ProjectOptions,
  { before: named, live = false }: MetricsOptions = {},
): Promise<Metrics> {
  const { projectDir } = options;
  const config = (await loadConfig(projectDir, options.config ?? undefined))?.config;
  if (config === undefined)
    throw new ToolError(
      "config",
      "NO_CONFIG",
      "there is no rlsmith.config.ts",
      "run `rlsmith init` first: it says which variables are retired",
    );
  const plan = readStoredPlan(planPath(projectDir));
  const settings = new Set([
    ...contextMapOf(config).variables.map(({ setting }) => setting),
    ...(plan?.plan.retired ?? []),
  ]);
  const revision = named ?? (await revisionBefore(projectDir, plan));
  const sides = await countSides(options, { config, settings, revision });
  return {
    before: revision === null ? null : { revision, commit: await commitOf(projectDir, revision) },
    names: [...sides.names],
    metrics: [
      ...policyMetrics({ before: sides.before.policies, after: sides.after.policies }),
      ...fileMetrics({ before: sides.before.files, after: sides.after.files }),
      ...(await trafficMetrics(options, { config, plan, live })),
      onboarding(linesOf(readEvidence(projectDir).read)),
    ],
  };
}

/** What is counted of one side. */
interface CountedSide {
  policies: OfSide<PolicyFigures>;
  files: OfSide<FileFigures>;
}

interface Counting {
  config: Config;
  settings: ReadonlySet<string>;
  revision: string | null;
}

async function countSides(
  options: ProjectOptions,
  { config, settings, revision }: Counting,
): Promise<{ before: CountedSide; after: CountedSide; names: ReadonlySet<string> }> {
  const now = await readSide(options, config, undefined);
  const checkout = revision === null ? null : await checkOut(options.projectDir, revision);
  try {
    const then = checkout && (await readSide({ ...options, projectDir: checkout.projectDir }, config, now.platform));
    // functions that are gone from the one side are named by the other
    const setters = [now, then].flatMap((side) => side?.setters(settings) ?? []);
    const names = new Set([...settings, ...setters]);
    const counted = (side: ReadSide): CountedSide => ({
      policies: side.policies(settings),
      files: { kind: "known", value: fileFigures(side.files, names, side.migrations) },
    });
    const lacking = { kind: "lacking", lack: "no revision" } as const;
    return { names, before: then ? counted(then) : { policies: lacking, files: lacking }, after: counted(now) };
  } finally {
    checkout?.close();
  }
}

/** The state of a project in a folder. */
interface ReadSide {
  policies(settings: ReadonlySet<string>): OfSide<PolicyFigures>;
  /** names of the functions that set one of these variables */
  setters(settings: ReadonlySet<string>): string[];
  files: CountedFile[];
  /** the migrations folder, relative to the project */
  migrations: string;
  platform: Platform | undefined;
}

async function readSide(
  options: ProjectOptions,
  config: Config,
  comparedWith: Platform | undefined,
): Promise<ReadSide> {
  const { projectDir } = options;
  const tree = await readWorkTree(projectDir);
  // the config and what rlsmith itself writes speak of the variables, and are no code of the application
  const own = projectFiles(tree, COUNTED).filter((path) => !path.startsWith(".rlsmith/") && path !== CONFIG_FILE);
  const files = readTexts(projectDir, own);
  const { folder, layout, variables } = config.migrations ?? {};
  try {
    const source = await openSource({
      ...options,
      // the config may be younger than the revision
      config: null,
      folder: options.folder ?? folder,
      layout: options.layout ?? layout,
      variables: { ...variables, ...options.variables },
      comparedWith,
    });
    try {
      const inspection = inspectCatalog(source.catalog, config);
      const { origin } = source;
      return {
        policies: (settings) => ({ kind: "known", value: policyFigures(inspection, settings) }),
        setters: (settings) =>
          inspection.facts
            .filter(({ sets }) => sets.some(({ setting }) => setting !== null && settings.has(setting)))
            .map(({ name }) => name),
        files,
        migrations:
          origin.kind === "migrations" ? relative(resolve(projectDir), resolve(origin.folder.folder)) : (folder ?? ""),
        platform: platformOfSource(source) ?? undefined,
      };
    } finally {
      await source.close();
    }
  } catch (error) {
    if (!(error instanceof ToolError)) throw error;
    const lack: MetricLack = "not replayed";
    return {
      policies: () => ({ kind: "lacking", lack }),
      setters: () => [],
      files,
      migrations: folder ?? "",
      platform: undefined,
    };
  }
}

/**
 * The revision before the migration of the plan was committed: the parent of its first commit, or the newest commit, if it
 * is not committed yet. Null: no repository, no plan, or the migration is in the first commit.
 */
async function revisionBefore(projectDir: string, plan: StoredPlan | null): Promise<string | null> {
  if (plan === null) return null;
  const git = async (...args: string[]): Promise<string> =>
    (await run("git", ["-C", projectDir, ...args])).stdout.trim();
  try {
    const commits = await git("log", "--diff-filter=A", "--format=%H", "--", plan.files.up);
    const first = commits.split("\n").findLast((line) => line !== "");
    const revision = first === undefined ? "HEAD" : `${first.slice(0, 12)}^`;
    await git("rev-parse", "--verify", "--quiet", `${revision}^{commit}`);
    return revision;
  } catch {
    return null;
  }
}

const commitOf = async (projectDir: string, revision: string): Promise<string> =>
  (
    await run("git", ["-C", projectDir, "rev-parse", "--verify", "--end-of-options", `${revision}^{commit}`])
  ).stdout.trim();

/** Denials and times of statements, by the samples of the last target that has any from both sides. */
async function trafficMetrics(
  { projectDir, config: named }: ProjectOptions,
  { config, plan, live }: { config: Config; plan: StoredPlan | null; live: boolean },
): Promise<Metric[]> {
  let found: { target: string; traffic: Traffic } | null = null;
  if (live && plan !== null)
    for (const { name } of targetsOf(config)) {
      const on = await openTarget(projectDir, { target: name, config: named ?? undefined });
      const traffic = await trafficOf(on, plan.plan);
      if (traffic.kind === "known" && traffic.value.points.length > 0) found = { target: name, traffic: traffic.value };
    }
  const lack: MetricLack = live ? "no samples" : "not asked";
  const row = (name: Metric["name"], before: number | null, after: number | null, of: Metric["of"] = null): Metric => ({
    name,
    source: "samples",
    before,
    after,
    lack: { before: before === null ? lack : null, after: after === null ? lack : null },
    target: found?.target ?? null,
    of,
    stated: null,
  });
  const { before = null, after = null } = found?.traffic.errors ?? {};
  const latency = found?.traffic.latency ?? [];
  return [
    row("denials", before?.k ?? null, after?.k ?? null, before && after ? { before: before.n, after: after.n } : null),
    row("latency", meanOf(latency, "before"), meanOf(latency, "after")),
  ];
}

/** The time of all calls of the statements that both sides have, each weighted by its calls since; null: there is none. */
function meanOf(latency: Traffic["latency"], side: "before" | "after"): number | null {
  const calls = latency.reduce((sum, one) => sum + one.calls.after, 0);
  return calls === 0 ? null : latency.reduce((sum, one) => sum + one[side] * one.calls.after, 0) / calls;
}

/** The hours that somebody needs: no program counts them. */
function onboarding(lines: readonly Line[]): Metric {
  const line = lines.findLast(({ fact }) => fact.kind === "attestation" && fact.step === "training" && !fact.waived);
  const stated = line?.fact.kind === "attestation" ? { note: line.fact.note, by: line.by, at: line.at } : null;
  const lack: MetricLack = stated === null ? "not stated" : "not countable";
  return {
    name: "onboarding",
    source: "statement",
    before: null,
    after: null,
    lack: { before: lack, after: lack },
    target: null,
    of: null,
    stated,
  };
}
