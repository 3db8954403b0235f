import { parseConfig } from "../config.ts";
import type { Config } from "../config.ts";
import type { Db } from "../db/port.ts";
import { openServer } from "../db/server.ts";
import { untilEnding } from "../db/until-ending.ts";
import type { Catalog } from "../pg/catalog.ts";
import { silent, type Progress } from "../progress.ts";
import type { ReplayReport } from "../scratch/index.ts";
import type { Cell, Note, Verification } from "../verify/index.ts";
import { liveEnvironment, scratchEnvironment, together, verify, viewDefinitions } from "../verify/index.ts";
import { inspect } from "../inspect/index.ts";
import { knownOf } from "./known.ts";
import { runSeeds, seedNotes } from "./seed.ts";
import { rehearsalBase } from "./scratch-base.ts";
import type { Source } from "./source.ts";

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
    const config = source.config?.config ?? null;
    const { origin } = source;
    const seeds = origin.kind === "live" ? [] : origin.readSeeds();
    const lost = origin.kind === "live" ? [] : replayNotes(origin.report);
    if (origin.kind === "live" || seeds.length === 0)
      return await verifyDatabase(base.scratch.db, base.catalog, {
        mode: "scratch",
        config,
        onCell,
        progress,
        notes: lost,
      });
    const { folder, scratch, report } = origin;
    const notes = [...lost, ...seedNotes(seeds, await runSeeds(scratch, folder, seeds, report.platform))];
    // a seed may make objects as well
    const catalog = await inspect(scratch.db);
    return await verifyDatabase(scratch.db, catalog, { mode: "scratch", config, onCell, progress, notes });
  } finally {
    await base.close();
  }
}

/** The note that statements of the migrations failed: nobody attacked what they would have created. */
function replayNotes({ failures }: ReplayReport): Note[] {
  if (failures.length === 0) return [];
  const all = new Set(failures.map(({ file, line, sqlstate, message }) => `${file}:${line} ${sqlstate} ${message}`));
  const some = [...all].slice(0, 3);
  return [
    {
      code: "replay-failed",
      message: `${failures.length} ${failures.length === 1 ? "statement" : "statements"} of the migrations failed, so what ${failures.length === 1 ? "it creates" : "they create"} was not tried: ${some.join("; ")}${all.size > 3 ? "; …" : ""}`,
    },
  ];
}

/** Attack a live database, in transactions that are rolled back. */
async function verifyLive(
  source: Source,
  url: string,
  { writes }: { writes: boolean },
  onCell: (cell: Cell) => void,
  progress: Progress,
): Promise<Verification> {
  const db = untilEnding(await openServer(url, { applicationName: "rlsmith verify" }));
  const otherClient = await openServer(url, { applicationName: "rlsmith verify" });
  try {
    return await verifyDatabase(db, source.catalog, {
      mode: writes ? "write and roll back" : "read-only",
      config: source.config?.config ?? null,
      onCell,
      progress,
      otherClient,
    });
  } finally {
    await otherClient.close();
    await db.close();
  }
}

/** Insert rows of two tenants into a throw-away database, and attack it. */
export const verifyScratch = async (
  db: Db,
  catalog: Catalog,
  config: Config | null,
  onCell: (cell: Cell) => void,
  progress: Progress,
): Promise<Verification> => verifyDatabase(db, catalog, { mode: "scratch", config, onCell, progress });

/** The options of attacking a database. */
export interface VerifyDatabaseOptions {
  /**
   * `read-only`: statements that read, among the existing rows. `write and roll back`: the same, and rows of two invented tenants and
   * every write, in transactions that are rolled back. `scratch`: a throw-away database, where the rows are inserted
   * permanently. Default `read-only`
   */
  mode?: "read-only" | "write and roll back" | "scratch";
  /** its `verify` declares expected access; default: no config */
  config?: Config | null;
  /** called with each statement as soon as it is judged; cells are not kept */
  onCell?: (cell: Cell) => void;
  progress?: Progress;
  /**
   * a second connection by the same URL, to see if a pool hands on settings that the first leaves behind; default: not
   * tried
   */
  otherClient?: Db | null;
  /** facts about the rows that are there already, for the report */
  notes?: readonly Note[];
}

/**
 * Attack a database as its tenants would, and list the openings to rows of others. `catalog` is that of the database;
 * the login must be allowed to become the roles of its policies (`set role`). Throws ToolError (config): an object that
 * the config declares does not exist.
 *
 * @example
 * ```ts
 * import { connect, inspect, verify } from "rlsmith";
 *
 * const db = await connect(process.env["DATABASE_URL"] ?? "");
 * const { breaches, conclusive } = await verify(db, await inspect(db), { mode: "read-only" });
 * await db.close();
 * process.exitCode = breaches.length > 0 ? 1 : conclusive ? 0 : 3;
 * ```
 */
export async function verifyDatabase(
  db: Db,
  catalog: Catalog,
  options: VerifyDatabaseOptions = {},
): Promise<Verification> {
  const {
    mode = "read-only",
    config = null,
    onCell = () => {},
    progress = silent,
    otherClient = null,
    notes = [],
  } = options;
  const { verify: declared, rules } = config ?? parseConfig({}, "no config");
  const known = knownOf(catalog, config, await viewDefinitions(db));
  const environment =
    mode === "scratch"
      ? await scratchEnvironment(db, known)
      : await liveEnvironment(db, known, mode === "write and roll back");
  const run = { config: declared, liveRole: rules.liveRole !== undefined, onCell, progress };
  const found = await verify(environment, { ...run, otherClient });
  if (mode !== "write and roll back") return { ...found, notes: [...notes, ...found.notes] };
  // rows of invented tenants do not have every value that the rows in use have
  const existing = await liveEnvironment(db, known, false);
  if (existing.fixtures.tenants.length < 2) return found;
  return together(found, await verify(existing, { ...run, otherClient: null, besides: true }));
}
