import { existsSync, statSync } from "node:fs";
import { basename, relative, resolve } from "node:path";
import { readCatalog } from "./catalog-file.ts";
import { classify, type ClassifiedPolicy } from "./classify/classify.ts";
import { catalogFindings } from "./classify/findings.ts";
import { analyseFunctions, type FunctionFacts } from "./classify/functions.ts";
import { inferContext, type InferredContext } from "./classify/infer.ts";
import { claimsSourceOf, contextMapOf, loadConfig, parseConfig, type Config } from "./config.ts";
import { readClaims } from "./claims/claims.ts";
import { isMended, renderFix } from "./claims/fix.ts";
import { claimsFindings } from "./claims/judge.ts";
import type { ClaimsReport } from "./claims/report.ts";
import type { TokenOptions } from "./claims/tokens.ts";
import type { Db } from "./db/port.ts";
import { untilEnding } from "./db/until-ending.ts";
import { openServer } from "./db/server.ts";
import { ToolError } from "./errors.ts";
import type { Finding } from "./finding.ts";
import { inspect } from "./inspect/inspect.ts";
import type { LayoutName } from "./layouts.ts";
import type { Policy } from "./pg/policy.ts";
import type { Catalog } from "./pg/catalog.ts";
import { contextFunctions } from "./classify/context-functions.ts";
import { tenancyOf } from "./classify/tenancy.ts";
import type { ClaimsSource, ContextMap } from "./pg/context.ts";
import { buildPlan } from "./plan/build.ts";
import { renderMigration } from "./plan/migration.ts";
import { outputFiles, outputNames, type OutputFile, type OutputNames, type OutputPlace } from "./plan/output.ts";
import type { Migration, Plan } from "./plan/plan.ts";
import { catalogAfter } from "./plan/catalog-after.ts";
import type { AssumedVerdict, CompareOptions } from "./prove/compare-access.ts";
import { addedRelations, changedViews, type AddedRelation } from "./prove/added.ts";
import { objections, type Objection } from "./prove/gate.ts";
import { proveNever } from "./prove/never.ts";
import { meaningOf, propertyOf, tenantOf } from "./prove/properties.ts";
import { prove } from "./prove/prove.ts";
import { confirmProperty } from "./prove/replay/confirm-property.ts";
import { inferTenant } from "./prove/tenant.ts";
import { proveMigration, type MigrationProof } from "./prove/migration.ts";
import { confirm } from "./prove/replay/confirm.ts";
import { rehearse, type Rehearsal } from "./rehearse/rehearse.ts";
import type { Progress } from "./progress.ts";
import type { Checked } from "./report/properties.ts";
import { checkOut } from "./revision.ts";
import { rewriteCatalog } from "./rewrite/run.ts";
import { copySchema } from "./scratch/copy-schema.ts";
import { readMigrations, type MigrationsFolder } from "./scratch/layout.ts";
import { openScratch } from "./scratch/open.ts";
import { extensionsNamed } from "./scratch/prepare.ts";
import { replay, type ReplayReport } from "./scratch/replay.ts";
import type { Scratch, ScratchTarget } from "./scratch/scratch.ts";
import { scratchGround, type Known } from "./verify/scratch-ground.ts";
import type { Cell } from "./verify/cell.ts";
import type { Verification } from "./verify/verification.ts";
import { liveGround } from "./verify/live/ground.ts";
import { pastUsing, policyMutants, type PolicyMutant } from "./verify/mutants.ts";
import { runMutants, type MutantResult } from "./verify/mutation.ts";
import { isolationTests } from "./verify/emit/build.ts";
import { pgtap } from "./verify/emit/pgtap.ts";
import { emittedPath, type EmittedKind } from "./verify/emit/place.ts";
import { vitest } from "./verify/emit/vitest.ts";
import { verify } from "./verify/verify.ts";
import { VERSION } from "./version.ts";

export type { Progress };

export interface ProjectOptions {
  /** the project's folder, absolute */
  projectDir: string;
  /** a live database instead of the migrations folder; only ever read */
  db?: string | undefined;
  scratch: ScratchTarget;
  /** the migrations folder, where it is not to be found by itself */
  folder?: string | undefined;
  layout?: LayoutName | undefined;
  /** config file, relative to the project; null: do not look at any */
  config?: string | null | undefined;
  strict: boolean;
  progress: Progress;
}

