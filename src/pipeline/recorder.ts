import { relative, resolve } from "node:path";
import type { Config } from "../config.ts";
import { ToolError } from "../errors.ts";
import { inspect } from "../inspect/index.ts";
import {
  outputFiles,
  outputNames,
  readMigrations,
  type Migration,
  type OutputNames,
  type OutputPlace,
  type Subject,
} from "../migration-tools/index.ts";
import { sqlComment } from "../pg/comment.ts";
import type { ContextMap } from "../pg/context.ts";
import { visibleSql } from "../report/visible-sql.ts";
import {
  hasRecorder,
  readRequestLogins,
  RECORDER,
  recorderMigration,
  type RecorderOptions,
  type RequestLogin,
} from "../watch/index.ts";
import type { OutputFile } from "../write-files.ts";
import { openToLook } from "./connections.ts";
import { requestRoles } from "./request-roles.ts";
import { targetOf, urlOf, type OnTarget } from "./target.ts";

const RECORDER_SUBJECT: Subject = { slug: "rlsmith_recorder", title: "recorder of requests for rlsmith watch" };

/** The migration that installs the recorder on a target. */
export interface RecorderPlan extends RecorderOptions {
  target: string;
  /** the claims that it looks for, as keys from the root of the token */
  claims: string[][];
  /**
   * a login whose `pgrst.db_pre_request` is set for this database alone, which has precedence over what a migration can
   * set for any database of that name: a person has to set it; null: there is none
   */
  ownSetting: string | null;
  migration: Migration;
  files: OutputFile[];
  names: OutputNames;
}

/** What the person knows that the database does not show. */
export interface RecorderWishes {
  /** the folder for the files; null: the project's migrations folder */
  outDir: string | null;
  /** `db-pre-request` of a PostgREST that has it in its file or environment; null: as the target's setting says */
  preRequest: string | null;
}

/**
 * Plan the recorder for a target: for the roles that its requests have, the claims of the context map, and the function
 * that PostgREST calls before a request already, which the recorder calls after it has counted. The target is only read.
 * Throws ToolError: (usage) the recorder is installed there; (environment) no connection.
 */
export async function planRecorder(
  on: OnTarget,
  context: ContextMap,
  { outDir, preRequest }: RecorderWishes,
  now: Date,
): Promise<RecorderPlan> {
  const { config, target, projectDir } = on;
  const db = await openToLook(await urlOf(target, targetOf(config, target), projectDir), "rlsmith watch");
  let login: RequestLogin | null;
  let roles: string[];
  try {
    if (await hasRecorder(db))
      throw new ToolError(
        "usage",
        "RECORDER_INSTALLED",
        `\`${target}\` has a schema rlsmith_recorder: the recorder is installed, or was`,
        "to install another one, run its down migration first",
      );
    login = loginOf(await readRequestLogins(db));
    roles = login !== null && login.becomes.length > 0 ? login.becomes : (requestRoles(await inspect(db)) ?? API);
  } finally {
    await db.close();
  }
  const ownSetting = login !== null && login.here !== null ? login.login : null;
  const options: RecorderOptions = {
    roles,
    login: ownSetting === null ? (login?.login ?? null) : null,
    preRequest: preRequest ?? projectsOwn(login),
  };
  const place = await placeOf(config, projectDir, outDir);
  const names = outputNames(place, now, RECORDER_SUBJECT);
  const migration = filed(recorderMigration(context, options), names, relative(projectDir, names.down));
  return {
    ...options,
    target,
    claims: [...new Map(context.variables.map(({ claim }) => [JSON.stringify(claim), claim])).values()].filter(
      (claim) => claim.length > 0,
    ),
    ownSetting,
    migration,
    files: outputFiles(place, names, migration, now, RECORDER_SUBJECT),
    names,
  };
}

const API = ["anon", "authenticated", "service_role"];

/** `authenticator`, which Supabase and PostgREST's manual name so; else the only login that has the setting. */
function loginOf(logins: readonly RequestLogin[]): RequestLogin | null {
  const [first, ...others] = logins;
  return first !== undefined && (first.login === "authenticator" || others.length === 0) ? first : null;
}

/**
 * The function of the project that PostgREST calls. A recorder of another database of the server may have set the role's
 * setting, which is one for all of them: called by itself it would not end.
 */
function projectsOwn(login: RequestLogin | null): string | null {
  const value = login?.here ?? login?.everywhere ?? null;
  return value === `${RECORDER}.request` ? null : value;
}

async function placeOf(config: Config | null, projectDir: string, outDir: string | null): Promise<OutputPlace> {
  const plain = (folder: string): OutputPlace => ({ layout: "plain", folder: resolve(projectDir, folder), projectDir });
  if (outDir !== null) return plain(outDir);
  const { folder, layout, variables } = config?.migrations ?? {};
  try {
    const found = await readMigrations(resolve(projectDir, folder ?? "."), layout, variables);
    return { layout: found.layout, folder: found.folder, projectDir };
  } catch (error) {
    if (error instanceof ToolError && error.code === "NO_MIGRATIONS") return plain("rlsmith/migrations");
    throw error;
  }
}

function filed({ up, down }: Migration, { ownTransaction }: OutputNames, downFile: string): Migration {
  const inTransaction = (sql: string): string => (ownTransaction ? `begin;\n\n${sql}\ncommit;\n` : sql);
  const head = [
    "The recorder of `rlsmith watch`: a function that counts requests by role, those without each claim that policies",
    "read, and those whose token is older than the change. It keeps no value, no id and no time.",
  ];
  return {
    up: visibleSql(`${[...head, `To remove it: ${downFile}`].map(sqlComment).join("\n")}\n\n${inTransaction(up)}`),
    down: visibleSql(`${sqlComment("Removes the recorder of `rlsmith watch`.")}\n\n${inTransaction(down)}`),
  };
}
