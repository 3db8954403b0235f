import { readClaimSource, tokenHooks, type Cause } from "../claims/index.ts";
import { claimUses, type ClaimUse, type ConfigAnswers } from "../classify/index.ts";
import { contextMapOf, parseConfig, type Config } from "../config.ts";
import type { Db } from "../db/port.ts";
import { openServer } from "../db/server.ts";
import { ToolError } from "../errors.ts";
import type { Catalog } from "../pg/catalog.ts";
import { samePath, type ClaimsSource, type ContextVariable } from "../pg/context.ts";
import { as } from "../pg/expr/node.ts";
import { parseExpr } from "../pg/expr/parse.ts";
import { call, callKey } from "../pg/expr/shape.ts";
import { some } from "../pg/expr/walk.ts";
import { functionKey, nameKey, type NameKey, type QualifiedName } from "../pg/name.ts";
import { isPlatformFunction } from "../pg/platform-objects.ts";
import { isOnPlatform } from "../pg/platform-schemas.ts";
import type { Policy } from "../pg/policy.ts";
import { catalogAfter } from "../plan/index.ts";
import { readConfigToml } from "./config-toml.ts";
import { inspectCatalog, type Inspection } from "./inspection.ts";
import { liveRowOf, type ClaimSource, type FoundRow, type NoRow } from "./live-row.ts";
import { countLookUps, type LookUps } from "./look-ups.ts";
import { planCatalog, type PlannedMigration } from "./plan.ts";
import { measuringConfig } from "./rule-offers.ts";
import { readsAsText, type LiveRole } from "../rewrite/index.ts";
import { rehearsalBase } from "./scratch-base.ts";
import type { ProjectOptions, Source } from "./source.ts";

/** How old a token can be, and how that is known. */
export type TokenAge =
  | { kind: "config.toml"; seconds: number }
  /** the default of Supabase, as its reference said on a day */
  | { kind: "default"; seconds: number; asOf: string }
  /** config.toml sets it to a text, such as the name of a variable */
  | { kind: "not read" }
  | { kind: "issuer" };

/** `rules.liveRole` of the config. */
export interface LiveRoleEntry extends LiveRole {
  setting: string;
}

/** A claim that decides rights, with the two places that its value can be read from. */
export interface ClaimChoice extends ClaimUse {
  /** its name in `rules.liveRole`: the variable that it replaces, or its path; null: it has none */
  setting: string | null;
  /** the number of policies that read the claim themselves, in the form that `rules.liveRole` replaces */
  reachable: number;
  row: FoundRow | NoRow;
  /** the custom access token hooks that set it, if they are enabled, which no database records */
  hooks: { function: NameKey; /** the relations that its body names */ tables: NameKey[] }[];
  /** the look-up as the config would choose it; null: it cannot be chosen */
  lookUp: LookUp | null;
}

export interface LookUp {
  entry: LiveRoleEntry;
  /** the number of policies that would look the row up */
  policies: number;
  lookUps: LookUps;
  /** the policies and functions that would still read the claim from the token */
  stays: string[];
  /** a refusal of the plan, in words; then nothing else is known */
  refused: string | null;
}

export interface ClaimChoices {
  age: TokenAge;
  rights: ClaimChoice[];
  /** the claims that choose rows alone: no choice is offered for them */
  rows: string[][];
  /** the reason why it is not known which rows the claims are copied from; null: it is known, or was not asked */
  unknownSource: Cause | null;
  /** the reason why nothing was compared: the plan of the project is refused; null: it is not */
  refused: string | null;
}

/**
 * For each claim by which policies decide what a member may do: the age of the token against a look-up of the row that
 * the claim is copied from, with what the look-up costs. The policies are taken as the plan would write them, with the
 * given answers. A live database is only read; statements are explained on the scratch database.
 */
export async function claimChoices(
  source: Source,
  inspection: Inspection,
  answers: ConfigAnswers,
  { projectDir, progress }: Pick<ProjectOptions, "projectDir" | "progress">,
): Promise<ClaimChoices> {
  const { catalog } = source;
  const { inferred, classified } = inspection;
  const config = answered(measuringConfig(inferred), answers);
  const { claims, variables } = contextMapOf(config);
  const found: ClaimChoices = {
    age: ageOf(source, projectDir),
    rights: [],
    rows: [],
    unknownSource: null,
    refused: null,
  };
  const planned = planOrRefusal(catalog, config);
  if (typeof planned === "string") return { ...found, refused: planned };
  const after = catalogAfter(catalog, planned.plan);
  // the claim that stands for a variable without one is made up
  const isOpen = new Set(
    inferred.variables.filter(({ setting, certain }) => !certain && !answers.variables[setting]).map(lowerCased),
  );
  const madeUp = variables.filter(({ setting }) => isOpen.has(setting)).map(({ claim }) => claim);
  const isMadeUp = (path: string[]): boolean =>
    madeUp.some((one) => samePath(one, path)) &&
    !classified.some((one) => one.claims.some((read) => samePath(read, path)));
  const uses = claimUses(after, inspectCatalog(after, config).classified, claims).filter(({ path }) => !isMadeUp(path));
  const rights = uses.filter(({ decides }) => decides !== "rows");
  found.rows.push(...uses.filter(({ decides }) => decides === "rows").map(({ path }) => path));
  if (rights.length === 0) return found;
  const origin = await sourceOfClaims(source);
  if (origin.source.kind === "unknown") found.unknownSource = origin.source.because;
  const base = { opened: null as Awaited<ReturnType<typeof rehearsalBase>> | null };
  const onScratch = async (): Promise<Db> => (base.opened ??= await rehearsalBase(source, progress)).scratch.db;
  try {
    for (const use of rights) {
      const row = liveRowOf(use.path, catalog, claims, origin);
      const setting = settingOf(use.path, variables);
      const entry = row.kind === "row" && row.obstacle === null && setting !== null ? entryOf(setting, row) : null;
      found.rights.push({
        ...use,
        setting,
        reachable: after.policies.filter((policy) => isReached(policy, use.path, claims)).length,
        row,
        hooks: hooksOf(use.path, inspection),
        lookUp: entry === null ? null : await lookUpOf(source, use, entry, config, onScratch),
      });
    }
    return found;
  } finally {
    await base.opened?.close();
  }
}