/** A database's catalog and where it came from. */
export interface Source {
  catalog: Catalog;
  config: { config: Config; file: string } | null;
  origin: Origin;
  close(): Promise<void>;
}

export type Origin =
  /** replayed into a scratch database, which rehearsals fork */
  | { kind: "migrations"; folder: MigrationsFolder; report: ReplayReport; scratch: Scratch }
  /** only ever read; a rehearsal copies its schema */
  | { kind: "live"; url: string; target: ScratchTarget };

/** From a migrations folder (replayed into a scratch database) or a live database to a catalog. `without`: a file of the folder to leave out. */
export async function openSource(options: ProjectOptions, without: string | null = null): Promise<Source> {
  const config = options.config === null ? null : await loadConfig(options.projectDir, options.config);
  if (options.db !== undefined) {
    const db = await openServer(options.db);
    try {
      const catalog = await inspect(db);
      options.progress.done(
        "read",
        `${catalog.policies.length} policies of the live database, in a read-only transaction`,
      );
      return {
        catalog,
        config,
        origin: { kind: "live", url: options.db, target: options.scratch },
        close: async () => {},
      };
    } finally {
      await db.close();
    }
  }
  const configured = config?.config.migrations;
  const folder = await readMigrations(
    resolve(options.projectDir, options.folder ?? configured?.folder ?? "."),
    options.layout ?? configured?.layout,
  );
  if (without !== null)
    folder.files = folder.files.filter((file) => resolve(folder.projectDir, file.path) !== resolve(without));
  const scratch = await openScratch(options.scratch, {
    extensions: extensionsNamed(folder),
    onNotice: (notice) => options.progress.done("scratch", notice),
  });
  try {
    const report = await replay(scratch, folder, { strict: options.strict });
    const where = relative(options.projectDir, folder.folder) || ".";
    const failed = report.failures.length === 0 ? "" : `, ${report.failures.length} statements failed`;
    options.progress.done(
      "replay",
      `${report.files} files of ${where} (${folder.layout}), ${report.statements} statements${failed}`,
    );
    const catalog = await inspect(scratch.db);
    return {
      catalog,
      config,
      origin: { kind: "migrations", folder, report, scratch },
      close: async () => scratch.close(),
    };
  } catch (error) {
    await scratch.close();
    throw error;
  }
}

/** What the catalog says of its policies, without any decision. */
export interface Inspection {
  catalog: Catalog;
  facts: FunctionFacts[];
  classified: ClassifiedPolicy[];
  findings: Finding[];
  inferred: InferredContext;
}

/** Classify every policy, follow helpers into their bodies, infer the context map, and list what a person should know. */
export function inspectCatalog(catalog: Catalog, config: Config | null): Inspection {
  const source = config ? claimsSourceOf(config.claims) : claimsOf(catalog);
  const facts = analyseFunctions(catalog, source);
  const classified = classify(catalog, source, facts);
  const inferred = inferContext(catalog, classified, facts);
  const findings = [...catalogFindings(catalog, classified, facts), ...inferred.conflicts];
  return { catalog, facts, classified, findings, inferred };
}

const claimsOf = (catalog: Catalog): ClaimsSource =>
  catalog.functions.some((fn) => fn.schema === "auth" && fn.name === "jwt")
    ? { kind: "function", schema: "auth", name: "jwt" }
    : { kind: "setting", setting: "request.jwt.claims" };

/** A plan with its two files as text, and where they belong. */
export interface Planned {
  plan: Plan;
  migration: Migration;
  place: OutputPlace;
  names: OutputNames;
}

/** Plan the move to claims for a source. Throws ToolError (config) without a config, or (usage) where there is no policy. */
export function planSource(
  source: Source,
  config: Config,
  projectDir: string,
  outDir: string | null,
  now: Date,
): Planned {
  if (source.catalog.policies.length === 0)
    throw new ToolError(
      "usage",
      "NO_POLICIES",
      "there is no policy in this database",
      "check that this is the right folder or database; `rlsmith inspect` shows what was read",
    );
  const { classified } = inspectCatalog(source.catalog, config);
  const plan = buildPlan(source.catalog, rewriteCatalog(source.catalog, classified, config), VERSION);
  const place = outputPlace(source, projectDir, outDir);
  const names = outputNames(place, now);
  const migration = renderMigration(plan, source.catalog, {
    ownTransaction: names.ownTransaction,
    rollbackFile: relative(projectDir, names.down),
  });
  return { plan, migration, place, names };
}

