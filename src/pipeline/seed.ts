import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import type { MigrationFile, MigrationsFolder } from "../migration-tools/index.ts";
import { replay, type ReplayReport, type Scratch } from "../scratch/index.ts";
import type { Note } from "../verify/index.ts";
import type { ConfigToml } from "./config-toml.ts";

/** Where projects without a setting for it keep SQL that fills a new database, relative to the project. */
const USUAL = ["supabase/seed.sql", "prisma/seed.sql", "db/seeds.sql", "db/seed.sql", "seeds.sql", "seed.sql"];

/**
 * The SQL files that fill a new database of the project, in the order in which its tool runs them: those of
 * supabase/config.toml, otherwise the first of the usual files. `config`: null if there is no such file.
 */
export function seedFiles(folder: MigrationsFolder, config: Pick<ConfigToml, "seeds"> | null): MigrationFile[] {
  const { projectDir } = folder;
  const names =
    config === null
      ? USUAL.filter((name) => isFile(join(projectDir, name))).slice(0, 1)
      : config.seeds
          .flatMap((pattern) => matching(join(projectDir, "supabase"), pattern))
          .map((path) => relative(projectDir, path));
  return [...new Set(names)]
    .filter((name) => !folder.files.some(({ path }) => path === name))
    .map((path) => ({ path, sql: readFileSync(join(projectDir, path), "utf8"), firstLine: 1 }));
}

const isFile = (path: string): boolean => statSync(path, { throwIfNoEntry: false })?.isFile() ?? false;

/** The .sql files that a path with `*` and `?` names, in the order of their names. */
export function matching(dir: string, pattern: string): string[] {
  const path = join(dir, pattern);
  if (!/[*?]/.test(path)) return isFile(path) ? [path] : [];
  const fixed = dirname(path.slice(0, path.search(/[*?]/) + 1));
  if (!existsSync(fixed)) return [];
  const source = path
    .replaceAll(/[.+^${}()|[\]\\]/g, String.raw`\$&`)
    .replaceAll(/\*\*\/?|\*|\?/g, (glob) => (glob === "?" ? "[^/]" : glob === "*" ? "[^/]*" : "(?:.*/)?"));
  const whole = new RegExp(`^${source}$`);
  return readdirSync(fixed, { recursive: true, encoding: "utf8" })
    .map((name) => join(fixed, name))
    .filter((name) => whole.test(name) && name.endsWith(".sql") && isFile(name))
    .toSorted();
}

/** Run the seeds after the migrations. A statement that fails is reported, and the others still run. */
export const runSeeds = async (
  scratch: Scratch,
  folder: MigrationsFolder,
  seeds: readonly MigrationFile[],
  platform: ReplayReport["platform"],
): Promise<ReplayReport> => replay(scratch, { ...folder, files: [...seeds], notices: [] }, { platform });

/** What the report says of the seeds: which were run, and each statement of them that was not. */
export function seedNotes(seeds: readonly MigrationFile[], { statements, failures, notices }: ReplayReport): Note[] {
  const files = seeds.map(({ path }) => `\`${path}\``).join(", ");
  const lost = [
    ...failures.map(({ file, line, sqlstate, message }) => `${file}:${line} ${sqlstate} ${message}`),
    ...notices.filter(({ code }) => code === "psql-command").map(({ message }) => message),
  ];
  const count = (n: number): string => `${n} ${n === 1 ? "statement" : "statements"}`;
  return [
    {
      code: "seed",
      message: `${count(statements - failures.length)} of ${files} ran before rows of two invented tenants were inserted`,
    },
    ...(lost.length === 0
      ? []
      : [
          {
            code: "seed-failed",
            message: `${count(lost.length)} of ${files} did not run, so that the rows of these were not tried: ${lost.slice(0, 3).join("; ")}${lost.length > 3 ? "; …" : ""}`,
          },
        ]),
  ];
}
