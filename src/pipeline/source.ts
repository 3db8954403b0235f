import type { Logins } from "../classify/index.ts";
import { loadConfig } from "../config.ts";
import type { Config } from "../config.ts";
import { openServer } from "../db/server.ts";
import { inspect } from "../inspect/index.ts";
import { readMigrations } from "../migration-tools/index.ts";
import type { MigrationFile, MigrationsFolder, ToolName } from "../migration-tools/index.ts";
import type { Catalog } from "../pg/catalog.ts";
import { boundRoles } from "../pg/role.ts";
import type { Progress } from "../progress.ts";
import { counted } from "../report/counted.ts";
import { boundOwnerLine, platformLine } from "../report/platform.ts";
import { lateStatement } from "../report/replay-terminal.ts";
import { bindOwner, openScratch, extensionsNamed, platformAlike, platformOf, replay } from "../scratch/index.ts";
import type { Platform, ReplayReport, Scratch, ScratchTarget, StatementLimit } from "../scratch/index.ts";
import { readConfigToml } from "./config-toml.ts";
import { seedFiles } from "./seed.ts";
import { relative, resolve } from "node:path";

/** The source of a catalog, and the server for scratch databases. */
export interface ProjectOptions {
  /** the project's folder, absolute */
  projectDir: string;
  /** a live database instead of the migrations folder; only ever read, or changed in a transaction that is rolled back */
  db?: string | undefined;
  scratch: ScratchTarget;
  /** the migrations folder, if it is not the one that is found by itself */
  folder?: string | undefined;
  layout?: ToolName | undefined;
  /** the values of variables in the migrations, beside those of the config */
  variables?: Readonly<Record<string, string>> | undefined;
  /** config file, relative to the project; null: do not read any */
  config?: string | null | undefined;
  strict: boolean;
  /** seconds that a statement of the migrations may take; default: no limit */
  statementTimeout?: number | undefined;
  /**
   * true: the files that fill a new database will be run. The embedded engine needs the extensions that they use at
   * start-up; default: it has only those of the migrations
   */
  seeds?: boolean | undefined;
  /**
   * true: where row security is forced, and the files name no role that it binds, a role that it binds owns what the
   * migrations make, if the login may create one; default: whoever runs them does
   */
  bindOwner?: boolean | undefined;
  /** the platform of the folder that this one is compared with, of the same project; default: there is none */
  comparedWith?: Platform | undefined;
  /** the day of the run, which decides the defaults of a Supabase project without dates; default: now */
  today?: Date | undefined;
  progress: Progress;
}

/** A database's catalog, with its origin. */
export interface Source {
  catalog: Catalog;
  config: { config: Config; file: string } | null;
  origin: Origin;
  close(): Promise<void>;
}

/** The logins that are known beside the catalog of a source. */
export const loginsOf = ({ origin }: Pick<Source, "origin">): Logins =>
  origin.kind === "live"
    ? { connected: origin.login, unmade: [] }
    : { connected: null, unmade: origin.report.rolesMade };

/** The database that a source was read from. */
export type Origin =
  /** replayed into a scratch database, which rehearsals fork */
  | {
      kind: "migrations";
      folder: MigrationsFolder;
      report: ReplayReport;
      scratch: Scratch;
      /** read the files that fill a new database; only `verify` runs them */
      readSeeds: () => MigrationFile[];
    }
  /** only ever read; a rehearsal copies its schema */
  | { kind: "live"; url: string; target: ScratchTarget; /** the role that the connection came as */ login: string };

/**
 * Read a catalog from a migrations folder (replayed into a scratch database) or from a live database. `without`: the
 * files of the folder to leave out. Throws ToolError: (usage) no folder, or no migrations; (config) the config is not valid, or does not have
 * the value of a variable of psql;
 * (environment) no connection, or, with `strict`, a statement that failed.
 *
 * @example
 * ```ts
 * import {
 *   configOf, openSource, planSource, proveSource, refuseErrors, refuseOpenDecisions, refuseUnanswered, rehearseSource, silent, withAccepted, writePlan,
 * } from "rlsmith";
 *
 * const projectDir = process.cwd();
 * const now = new Date();
 * const options = { projectDir, scratch: { kind: "embedded" }, strict: false, bindOwner: true, progress: silent } as const;
 * const source = await openSource(options);
 * try {
 *   const config = configOf(source);
 *   const planned = planSource(source, config, projectDir, null, now);
 *   refuseOpenDecisions(planned.plan, source);
 *   refuseErrors(planned.plan);
 *   const proved = await proveSource(source, planned.plan);
 *   refuseUnanswered(proved.objections, planned.plan);
 *   const accepted = withAccepted(planned, proved.objections);
 *   const rehearsal = await rehearseSource(source, accepted, config, silent);
 *   for (const path of writePlan(accepted, proved, rehearsal, projectDir, now)) console.log(`wrote ${path}`);
 * } finally {
 *   await source.close();
 * }
 * ```
 */