/** The names of settings do not depend on case; the context map has them in lower case. */
const lowerCased = ({ setting }: { setting: string }): string => setting.toLowerCase();

const answered = (config: Config, { variables }: ConfigAnswers): Config =>
  parseConfig({ ...config, context: { ...config.context, ...variables } });

function ageOf({ origin, catalog }: Source, projectDir: string): TokenAge {
  if (!isOnPlatform(catalog)) return { kind: "issuer" };
  const seconds =
    readConfigToml(origin.kind === "migrations" ? [origin.folder.projectDir, projectDir] : [projectDir])?.jwtExpiry ??
    null;
  if (seconds === null) return DEFAULT;
  return Number.isNaN(seconds) ? { kind: "not read" } : { kind: "config.toml", seconds };
}

/** Supabase CLI, reference of config.toml: `auth.jwt_expiry` "Defaults to 3600 (1 hour)". */
const DEFAULT: TokenAge = { kind: "default", seconds: 3600, asOf: "2026-11-29" };

async function sourceOfClaims(source: Source): Promise<ClaimSource> {
  const { catalog, origin } = source;
  const input = { ...inspectCatalog(catalog), config: null };
  if (origin.kind === "migrations") return readClaimSource(origin.scratch.db, input);
  const live = await openServer(origin.url);
  try {
    return await readClaimSource(live, input);
  } finally {
    await live.close();
  }
}

const hooksOf = (path: readonly string[], { catalog, facts }: Inspection): ClaimChoice["hooks"] =>
  tokenHooks(catalog, facts)
    .filter(({ sets }) => sets.some((set) => samePath(set, path)))
    .map(({ fn }) => ({
      function: nameKey(fn),
      tables: (facts.find((fact) => functionKey(fact) === functionKey(fn))?.tables ?? []).map(nameKey),
    }));

/** The name of a claim in the config; null if a key has a dot and no variable stands for the claim. */
const settingOf = (path: readonly string[], variables: readonly ContextVariable[]): string | null =>
  variables.find(({ claim }) => samePath(claim, path))?.setting ??
  (path.every((key) => !key.includes(".")) ? path.join(".") : null);

const entryOf = (setting: string, row: FoundRow): LiveRoleEntry => ({
  setting,
  relation: row.relation,
  userColumn: row.user,
  roleColumn: row.column,
  ...(row.active === null ? {} : { active: row.active.sql }),
});

const isReached = ({ using, check }: Policy, path: readonly string[], claims: ClaimsSource): boolean =>
  [using, check].some((text) => text !== null && readsAsText(parseExpr(text), path, claims));

async function lookUpOf(
  source: Source,
  { path }: ClaimUse,
  entry: LiveRoleEntry,
  config: Config,
  onScratch: () => Promise<Db>,
): Promise<LookUp> {
  const { catalog } = source;
  const live: Config = { ...config, rules: { ...config.rules, liveRole: entry } };
  const called = { schema: live.helperSchema, name: "live_role" };
  const none: LookUp = {
    entry,
    policies: 0,
    lookUps: { kind: "not measured", sqlstate: null },
    stays: [],
    refused: null,
  };
  const planned = planOrRefusal(catalog, live);
  if (typeof planned === "string") return { ...none, refused: planned };
  const after = catalogAfter(catalog, planned.plan);
  const stays = readersOf(path, inspectCatalog(after, live));
  const policies = after.policies.filter((policy) => calls(policy, called));
  if (policies.length === 0) return { ...none, stays };
  const lookUps = await countLookUps(await onScratch(), planned.migration.up, { catalog, policies, called });
  return { ...none, policies: policies.length, lookUps, stays };
}

/** A plan for the scratch database, or the words of its refusal. */
function planOrRefusal(catalog: Catalog, config: Config): PlannedMigration | string {
  try {
    return planCatalog(catalog, config, { ownTransaction: false });
  } catch (error) {
    if (error instanceof ToolError && error.kind === "config") return error.message;
    throw error;
  }
}

const calls = ({ using, check }: Policy, called: QualifiedName): boolean =>
  [using, check].some(
    (text) =>
      text !== null &&
      some(
        parseExpr(text),
        (node) => as("FuncCall", node) !== null && callKey(call(node)?.name ?? []) === nameKey(called),
      ),
  );

/** The policies and functions that read a claim from the token, and functions of which that cannot be excluded. */
function readersOf(path: readonly string[], { catalog, classified, facts }: Inspection): string[] {
  const policies = classified.filter(({ claims }) => claims.some((claim) => samePath(claim, path))).map(({ id }) => id);
  const bodies = new Map(catalog.functions.map((fn) => [functionKey(fn), fn.body]));
  const functions = facts.filter(
    (fact) =>
      !isPlatformFunction(catalog, fact) &&
      (fact.claims.some((claim) => samePath(claim, path)) ||
        (fact.opaque !== null && (bodies.get(functionKey(fact)) ?? "").includes(path.at(-1) ?? ""))),
  );
  return [...policies, ...functions.map(functionKey)];
}
