import { existsSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { basename, dirname, join, relative } from "node:path";
import { ToolError, messageOf } from "../errors.ts";
import type { LayoutName } from "../layouts.ts";
import type { Migration } from "./plan.ts";

export interface OutputPlace {
  layout: LayoutName;
  /** the folder that holds the migrations, absolute */
  folder: string;
  /** paths in messages are relative to it, absolute */
  projectDir: string;
}

/** One file to write; `replace` for a journal that is there already. */
export interface OutputFile {
  path: string;
  content: string;
  replace?: boolean;
}

export interface OutputNames {
  up: string;
  /** the same as `up` where the tool keeps both ways in one file */
  down: string;
  /** whether the migration tool opens the transaction itself */
  ownTransaction: boolean;
}

const SLUG = "rls_jwt_only";

// Drizzle, Flyway, goose, tern and dbmate run a migration inside a transaction of their own; a COMMIT in the file would end it early.
const WRAPPED: ReadonlySet<LayoutName> = new Set(["drizzle", "flyway", "goose", "tern", "dbmate"]);

/** Where the two files of a migration go, in the project's own layout. `now` gives the timestamp where names carry one, `slug` the words. */
export function outputNames(place: OutputPlace, now: Date, slug = SLUG): OutputNames {
  const { layout, folder } = place;
  const entries = existsSync(folder) ? readdirSync(folder) : [];
  const ownTransaction = !WRAPPED.has(layout);
  const beside = (name: string): string => join(dirname(folder), "rollbacks", `${name}.down.sql`);
  switch (layout) {
    case "supabase": {
      const stem = `${timestampAfter(entries, now)}_${slug}`;
      return { up: join(folder, `${stem}.sql`), down: beside(stem), ownTransaction };
    }
    case "prisma": {
      const stem = `${timestampAfter(entries, now)}_${slug}`;
      return { up: join(folder, stem, "migration.sql"), down: beside(stem), ownTransaction };
    }
    case "drizzle": {
      const stem = `${numberAfter(entries, 4, now)}_${slug}`;
      return { up: join(folder, `${stem}.sql`), down: beside(stem), ownTransaction };
    }
    case "flyway": {
      const last = entries.flatMap((name) => /^V(\d+)[._\d]*__/.exec(name)?.[1] ?? []);
      const stem = `V${nextVersion(last, 1, now)}__${slug}`;
      return { up: join(folder, `${stem}.sql`), down: beside(stem), ownTransaction };
    }
    case "golang-migrate": {
      const stem = `${numberAfter(entries, 6, now)}_${slug}`;
      return { up: join(folder, `${stem}.up.sql`), down: join(folder, `${stem}.down.sql`), ownTransaction };
    }
    case "goose":
    case "dbmate":
    case "tern": {
      const width = layout === "tern" ? 3 : layout === "goose" ? 5 : 14;
      const path = join(folder, `${numberAfter(entries, width, now)}_${slug}.sql`);
      return { up: path, down: path, ownTransaction };
    }
    case "sqitch":
      return {
        up: join(folder, "deploy", `${slug}.sql`),
        down: join(folder, "revert", `${slug}.sql`),
        ownTransaction,
      };
    case "plain": {
      const stem = `${numberAfter(entries, 14, now)}_${slug}`;
      return { up: join(folder, `${stem}.sql`), down: beside(stem), ownTransaction };
    }
  }
}

/** The files to write for a migration: both ways, and the journal where the tool keeps one. */
export function outputFiles(
  place: OutputPlace,
  names: OutputNames,
  migration: Migration,
  now: Date,
  slug = SLUG,
): OutputFile[] {
  const { layout, folder } = place;
  if (names.up === names.down) return [{ path: names.up, content: inOneFile(layout, migration) }];
  const files: OutputFile[] = [
    { path: names.up, content: migration.up },
    { path: names.down, content: migration.down },
  ];
  if (layout === "drizzle") {
    const journal = join(folder, "meta", "_journal.json");
    files.push({ path: journal, content: withDrizzleEntry(journal, basename(names.up, ".sql"), now), replace: true });
  }
  if (layout === "sqitch") {
    const plan = join(folder, "sqitch.plan");
    const line = `${slug} ${now.toISOString().replace(/\.\d+/, "")} rlsmith <rlsmith@localhost> # ${slug === SLUG ? "row security by JWT claims only" : slug.replaceAll("_", " ")}`;
    files.push({ path: plan, content: `${readFileSync(plan, "utf8").trimEnd()}\n${line}\n`, replace: true });
  }
  return files;
}

function inOneFile(layout: LayoutName, { up, down }: Migration): string {
  if (layout === "goose") {
    const part = (text: string): string => `-- +goose StatementBegin\n${text}-- +goose StatementEnd\n`;
    return `-- +goose Up\n${part(up)}\n-- +goose Down\n${part(down)}`;
  }
  if (layout === "dbmate") return `-- migrate:up\n${up}\n-- migrate:down\n${down}`;
  return `${up}\n---- create above / drop below ----\n\n${down}`;
}

function withDrizzleEntry(file: string, tag: string, now: Date): string {
  const journal = JSON.parse(readFileSync(file, "utf8")) as {
    entries?: { idx: number; version?: string }[];
    version?: string;
  };
  const entries = journal.entries ?? [];
  const last = entries.at(-1);
  const entry = {
    idx: (last?.idx ?? -1) + 1,
    version: last?.version ?? journal.version ?? "7",
    when: now.getTime(),
    tag,
    breakpoints: true,
  };
  return `${JSON.stringify({ ...journal, entries: [...entries, entry] }, null, 2)}\n`;
}

/** UTC, 14 digits, and later than any name that is there: migrations run in the order of their names. */
function timestampAfter(entries: readonly string[], now: Date): string {
  const stamp = now.toISOString().replaceAll(/[-:T]/g, "").slice(0, 14);
  const last = entries
    .flatMap((name) => /^\d{14}/.exec(name)?.[0] ?? [])
    .toSorted()
    .at(-1);
  return last !== undefined && last >= stamp ? String(BigInt(last) + 1n) : stamp;
}

/** The next number in the width that the folder uses; a timestamp where it uses timestamps, or where it is empty and those are the custom. */
function numberAfter(entries: readonly string[], width: number, now: Date): string {
  const numbers = entries.flatMap((name) => /^\d+/.exec(name)?.[0] ?? []);
  if (numbers.some((number) => number.length >= 14) || (numbers.length === 0 && width === 14)) {
    const stamp = timestampAfter(entries, now);
    // names without a number would come after a timestamp
    return entries.some((name) => name.endsWith(".sql") && name > `${stamp}_`) ? `zz_${stamp}` : stamp;
  }
  return nextVersion(numbers, Math.max(0, ...numbers.map((number) => number.length)) || width, now);
}

function nextVersion(numbers: readonly string[], width: number, now: Date): string {
  if (numbers.some((number) => number.length >= 14)) return timestampAfter(numbers, now);
  const last = numbers.reduce((most, number) => (BigInt(number) > most ? BigInt(number) : most), 0n);
  return String(last + 1n).padStart(width, "0");
}

/**
 * Write all files or none: each goes to a temporary name first, and takes its place when all are on disk.
 * Throws ToolError: usage where a file is there already, environment where the disk refuses.
 */
export function writeAll(files: readonly OutputFile[], projectDir: string): void {
  for (const file of files)
    if (!file.replace && existsSync(file.path))
      throw new ToolError(
        "usage",
        "OUTPUT_EXISTS",
        `\`${relative(projectDir, file.path)}\` exists already`,
        "move it away, or write elsewhere with --out",
      );
  const temporary = files.map((file) => ({ ...file, part: `${file.path}.${process.pid}.part` }));
  const placed: string[] = [];
  try {
    for (const file of temporary) {
      mkdirSync(dirname(file.path), { recursive: true });
      writeFileSync(file.part, file.content, { flag: "wx" });
    }
    for (const file of temporary) {
      renameSync(file.part, file.path);
      if (!file.replace) placed.push(file.path);
    }
  } catch (error) {
    for (const path of [...temporary.map((file) => file.part), ...placed]) removeIfThere(path);
    throw new ToolError(
      "environment",
      "CANNOT_WRITE",
      `the files could not be written: ${messageOf(error)}`,
      "make room or mend the rights of the folder; no file was left behind",
      { cause: error },
    );
  }
}

// `force` passes over a file that is missing, but not over a folder on the way that is none
function removeIfThere(path: string): void {
  if (existsSync(path)) rmSync(path);
}
