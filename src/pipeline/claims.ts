import {
  readClaims,
  isFixable,
  isMended,
  renderFix,
  claimsFindings,
  DECLARE_ACTIVE,
  DECLARE_SOURCE,
  syncHolds,
} from "../claims/index.ts";
import type { ClaimsReport, TokenOptions } from "../claims/index.ts";
import type { Config } from "../config.ts";
import type { Db } from "../db/port.ts";
import { openServer } from "../db/server.ts";
import { ToolError } from "../errors.ts";
import { nameKey } from "../pg/name.ts";
import { outputFiles, outputNames, type Subject } from "../migration-tools/index.ts";
import type { Catalog } from "../pg/catalog.ts";
import { silent, type Progress } from "../progress.ts";
import type { ScratchTarget } from "../scratch/index.ts";
import type { OutputFile } from "../write-files.ts";
import { causeText, causeWords, unsureText } from "../report/claims-cause.ts";
import { visibleSql } from "../report/visible-sql.ts";
import { inspectCatalog } from "./inspection.ts";
import { outputPlace } from "./output-place.ts";
import { copyOf, rehearsalBase, type ScratchBase } from "./scratch-base.ts";
import type { Source } from "./source.ts";
import { relative } from "node:path";

const CLAIMS_SYNC: Subject = { slug: "claims_sync", title: "claims sync" };

/**
 * Check the claims of a source: the sync, the members whose claims match, the age of tokens. A live database is only
 * read; the sync is tried on a scratch database.
 */
export async function checkClaims(source: Source, tokens: TokenOptions, progress: Progress): Promise<ClaimsReport> {
  const config = source.config?.config ?? null;
  const { origin } = source;
  const base = async (): Promise<ScratchBase> => rehearsalBase(source, progress);
  if (origin.kind === "migrations")
    return reportOf(origin.scratch.db, source.catalog, "migrations", { config, tokens, base });
  const live = await openServer(origin.url);
  try {
    return await reportOf(live, source.catalog, "live", { config, tokens, base });
  } finally {
    await live.close();
  }
}

/** The options of checking the claims of a database. */
export interface ClaimsOptions extends Partial<TokenOptions> {
  /** its `claimsSync` names the source of the claims; default: no config */
  config?: Config | null;
  /** the server for the scratch database on which the sync trigger is tried; default: embedded */
  scratch?: ScratchTarget;
  progress?: Progress;
}

/**
 * Check that the claims in `auth.users` follow their source: the sync trigger, every member, the age of tokens. The
 * database is only read, in one transaction; the trigger is tried on a scratch database with the same schema. Tokens
 * live 3600 seconds unless `expirySeconds` is given. Throws ToolError (config): `claimsSync` does not fit the catalog.
 *
 * @example
 * ```ts
 * import { claims, connect, inspect } from "rlsmith";
 *
 * const db = await connect(process.env["DATABASE_URL"] ?? "");
 * const { findings } = await claims(db, await inspect(db), { expirySeconds: 900 });
 * await db.close();
 * for (const { severity, message } of findings) console.log(severity, message);
 * ```
 */
export async function checkClaimsOfDatabase(
  db: Db,
  catalog: Catalog,
  options: ClaimsOptions = {},
): Promise<ClaimsReport> {
  const { config = null, scratch = { kind: "embedded" }, progress = silent } = options;
  const { expirySeconds = 3600, since = null, now = null } = options;
  const base = async (): Promise<ScratchBase> => copyOf(db, catalog, scratch, progress);
  return reportOf(db, catalog, "live", { config, tokens: { expirySeconds, since, now }, base });
}

async function reportOf(
  db: Db,
  catalog: Catalog,
  readFrom: ClaimsReport["readFrom"],
  options: { config: Config | null; tokens: TokenOptions; base: () => Promise<ScratchBase> },
): Promise<ClaimsReport> {
  const { config, tokens } = options;
  const facts = await readClaims(db, { ...inspectCatalog(catalog, config), config }, tokens, async (probe) => {
    const base = await options.base();
    try {
      return await probe(base.scratch.db, base.catalog);
    } finally {
      await base.close();
    }
  });
  return { readFrom, jwtExpirySeconds: tokens.expirySeconds, facts, findings: claimsFindings(facts, causeWords) };
}

/**
 * The files of a migration that corrects the sync and fills in claims; null if there is nothing to correct. Throws
 * ToolError (config) if the source is not known, or if its active rows are not known.
 */
export function planClaimsFix(
  project: Source,
  { facts, findings }: ClaimsReport,
  projectDir: string,
  outDir: string | null,
  now: Date,
): OutputFile[] | null {
  if (facts.source.kind === "unknown")
    throw new ToolError(
      "config",
      "UNKNOWN_CLAIMS_SOURCE",
      `nothing can be written while the source of the claims is unknown: ${causeText(facts.source.because)}`,
      DECLARE_SOURCE,
    );
  const source = facts.source.value;
  const { unsure, relation } = source;
  if (unsure !== null)
    throw new ToolError(
      "config",
      "UNKNOWN_ACTIVE_ROWS",
      `nothing can be written while the active rows of \`${nameKey(relation)}\` are unknown: ${unsureText(unsure)}`,
      DECLARE_ACTIVE,
    );
  if (!findings.some(isMended) || !isFixable(source)) return null;
  const place = outputPlace(project, projectDir, outDir);
  const names = outputNames(place, now, CLAIMS_SYNC);
  const migration = renderFix(source, facts.triggers, {
    schema: project.config?.config.helperSchema ?? "rlsmith_private",
    ownTransaction: names.ownTransaction,
    rollbackFile: relative(projectDir, names.down),
    repairsSync: !syncHolds(facts, source),
  });
  const sql = { ...migration, up: visibleSql(migration.up), down: visibleSql(migration.down) };
  return outputFiles(place, names, sql, now, CLAIMS_SYNC);
}