export async function openSource(
  options: ProjectOptions,
  without: (folder: MigrationsFolder) => readonly string[] = () => [],
): Promise<Source> {
  const config = options.config === null ? null : await loadConfig(options.projectDir, options.config);
  if (options.db !== undefined) {
    const db = await openServer(options.db);
    try {
      const catalog = await inspect(db);
      const [row] = await db.query<{ login: string }>("select session_user as login");
      options.progress.done(
        "read",
        `${catalog.policies.length} ${catalog.policies.length === 1 ? "policy" : "policies"} of the live database, in a read-only transaction`,
      );
      return {
        catalog,
        config,
        origin: { kind: "live", url: options.db, target: options.scratch, login: row?.login ?? "" },
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
    { ...configured?.variables, ...options.variables },
  );
  const where = relative(options.projectDir, folder.folder) || ".";
  if (folder.isBelow)
    options.progress.done("folder", `${where} (${folder.layout}), the only migrations folder below the named one`);
  const leftOut = new Set(without(folder).map((path) => resolve(path)));
  folder.files = folder.files.filter((file) => !leftOut.has(resolve(folder.projectDir, file.path)));
  const toml = readConfigToml([folder.projectDir, options.projectDir]);
  const found = platformOf(folder, toml, options.today ?? new Date());
  const platform = options.comparedWith ? platformAlike(found, options.comparedWith, folder.files) : found;
  const readSeeds = (): MigrationFile[] => seedFiles(folder, toml);
  const seeds = options.seeds === true ? readSeeds() : [];
  const scratch = await openScratch(options.scratch, {
    platform,
    extensions: extensionsNamed({ ...folder, files: [...folder.files, ...seeds] }),
    onNotice: (notice) => options.progress.done("scratch", notice),
  });
  try {
    const report = await replay(scratch, folder, {
      platform,
      strict: options.strict,
      refuseUnset: folder.runsInPsql,
      limit: limitOf(options.statementTimeout),
    });
    const failed = report.failures.length === 0 ? "" : `, ${report.failures.length} statements failed`;
    options.progress.done(
      "replay",
      `${counted(report.files, "file")} of ${where} (${folder.layout}), ${counted(report.statements, "statement")}${failed}`,
    );
    options.progress.done("platform", platformLine(platform).replace("platform: ", ""));
    const replayed = await inspect(scratch.db);
    const isUnbound = options.bindOwner === true && platform.kind === "plain" && bindsNobody(replayed);
    const owner = isUnbound ? await bindOwner(scratch.db) : null;
    if (owner !== null) options.progress.done("owner", boundOwnerLine(owner));
    const catalog = owner !== null ? await inspect(scratch.db) : replayed;
    return {
      catalog,
      config,
      origin: { kind: "migrations", folder, report, scratch, readSeeds },
      close: async () => scratch.close(),
    };
  } catch (error) {
    await scratch.close();
    throw error;
  }
}

/** Row security is forced on owners, and there is no other role that it would bind. */
function bindsNobody({ relations, roles, policies }: Catalog): boolean {
  const bound = boundRoles(roles);
  const reached = [
    ...policies.flatMap((policy) => policy.roles),
    ...relations.flatMap(({ owner, grants, columnGrants }) => [
      owner,
      ...[...grants, ...columnGrants].map(({ grantee }) => grantee),
    ]),
  ];
  return relations.some(({ forceRowSecurity }) => forceRowSecurity) && !reached.some((name) => bound.has(name));
}

/** The platform that was assumed for a source; null: a live database, which has its own roles and default privileges. */
export const platformOfSource = ({ origin }: Source): Platform | null =>
  origin.kind === "migrations" ? origin.report.platform : null;

const limitOf = (seconds: number | undefined): StatementLimit | undefined =>
  seconds === undefined ? undefined : { seconds, lastWords: (statement) => lateStatement(statement, seconds) };
