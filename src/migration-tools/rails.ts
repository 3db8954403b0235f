import { timestampAfter } from "./naming.ts";
import type { FolderContents, MigrationTool } from "./tool.ts";

const STRUCTURE = "structure.sql";

/**
 * Rails with `config.active_record.schema_format = :sql`: `db/structure.sql` is the dump from which a new database is
 * made, and a change is a migration in Ruby. Its migrations are programs, and are not run; `db/schema.rb` holds no
 * policies.
 */
export const rails: MigrationTool = {
  name: "rails",
  usualPlaces: ["db"],
  opensTransaction: true,
  detect: (folder) =>
    folder.has(STRUCTURE) && (folder.has("migrate") || /INSERT INTO "schema_migrations"/i.test(folder.text(STRUCTURE))),
  read: (folder) => {
    const sql = folder.text(STRUCTURE);
    return {
      files: [{ path: STRUCTURE, sql, firstLine: 1 }],
      notices: newerThan(folder, sql).map((name) => `migrate/${name} is newer than ${STRUCTURE} and was left out`),
    };
  },
  nextName: (folder, { slug, now }) => {
    const path = `migrate/${timestampAfter(folder.list("migrate"), now)}_${slug}.rb`;
    return { up: path, down: path };
  },
  write: (folder, { up: path }, sql, { slug }) => [{ path, content: migration(classOf(slug), versionOf(folder), sql) }],
};

/** The migrations that the dump does not list in `schema_migrations`: it was made before they were run. */
function newerThan(folder: FolderContents, sql: string): string[] {
  const listed = new Set([...sql.matchAll(/^\('(\d+)'\)/gm)].map((match) => match[1]));
  return folder.list("migrate").filter((name) => /^\d+_.*\.rb$/.test(name) && !listed.has(/^\d+/.exec(name)?.[0]));
}

const classOf = (slug: string): string =>
  slug
    .split("_")
    .map((word) => `${word.charAt(0).toUpperCase()}${word.slice(1)}`)
    .join("");

/** The version that the other migrations name, as in `ActiveRecord::Migration[7.1]`. */
function versionOf(folder: FolderContents): string {
  const last = folder
    .list("migrate")
    .filter((name) => name.endsWith(".rb"))
    .at(-1);
  const text = last === undefined ? "" : folder.text(`migrate/${last}`);
  return /ActiveRecord::Migration\[(\d+\.\d+)\]/.exec(text)?.[1] ?? "7.0";
}

/** A migration in Ruby. Nothing is interpolated in a heredoc whose mark is in single quotes. */
const migration = (name: string, version: string, sql: { up: string; down: string }): string =>
  [
    `class ${name} < ActiveRecord::Migration[${version}]`,
    ...method("up", sql.up),
    "",
    ...method("down", sql.down),
    "end",
    "",
  ].join("\n");

function method(name: string, sql: string): string[] {
  // a line of the SQL that is the mark would end the text
  let mark = "SQL";
  while (sql.split("\n").some((line) => line.trim() === mark)) mark += "_";
  return [`  def ${name}`, `    execute <<-'${mark}'`, sql.trimEnd(), `    ${mark}`, "  end"];
}