/** The folder of the project's migrations, or of its own for a live database and where one is named. */
const outputPlace = ({ origin }: Source, projectDir: string, outDir: string | null): OutputPlace =>
  outDir !== null || origin.kind === "live"
    ? { layout: "plain", folder: resolve(projectDir, outDir ?? "rlsmith/migrations"), projectDir }
    : { layout: origin.folder.layout, folder: origin.folder.folder, projectDir };

/** A plan's verdicts, and what somebody has to answer for. */
export interface PlanProof {
  proof: MigrationProof;
  objections: Objection[];
}

/**
 * Prove a planned migration in every regime, and run the witnesses on a scratch database. `accepts`: policy → reason, for what is neither
 * equivalent nor tighter. Throws ToolError (usage) where one names a policy that is not there.
 */
export async function provePlan(
  source: Source,
  plan: Plan,
  accepts: ReadonlyMap<string, string>,
  options: CompareOptions,
  progress: Progress,
): Promise<PlanProof> {
  const known = new Set<string>(plan.policies.map(({ policy }) => policy));
  for (const name of accepts.keys())
    if (!known.has(name))
      throw new ToolError(
        "usage",
        "NO_SUCH_POLICY",
        `--accept: there is no policy \`${name}\``,
        "name it as the plan does: schema.relation.policy",
      );
  const after = catalogAfter(source.catalog, plan);
  const made = proveMigration(source.catalog, after, plan.context, plan.policies, options);
  // that a malformed variable raises is no news: in the foreign regimes only what is allowed is run
  const shown = made.access.map((verdict) =>
    verdict.assumption.startsWith("foreign ")
      ? { ...verdict, witnesses: verdict.witnesses.filter(({ change }) => change === "lost" || change === "gained") }
      : verdict,
  );
  const access = await withScratch(source, async (db) => confirm(db, source.catalog, after, shown, made.assumptions));
  const proof = { ...made, access };
  const mapped = new Set(plan.context.variables.map(({ setting }) => setting));
  const found = objections(proof, plan.announced, accepts, mapped);
  const open = found.filter(({ answer }) => answer === null).length;
  progress.done("prove", `${proof.access.length} verdicts, ${open} to be answered for`);
  return { proof, objections: found };
}

/** A database to run witnesses on: what is made there is rolled back. */
export async function withScratch<T>(source: Source, use: (db: Db) => Promise<T>): Promise<T> {
  if (source.origin.kind === "migrations") return use(source.origin.scratch.db);
  const scratch = await openScratch(source.origin.target);
  try {
    return await use(scratch.db);
  } finally {
    await scratch.close();
  }
}

/** Rehearse a planned migration on copies of the scratch database that the source was replayed into, or of the live schema without its rows. */
export async function rehearseSource(
  source: Source,
  planned: Planned,
  config: Config,
  progress: Progress,
): Promise<Rehearsal> {
  const base = await rehearsalBase(source, progress);
  try {
    return await rehearse({
      base: base.scratch,
      catalog: base.catalog,
      plan: planned.plan,
      migration: planned.migration,
      ownTransaction: planned.names.ownTransaction,
      inspect,
      replan: (catalog) =>
        buildPlan(catalog, rewriteCatalog(catalog, inspectCatalog(catalog, config).classified, config), VERSION),
      progress,
    });
  } finally {
    await base.close();
  }
}

async function rehearsalBase(
  source: Source,
  progress: Progress,
): Promise<{ scratch: Scratch; catalog: Catalog; close(): Promise<void> }> {
  if (source.origin.kind === "migrations")
    return { scratch: source.origin.scratch, catalog: source.catalog, close: async () => {} };
  const live = await openServer(source.origin.url);
  try {
    const scratch = await openScratch(source.origin.target);
    try {
      const report = await copySchema(live, scratch.db, source.catalog.policies);
      const failed = report.failed.map((failure) => `${failure.object} (${failure.sqlstate})`);
      progress.done(
        "copy schema",
        `${report.statements} statements${failed.length === 0 ? "" : `, ${failed.length} failed: ${failed.slice(0, 5).join(", ")}`}`,
      );
      return { scratch, catalog: await inspect(scratch.db), close: async () => scratch.close() };
    } catch (error) {
      await scratch.close();
      throw error;
    }
  } finally {
    await live.close();
  }
}

