import { readClaims } from "../claims/claims.ts";
import { isFixable, isMended, renderFix } from "../claims/fix.ts";
import { claimsFindings } from "../claims/judge.ts";
import { syncHolds } from "../claims/judge-sync.ts";
import type { ClaimsReport } from "../claims/report.ts";
import type { TokenOptions } from "../claims/tokens.ts";
import { openServer } from "../db/server.ts";
import { ToolError } from "../errors.ts";
import { nameKey } from "../pg/name.ts";
import { outputFiles, outputNames, type Subject } from "../migration-tools/index.ts";
import type { Progress } from "../progress.ts";
import type { OutputFile } from "../write-files.ts";
import { inspectCatalog } from "./inspection.ts";
import { outputPlace } from "./output-place.ts";
import { rehearsalBase } from "./scratch-base.ts";
import type { Source } from "./source.ts";
import { relative } from "node:path";

const CLAIMS_SYNC: Subject = { slug: "claims_sync", title: "claims sync" };

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

/** The files of a migration that mends the sync and fills in claims; null where there is nothing to mend. Throws ToolError (config) without a known source, and where it is not known which rows count. */
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
      `nothing can be written while it is unknown what feeds the claims: ${facts.source.why}`,
      "declare `claimsSync` in rlsmith.config.ts: which relation and column feed which claim",
    );
  const source = facts.source.value;
  const { unsure, relation } = source;
  if (unsure !== null)
    throw new ToolError(
      "config",
      "UNKNOWN_ACTIVE_ROWS",
      `nothing can be written while it is unknown which rows of \`${nameKey(relation)}\` count: ${unsure}`,
      "declare `claimsSync` in rlsmith.config.ts, with `active`: SQL over the columns, `true` where every row counts",
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
  return outputFiles(place, names, migration, now, CLAIMS_SYNC);
}
