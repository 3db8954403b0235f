import { readCatalog } from "../catalog-file.ts";
import { claimsSourceOf, contextMapOf } from "../config.ts";
import { isConnectionString } from "../db/conninfo.ts";
import type { Db } from "../db/port.ts";
import { ToolError } from "../errors.ts";
import { inspect } from "../inspect/index.ts";
import type { Catalog } from "../pg/catalog.ts";
import {
  addedRelations,
  checkAssumptions,
  compareObjects,
  compareRows,
  confirm,
  confirmProperty,
  functionsPast,
  inferTenant,
  meaningOf,
  propertyOf,
  prove,
  proveNever,
  settleEndless,
  settleEndlessProperty,
  tenantOf,
  toldVerdicts,
} from "../prove/index.ts";
import type { AddedRelation, AssumedVerdict, CompareOptions, ObjectChange } from "../prove/index.ts";
import type { Checked } from "../report/properties.ts";
import { checkOut } from "../revision.ts";
import { bindOwner, isOwnerBound, openScratch, placedStatements, type Platform } from "../scratch/index.ts";
import { compareFailed, failedStatements } from "./failed-statements.ts";
import { databaseUrl, isNamedDatabase } from "./database-url.ts";
import { comparable } from "./comparable.ts";
import { claimsOf } from "./inspection.ts";
import { openSource, platformOfSource } from "./source.ts";
import type { ProjectOptions, Source } from "./source.ts";
import { tryOn } from "./try-sides.ts";
import { existsSync, statSync } from "node:fs";
import { resolve } from "node:path";

/** One side of a comparison. */
export interface Side {
  /** the name as given, without the URL of a database */
  name: string;
  catalog: Catalog;
  /** null: the catalog was read from a file */
  source: Source | null;
  close(): Promise<void>;
}

/**
 * A side by the name that the user gave: `git:REVISION` of the project, a database as `databaseUrl` reads it, a catalog
 * as JSON, or a project's folder. Throws ToolError (usage) for anything else.
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
  if (isNamedDatabase(named) || (isConnectionString(named) && !existsSync(named))) {
    const source = await openSource({ ...options, db: await databaseUrl(named, options) });
    const name = isNamedDatabase(named) ? named : "the live database";
    return { name, catalog: source.catalog, source, close: source.close };
  }
  if (named.endsWith(".json")) return { name: named, catalog: readCatalog(named), source: null, close: async () => {} };
  const projectDir = resolve(named);
  if (!existsSync(projectDir) || !statSync(projectDir).isDirectory())
    throw new ToolError(
      "usage",
      "NO_SUCH_SIDE",
      `there is no folder \`${named}\``,
      "a side is a folder, git:REVISION, a postgres:// URL, env:NAME that holds one, target:NAME of the config, or a catalog as .json",
    );
  const source = await openSource({ ...options, projectDir });
  return { name: named, catalog: source.catalog, source, close: source.close };
}

/**
 * Both sides of a comparison, which has to be closed. What a scratch database assumes about a project, its platform and
 * who owns its tables, it assumes on both sides alike: a statement of one of them is no evidence of another project.
 */
export async function openSides(
  before: string,
  after: string,
  options: ProjectOptions,
): Promise<{ first: Side; second: Side; close(): Promise<void> }> {
  const first = await openSide(before, options);
  try {
    const comparedWith = (first.source && platformOfSource(first.source)) ?? undefined;
    const second = await openSide(after, { ...options, comparedWith });
    try {
      return {
        first: await ownedLike(second, first),
        second: await ownedLike(first, second),
        close: async () => {
          try {
            await second.close();
          } finally {
            await first.close();
          }
        },
      };
    } catch (error) {
      await second.close();
      throw error;
    }
  } catch (error) {
    await first.close();
    throw error;
  }
}

/** The side, with its relations owned by a role that row security binds where that is so of the other. */
async function ownedLike(other: Side, side: Side): Promise<Side> {
  const { source } = side;
  if (source?.origin.kind !== "migrations" || !isOwnerBound(other.catalog) || isOwnerBound(side.catalog)) return side;
  await bindOwner(source.origin.scratch.db);
  const catalog = await inspect(source.origin.scratch.db);
  return { ...side, catalog, source: { ...source, catalog } };
}