/** Look at a source's claims: the sync, who is in step, how old a token can be. A live database is only read; the sync is tried on a scratch one. */
export async function checkClaims(source: Source, options: TokenOptions, progress: Progress): Promise<ClaimsReport> {
  const config = source.config?.config ?? null;
  const { origin } = source;
  const live = origin.kind === "live" ? await openServer(origin.url) : null;
  try {
    const db = origin.kind === "live" ? live : origin.scratch.db;
    if (db === null) throw new Error("a live source has a connection");
    const facts = await readClaims(
      db,
      { ...inspectCatalog(source.catalog, config), config },
      options,
      async (probe) => {
        const base = await rehearsalBase(source, progress);
        try {
          return await probe(base.scratch.db, base.catalog);
        } finally {
          await base.close();
        }
      },
    );
    const readFrom = origin.kind === "live" ? "live" : "migrations";
    return { readFrom, jwtExpirySeconds: options.expirySeconds, facts, findings: claimsFindings(facts) };
  } finally {
    await live?.close();
  }
}

/** The files of a migration that mends the sync and fills in claims; null where there is nothing to mend. Throws ToolError (config) without a known source. */
export function planClaimsFix(
  source: Source,
  { facts, findings }: ClaimsReport,
  projectDir: string,
  outDir: string | null,
  now: Date,
): OutputFile[] | null {
  if (facts.source.kind === "unknown")
    throw new ToolError(
      "config",
      "UNKNOWN_CLAIMS_SOURCE",
      `nothing can be written while it is unknown what feeds the claims: ${facts.source.why}`,
      "declare `claimsSync` in rlsmith.config.ts: which relation and column feed which claim",
    );
  if (!findings.some(isMended)) return null;
  const place = outputPlace(source, projectDir, outDir);
  const names = outputNames(place, now, "claims_sync");
  const migration = renderFix(facts.source.value, facts.triggers, {
    schema: source.config?.config.helperSchema ?? "rlsmith_private",
    ownTransaction: names.ownTransaction,
    rollbackFile: relative(projectDir, names.down),
  });
  return outputFiles(place, names, migration, now, "claims_sync");
}

/** One side of a comparison. */
export interface Side {
  /** as it was named, a database's URL left out */
  name: string;
  catalog: Catalog;
  /** null: a catalog out of a file */
  source: Source | null;
  close(): Promise<void>;
}

/**
 * A side by what the user named: `git:REVISION` of the project, a `postgres://` URL or `env:NAME` that holds one, a catalog as JSON, or a
 * project's folder. Throws ToolError (usage) for anything else.
 */
export async function openSide(named: string, options: ProjectOptions): Promise<Side> {
  if (named.startsWith("git:")) {
    const checkout = await checkOut(options.projectDir, named.slice("git:".length));
    try {
      const source = await openSource({ ...options, projectDir: checkout.projectDir });
      return { name: named, catalog: source.catalog, source, close: source.close };
    } finally {
      checkout.close();
    }
  }
  const url = named.startsWith("env:") ? urlOf(named.slice("env:".length)) : named;
  if (/^postgres(ql)?:\/\//.test(url)) {
    const source = await openSource({ ...options, db: url });
    return {
      name: named.startsWith("env:") ? named : "the live database",
      catalog: source.catalog,
      source,
      close: source.close,
    };
  }
  if (named.endsWith(".json")) return { name: named, catalog: readCatalog(named), source: null, close: async () => {} };
  const projectDir = resolve(named);
  if (!existsSync(projectDir) || !statSync(projectDir).isDirectory())
    throw new ToolError(
      "usage",
      "NO_SUCH_SIDE",
      `there is no folder \`${named}\``,
      "a side is a folder, git:REVISION, a postgres:// URL, env:NAME that holds one, or a catalog as .json",
    );
  const source = await openSource({ ...options, projectDir });
  return { name: named, catalog: source.catalog, source, close: source.close };
}

function urlOf(variable: string): string {
  const url = process.env[variable];
  if (url) return url;
  throw new ToolError(
    "usage",
    "NO_SUCH_VARIABLE",
    `env:${variable}: the environment has no such variable`,
    `set ${variable} to a postgres:// URL`,
  );
}

