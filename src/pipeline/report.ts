import { basename } from "node:path";
import { accessMatrix, type AccessMatrix } from "../access/index.ts";
import { approvalsOf, type Approval, type Entry } from "../apply/index.ts";
import { analyseFunctions, classify } from "../classify/index.ts";
import { claimsSourceOf, loadConfig, type Config } from "../config.ts";
import { ToolError } from "../errors.ts";
import { checkLines, readEvidence, type Fact, type Line } from "../evidence/index.ts";
import { catalogFigures, type CatalogFigures } from "../metrics/index.ts";
import type { Catalog } from "../pg/catalog.ts";
import { catalogAfter, planPath, readStoredPlan, type StoredPlan } from "../plan/index.ts";
import { VERSION } from "../version.ts";
import { historyOf } from "./apply.ts";
import { planFact, purposeOf, rehearsalFact, verifyFact } from "./facts.ts";
import { claimsOf } from "./inspection.ts";
import { readResult, type Results } from "./results.ts";
import { projectStatus, targetsOf, trustedLines, type Status } from "./status.ts";
import { openTarget } from "./target.ts";
import { asked, trafficOf, type Asked, type Traffic } from "./traffic.ts";

/** The result of a command, for the plan of the project. */
export type Kept<Value> =
  | { kind: "known"; at: string; value: Value }
  | { kind: "none" }
  /** it is of an earlier plan */
  | { kind: "another plan"; at: string }
  /** the counts of the evidence are not those of the result: one of the two was changed, or is of another run */
  | { kind: "not that of the evidence"; at: string };

/** Both sides of the plan, by the catalog from which it was made. */
export interface Sides {
  access: { before: AccessMatrix; after: AccessMatrix };
  figures: { before: CatalogFigures; after: CatalogFigures };
}

/** Everything that a report shows; what is not known says so. */
export interface ReportFacts {
  project: string;
  /** ISO 8601 */
  at: string;
  rlsmith: string;
  status: Status;
  /** null: there is no plan */
  plan: StoredPlan | null;
  /** of the plan's own catalog; null: it was not kept */
  sides: Sides | null;
  proof: Kept<Results["proof"]>;
  rehearsal: Kept<Results["rehearsal"]>;
  verification: Kept<Results["verification"]>;
  approvals: Approval[];
  lines: Line[];
  targets: TargetFacts[];
}

/** A target, in the order of `after`. */
export interface TargetFacts {
  name: string;
  requireApprovals: number;
  journal: Asked<Entry[]>;
  traffic: Asked<Traffic>;
}

/**
 * Gather what a report shows: the plan and what commands have found out about it, from `.rlsmith/`; with `live`, also the
 * journals and samples of the targets, which are only read. Throws ToolError: (config) the config is not valid,
 * (environment) the plan was edited.
 */
export async function reportFacts(
  projectDir: string,
  { live = false, config: named, now = new Date() }: { live?: boolean; config?: string | undefined; now?: Date } = {},
): Promise<ReportFacts> {
  const status = await statusOf(projectDir, live, named);
  const config = (await loadConfig(projectDir, named))?.config ?? null;
  const plan = readStoredPlan(planPath(projectDir));
  const { read, conflicts } = readEvidence(projectDir);
  const lines = trustedLines(read, checkLines(read, conflicts));
  const kept = <Name extends keyof Results>(name: Name, factOf: (value: Results[Name]) => Fact): Kept<Results[Name]> =>
    keptOf(projectDir, name, { plan, lines, factOf });
  const proof = kept("proof", ({ proved, rehearsal }) =>
    plan ? planFact(plan.plan, proved, rehearsal) : { kind: "merge" },
  );
  return {
    project: basename(projectDir),
    at: now.toISOString(),
    rlsmith: VERSION,
    status,
    plan,
    sides: plan && proof.kind === "known" ? sidesOf(plan, proof.value, config) : null,
    proof,
    rehearsal: rehearsalOf(
      kept("rehearsal", (value) => rehearsalFact(value, purposeOf(plan?.plan ?? {}))),
      proof,
    ),
    // the file of tests that it wrote does not change what it found
    verification: kept("verification", (value) => verifyFact(value, null)),
    approvals: approvalsOf(projectDir),
    lines,
    targets: await targetFacts(projectDir, config, plan, { live, named }),
  };
}

