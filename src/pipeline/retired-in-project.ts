import type { Retired } from "../cleanup/code/index.ts";
import type { Config } from "../config.ts";
import { nameParts } from "../pg/name.ts";
import { folderStatements, textStatements, type FileStatements } from "../scratch/index.ts";
import type { WorkTree } from "./code-files.ts";
import { earlierFunctions } from "./earlier-functions.ts";
import { earlierSetters } from "./earlier-setters.ts";
import { inspectCatalog } from "./inspection.ts";
import { callableIn, knownFunctions } from "./known-functions.ts";
import { requestRoles } from "./request-roles.ts";
import { retiredNames } from "./retired-names.ts";
import type { Source } from "./source.ts";
import { functionsDropped, sqlFiles, writtenMigrations } from "./written-migrations.ts";

/**
 * What is retired in a project: beside the names of the database those of functions that are gone from it, by whatever
 * migration, as far as the files or the config say what they were. The order of the clean-ups does not matter then:
 * `--sql` drops the functions that `--code` takes the calls of. What else the code calls is judged by `known`.
 */
export async function retiredInProject(
  source: Source,
  config: Config,
  tree: WorkTree,
  projectDir: string,
): Promise<Retired> {
  const { catalog } = source;
  const { facts } = inspectCatalog(catalog, config);
  const names = retiredNames(catalog, facts, config);
  const callable = await callableIn(source);
  const files = sqlFiles(tree, projectDir);
  const statements =
    source.origin.kind === "migrations"
      ? folderStatements(source.origin.folder)
      : joined(files.map(({ text }) => textStatements(text)));
  const earlier = earlierSetters(earlierFunctions(statements, catalog), catalog, config, callable);
  const roles = requestRoles(catalog);
  const isGone = (name: string): boolean => !catalog.functions.some((fn) => fn.name === name);
  const functions = new Set([
    ...names.functions,
    ...earlier.functions,
    ...[...functionsDropped(writtenMigrations(files)), ...callsToDelete(config)].filter(isGone),
  ]);
  return {
    settings: names.settings,
    functions,
    mixed: new Set([...names.mixed, ...earlier.asked].filter((name) => !functions.has(name))),
    ...(roles ? { roles } : {}),
    decided: Object.entries(config.cleanup.code).map(([pattern, { reason, ...one }]) => ({
      pattern,
      decision: one.decision,
      role: one.decision === "claims" ? (one.role ?? null) : null,
      reason,
    })),
    known: knownFunctions(callable, earlier, source, config),
  };
}

/** The functions whose calls the config says to delete, each by its whole name: a pattern names none that is gone. */
const callsToDelete = (config: Config): string[] =>
  Object.entries(config.cleanup.calls).flatMap(([pattern, { decision }]) =>
    decision === "delete" && !pattern.includes("*") ? (nameParts(pattern)?.slice(-1) ?? []) : [],
  );

const joined = (files: readonly FileStatements[]): FileStatements => ({
  statements: files.flatMap(({ statements }) => statements),
  unread: files.flatMap(({ unread }) => unread),
});