/** What `rlsmith prove` found between two sides. */
export interface SideProof {
  verdicts: AssumedVerdict[];
  added: AddedRelation[];
  /** views that differ, and are not compared */
  views: string[];
}

/** Compare what two sides allow, under conditions that every request is taken to satisfy, and run the witnesses. */
export async function proveSides(
  before: Side,
  after: Side,
  assume: readonly string[],
  options: CompareOptions,
): Promise<SideProof> {
  const assumptions = [{ name: assume.join(" and "), conditions: assume }];
  const verdicts = prove(before.catalog, after.catalog, { ...options, assumptions });
  const confirmed = await withDatabase([after, before], async (db) =>
    confirm(db, before.catalog, after.catalog, verdicts, assumptions),
  );
  return {
    verdicts: confirmed,
    added: addedRelations(before.catalog, after.catalog),
    views: changedViews(before.catalog, after.catalog),
  };
}

/** Check properties of one side's policies. `tenant`: `column=claim.path`; else the config or the policies say. */
export async function checkProperties(
  side: Side,
  never: readonly string[],
  tenant: string | undefined,
  options: CompareOptions,
): Promise<Checked[]> {
  const config = side.source?.config?.config;
  const claims = config ? claimsSourceOf(config.claims) : claimsOf(side.catalog);
  const context = config ? contextMapOf(config) : { claims, variables: [] };
  const whose = tenant === undefined ? inferTenant(side.catalog, context) : tenantOf(tenant, claims);
  const properties = never.map((text) => propertyOf(text, whose));
  return withDatabase([side], async (db) => {
    const checked: Checked[] = [];
    for (const property of properties) {
      const verdicts = proveNever(side.catalog, property, options);
      checked.push({
        name: property.name,
        meaning: meaningOf(property),
        verdicts: await confirmProperty(db, side.catalog, verdicts),
      });
    }
    return checked;
  });
}

/** A scratch database that one of the sides has open, or a new one. */
async function withDatabase<T>(sides: readonly Side[], use: (db: Db) => Promise<T>): Promise<T> {
  for (const { source } of sides) if (source?.origin.kind === "migrations") return use(source.origin.scratch.db);
  const scratch = await openScratch({ kind: "embedded" });
  try {
    return await use(scratch.db);
  } finally {
    await scratch.close();
  }
}

/** Attack a source's database as its tenants would. */
export async function verifySource(
  source: Source,
  live: { writes: boolean } | null,
  onCell: (cell: Cell) => void,
  progress: Progress,
): Promise<Verification> {
  if (source.origin.kind === "live" && live !== null)
    return verifyLive(source, source.origin.url, live, onCell, progress);
  const base = await rehearsalBase(source, progress);
  try {
    return await verifyScratch(base.scratch.db, base.catalog, source.config?.config ?? null, onCell, progress);
  } finally {
    await base.close();
  }
}

/** Attack a live database, in transactions that are rolled back. */
async function verifyLive(
  source: Source,
  url: string,
  { writes }: { writes: boolean },
  onCell: (cell: Cell) => void,
  progress: Progress,
): Promise<Verification> {
  const config = source.config?.config ?? null;
  const { verify: declared, rules } = config ?? parseConfig({}, "no config");
  const db = untilEnding(await openServer(url, { applicationName: "rlsmith verify" }));
  const otherClient = await openServer(url, { applicationName: "rlsmith verify" });
  try {
    const ground = await liveGround(db, knownOf(source.catalog, config), writes);
    return await verify(ground, {
      config: declared,
      liveRole: rules.liveRole !== undefined,
      onCell,
      progress,
      otherClient,
    });
  } finally {
    await otherClient.close();
    await db.close();
  }
}

/** Put rows of two tenants into a throw-away database, and attack it. */
export async function verifyScratch(
  db: Db,
  catalog: Catalog,
  config: Config | null,
  onCell: (cell: Cell) => void,
  progress: Progress,
): Promise<Verification> {
  const { verify: declared, rules } = config ?? parseConfig({}, "no config");
  const ground = await scratchGround(db, knownOf(catalog, config));
  return verify(ground, {
    config: declared,
    liveRole: rules.liveRole !== undefined,
    onCell,
    progress,
    otherClient: null,
  });
}