/** A target that cannot be asked is no reason to say nothing: the report says so where it speaks of the target. */
async function statusOf(projectDir: string, live: boolean, config: string | undefined): Promise<Status> {
  try {
    return await projectStatus(projectDir, { live, config });
  } catch (error) {
    if (!live || !(error instanceof ToolError) || error.kind !== "environment") throw error;
    return projectStatus(projectDir, { config });
  }
}

/** A result that was kept, if it is of this plan, and the evidence of its command says the same. */
function keptOf<Name extends keyof Results>(
  projectDir: string,
  name: Name,
  on: { plan: StoredPlan | null; lines: readonly Line[]; factOf: (value: Results[Name]) => Fact },
): Kept<Results[Name]> {
  const result = readResult(projectDir, name);
  if (result === null || on.plan === null) return { kind: "none" };
  const { at, plan, value } = result;
  if (plan !== on.plan.hash) return { kind: "another plan", at };
  const said = countsIn(on.factOf(value));
  const line = on.lines.findLast(
    ({ fact, subject }) => subject.plan === plan && countsIn(fact) === said && fact.kind === on.factOf(value).kind,
  );
  return line === undefined ? { kind: "not that of the evidence", at } : { kind: "known", at, value };
}

/** The counts of a fact; a file that was written is none. */
const countsIn = (fact: Fact): string => JSON.stringify("emitted" in fact ? { ...fact, emitted: null } : fact);

/** `plan` rehearses, too: the newer of both. */
function rehearsalOf(own: Kept<Results["rehearsal"]>, proof: Kept<Results["proof"]>): Kept<Results["rehearsal"]> {
  if (proof.kind !== "known" || proof.value.rehearsal === null) return own;
  const planned = { kind: "known" as const, at: proof.at, value: proof.value.rehearsal };
  return own.kind === "known" && own.at > proof.at ? own : planned;
}

/** Findings are left out: they take as long as all the rest, and `metrics` counts them. */
export function sidesOf({ plan }: StoredPlan, { catalog }: Results["proof"], config: Config | null): Sides {
  const source = config ? claimsSourceOf(config.claims) : claimsOf(catalog);
  const settings = new Set(plan.retired);
  const sideOf = (of: Catalog): { access: AccessMatrix; figures: CatalogFigures } => {
    const facts = analyseFunctions(of, source);
    const classified = classify(of, source, facts);
    return {
      access: accessMatrix({ catalog: of, classified, facts, source }),
      figures: catalogFigures({ classified, facts }, settings),
    };
  };
  const [before, after] = [sideOf(catalog), sideOf(catalogAfter(catalog, plan))];
  return {
    access: { before: before.access, after: after.access },
    figures: { before: before.figures, after: after.figures },
  };
}

async function targetFacts(
  projectDir: string,
  config: Config | null,
  plan: StoredPlan | null,
  { live, named }: { live: boolean; named: string | undefined },
): Promise<TargetFacts[]> {
  const facts: TargetFacts[] = [];
  for (const { name, requireApprovals } of targetsOf(config)) {
    if (!live) {
      facts.push({ name, requireApprovals, journal: { kind: "not asked" }, traffic: { kind: "not asked" } });
      continue;
    }
    const on = await openTarget(projectDir, { target: name, config: named });
    facts.push({
      name,
      requireApprovals,
      journal: await asked(async () => historyOf(on)),
      traffic: plan === null ? { kind: "not asked" } : await trafficOf(on, plan.plan),
    });
  }
  return facts;
}