/** The findings of `rlsmith prove` for two sides. */
export interface SideProof {
  verdicts: AssumedVerdict[];
  added: AddedRelation[];
  /** everything else that differs */
  objects: ObjectChange[];
  /** all verdicts are about roles that hold no privilege, and the sides are not the same */
  nothingGranted: boolean;
}

/**
 * Compare the access that two sides allow, under conditions that every request is assumed to satisfy, and run the
 * witnesses.
 */
export async function proveSides(
  first: Side,
  second: Side,
  assume: readonly string[],
  options: CompareOptions,
): Promise<SideProof> {
  checkAssumptions(assume, [first.catalog, second.catalog]);
  const { before, after } = comparable(originOf(first), originOf(second));
  const assumptions = [{ name: assume.join(" and "), conditions: assume }];
  const verdicts = settleEndless(before, after, prove(before, after, { ...options, assumptions }));
  const confirmed = await withDatabase([second, first], async (db) =>
    confirm(db, before, after, verdicts, assumptions),
  );
  // what is told to be unsettled is tried as well, and what a trial shows is told like what a proof shows
  const settled = toldVerdicts(before, after, confirmed).verdicts;
  const told = toldVerdicts(before, after, await tryOn(first, second, settled, assumptions));
  return {
    verdicts: told.verdicts,
    added: addedRelations(before, after),
    objects: [
      ...compareObjects(before, after),
      ...compareFailed(first.source, second.source),
      ...rowsOf(first, second, { before, after }),
    ],
    nothingGranted: told.nothingGranted && !isSame(before, after),
  };
}

/** What statements of one folder alone write; a live database has rows and no statements. */
function rowsOf(first: Side, second: Side, catalogs: { before: Catalog; after: Catalog }): ObjectChange[] {
  const [one, two] = [first, second].map(({ source }) => {
    if (source?.origin.kind !== "migrations") return null;
    const { statements, copied } = placedStatements(source.origin.folder);
    return [...statements, ...copied];
  });
  return one && two ? compareRows(catalogs, one, two) : [];
}

const originOf = ({ catalog, source }: Side): Parameters<typeof comparable>[0] => ({
  catalog,
  isScratch: source?.origin.kind === "migrations",
  rolesMade: source?.origin.kind === "migrations" ? source.origin.report.rolesMade : [],
  defaultsEnded: source?.origin.kind === "migrations" && hasEndedDefaults(source.origin.report.platform),
});

const hasEndedDefaults = (platform: Platform): boolean =>
  platform.kind === "supabase" && platform.defaultGrants.state === "until";

/**
 * Check properties of one side's policies. `tenant`: `column=claim.path`; otherwise the config or the policies give it.
 */
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
      const verdicts = settleEndlessProperty(side.catalog, proveNever(side.catalog, property, options));
      checked.push({
        name: property.name,
        meaning: meaningOf(property),
        verdicts: await confirmProperty(db, side.catalog, verdicts),
        functions: functionsPast(side.catalog),
        failed: failedStatements(side.source).map(
          ({ file, line, sqlstate, message }) => `${file}:${line} ${sqlstate} ${message}`,
        ),
      });
    }
    return checked;
  });
}

/** Two catalogs with the same content: nothing has changed, whoever holds what. */
const isSame = (before: Catalog, after: Catalog): boolean => JSON.stringify(before) === JSON.stringify(after);

/** Call `use` with a scratch database that one of the sides has open, or with a new one. */
async function withDatabase<T>(sides: readonly Side[], use: (db: Db) => Promise<T>): Promise<T> {
  for (const { source } of sides) if (source?.origin.kind === "migrations") return use(source.origin.scratch.db);
  const scratch = await openScratch({ kind: "embedded" });
  try {
    return await use(scratch.db);
  } finally {
    await scratch.close();
  }
}