/** The matrix of a source as a file of tests, and where that file belongs. */
export async function emitTests(
  source: Source,
  kind: EmittedKind,
  projectDir: string,
  progress: Progress,
): Promise<OutputFile> {
  const base = await rehearsalBase(source, progress);
  try {
    const ground = await scratchGround(base.scratch.db, knownOf(base.catalog, source.config?.config ?? null));
    const tests = await isolationTests(ground, basename(projectDir));
    const place = outputPlace(source, projectDir, null);
    return { path: emittedPath(place, kind), content: kind === "pgtap" ? pgtap(tests) : vitest(tests) };
  } finally {
    await base.close();
  }
}

/** A policy made worse, what noticed it, and where nothing did, why. */
export interface MutantOutcome extends MutantResult {
  /** null: it was noticed; `equivalent`: proved that nobody can tell it from the policy */
  survivor: "equivalent" | "different" | "unknown" | null;
}

/** Make every policy worse in every way, and see whether the matrix notices; survivors are compared by the prover. */
export async function verifyMutants(source: Source, progress: Progress): Promise<MutantOutcome[]> {
  const base = await rehearsalBase(source, progress);
  try {
    return await mutantsOnScratch(base.scratch.db, base.catalog, source.config?.config ?? null, progress);
  } finally {
    await base.close();
  }
}

/** The same on a throw-away database that is there already. */
export async function mutantsOnScratch(
  db: Db,
  catalog: Catalog,
  config: Config | null,
  progress: Progress,
): Promise<MutantOutcome[]> {
  const known = knownOf(catalog, config);
  const ground = await scratchGround(db, known);
  const results = await runMutants(ground, policyMutants(catalog, known.context), progress);
  return results.map((result) => ({
    ...result,
    survivor: result.noticed ? null : explainSurvivor(catalog, result.mutant),
  }));
}

/**
 * What the prover says of a mutant that no cell noticed. Whoever brings a new row into an UPDATE has got past a USING: what that asks of the token
 * holds when the WITH CHECK is asked.
 */
function explainSurvivor(
  catalog: Catalog,
  { original, mutated }: PolicyMutant,
): "equivalent" | "different" | "unknown" {
  const isOriginal = (policy: Policy): boolean =>
    policy.schema === original.schema && policy.relation === original.relation && policy.name === original.name;
  const policies = catalog.policies.flatMap((policy) => (isOriginal(policy) ? (mutated ? [mutated] : []) : [policy]));
  const after = { ...catalog, policies };
  const own = `${original.schema}.${original.relation}`;
  const got = prove(catalog, after, {
    relations: new Set([own]),
    assumptions: [{ name: "past USING", conditions: [pastUsing(catalog, original)] }],
  });
  const decisions = prove(catalog, after).map((verdict) => {
    if (verdict.component !== "UPDATE CHECK" || `${verdict.relation.schema}.${verdict.relation.name}` !== own)
      return verdict.decision;
    return (
      got.find(({ component, role }) => component === verdict.component && role === verdict.role)?.decision ??
      verdict.decision
    );
  });
  if (decisions.every((decision) => decision === "equivalent" || decision === "vacuous")) return "equivalent";
  return decisions.some((decision) => decision === "unknown") ? "unknown" : "different";
}

/** What the attack has to know of a database beforehand. */
function knownOf(catalog: Catalog, config: Config | null): Known {
  const { facts, classified, inferred } = inspectCatalog(catalog, config);
  const mapped = config && Object.keys(config.context).length > 0 ? contextMapOf(config) : inferredMap(inferred);
  const { context, columns, memberships } = tenancyOf(catalog, classified, facts, mapped, config?.verify.tenant ?? {});
  const setters = new Map(contextFunctions(facts, catalog.functions).map(({ facts: fact, ...sets }) => [fact, sets]));
  const read = new Set(classified.flatMap(({ reads }) => reads.map(({ setting }) => setting)));
  const unmapped = [...read].filter((setting) => !context.variables.some((variable) => variable.setting === setting));
  return { catalog, context, columns, facts, setters, unmapped, memberships };
}

/** What policies say by themselves, where nobody has declared it. */
const inferredMap = (inferred: InferredContext): ContextMap => ({
  claims: inferred.claims,
  variables: inferred.variables.flatMap(({ setting, claim, type, separator }) =>
    claim === null ? [] : [{ setting, claim, type, separator: separator ?? "," }],
  ),
});
