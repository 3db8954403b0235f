import type { ToolName } from "../../src/migration-tools/names.ts";

/** A project of one tool, and its next migration at 2026-03-04T05:06:07Z. */
export interface Example {
  /** where the project keeps its migrations */
  folder: string;
  /** relative to the folder */
  files: Record<string, string>;
  /** the order in which the tool itself runs the files, and the part of each that it runs upwards */
  runs: [path: string, sql: string][];
  /** where the tool itself would look for the next migration */
  next: { up: string; down: string };
  /** The tool begins the transaction, so the file must not. */
  opensTransaction: boolean;
}

export const drizzleJournal = (tags: readonly string[]): string =>
  JSON.stringify({
    version: "7",
    dialect: "postgresql",
    entries: tags.map((tag, idx) => ({ idx, version: "7", tag })),
  });

/** Expected values come from the manual of each tool. */
export const EXAMPLES: Record<ToolName, Example> = {
  supabase: {
    folder: "supabase/migrations",
    files: {
      "20250102000000_b.sql": "b",
      "20250101000000_a.sql": "a",
      "README.sql": "no migration",
    },
    runs: [
      ["20250101000000_a.sql", "a"],
      ["20250102000000_b.sql", "b"],
    ],
    next: {
      up: "20260304050607_rls_jwt_only.sql",
      down: "../rollbacks/20260304050607_rls_jwt_only.down.sql",
    },
    opensTransaction: false,
  },
  drizzle: {
    folder: "drizzle",
    files: {
      "0001_x.sql": "1",
      "0000_y.sql": "0",
      "loose.sql": "not in the journal",
      "meta/_journal.json": drizzleJournal(["0000_y", "0001_x"]),
    },
    runs: [
      ["0000_y.sql", "0"],
      ["0001_x.sql", "1"],
    ],
    next: { up: "0002_rls_jwt_only.sql", down: "../rollbacks/0002_rls_jwt_only.down.sql" },
    opensTransaction: true,
  },
  sqitch: {
    folder: "db",
    files: {
      "sqitch.plan":
        "%syntax-version=1.0.0\n%project=x\n\nzeta 2025-01-01T00:00:00Z a <a@b> # first\nalpha [zeta] 2025-01-02T00:00:00Z a <a@b>\n@v1 2025-01-03T00:00:00Z a <a@b>\nalpha [alpha@v1] 2025-01-04T00:00:00Z a <a@b>\n",
      "deploy/alpha.sql": "3",
      "deploy/alpha@v1.sql": "2",
      "deploy/zeta.sql": "1",
    },
    runs: [
      ["deploy/zeta.sql", "1"],
      ["deploy/alpha@v1.sql", "2"],
      ["deploy/alpha.sql", "3"],
    ],
    next: { up: "deploy/rls_jwt_only.sql", down: "revert/rls_jwt_only.sql" },
    opensTransaction: false,
  },
  prisma: {
    folder: "prisma/migrations",
    files: {
      "20250102000000_b/migration.sql": "b",
      "20250101000000_a/migration.sql": "a",
      "migration_lock.toml": "",
    },
    runs: [
      ["20250101000000_a/migration.sql", "a"],
      ["20250102000000_b/migration.sql", "b"],
    ],
    next: {
      up: "20260304050607_rls_jwt_only/migration.sql",
      down: "../rollbacks/20260304050607_rls_jwt_only.down.sql",
    },
    opensTransaction: false,
  },
  flyway: {
    folder: "src/main/resources/db/migration",
    files: {
      "V10__c.sql": "c",
      "V1__older.sql": "older than the baseline",
      "B1.5__base.sql": "base",
      "V2__a.sql": "a",
      "V2.1__b.sql": "b",
      "R__r.sql": "r",
      "U2__u.sql": "u",
    },
    runs: [
      ["B1.5__base.sql", "base"],
      ["V2__a.sql", "a"],
      ["V2.1__b.sql", "b"],
      ["V10__c.sql", "c"],
      ["R__r.sql", "r"],
    ],
    next: { up: "V11__rls_jwt_only.sql", down: "../rollbacks/V11__rls_jwt_only.down.sql" },
    opensTransaction: true,
  },
  "graphile-migrate": {
    folder: "migrations",
    files: {
      "committed/000002.sql": "--! Previous: sha1:a\n--! Hash: sha1:b\n\nb",
      "committed/000001-first.sql": "--! Previous: -\n--! Hash: sha1:a\n\na",
      "committed/notes.txt": "",
      "current.sql": "-- Enter migration here\n",
      "fixtures/f.sql": "no migration by itself",
    },
    runs: [
      ["committed/000001-first.sql", "--! Previous: -\n--! Hash: sha1:a\n\na"],
      ["committed/000002.sql", "--! Previous: sha1:a\n--! Hash: sha1:b\n\nb"],
    ],
    next: { up: "current.sql", down: "../rollbacks/rls_jwt_only.down.sql" },
    opensTransaction: true,
  },
  rails: {
    folder: "db",
    files: {
      "structure.sql":
        "create table a ();\n\nINSERT INTO \"schema_migrations\" (version) VALUES\n('20250102000000'),\n('20250101000000');\n",
      "migrate/20250101000000_a.rb": "class A < ActiveRecord::Migration[7.1]\nend\n",
      "migrate/20250102000000_b.rb": "class B < ActiveRecord::Migration[7.2]\nend\n",
      "seeds.sql": "no migration",
    },
    runs: [
      [
        "structure.sql",
        "create table a ();\n\nINSERT INTO \"schema_migrations\" (version) VALUES\n('20250102000000'),\n('20250101000000');",
      ],
    ],
    next: { up: "migrate/20260304050607_rls_jwt_only.rb", down: "migrate/20260304050607_rls_jwt_only.rb" },
    opensTransaction: true,
  },
  "golang-migrate": {
    folder: "migrations",
    files: {
      "000002_b.up.sql": "b",
      "000002_b.down.sql": "no",
      "10_c.up.sql": "c",
      "000001_a.up.sql": "a",
    },
    runs: [
      ["000001_a.up.sql", "a"],
      ["000002_b.up.sql", "b"],
      ["10_c.up.sql", "c"],
    ],
    next: { up: "000011_rls_jwt_only.up.sql", down: "000011_rls_jwt_only.down.sql" },
    opensTransaction: false,
  },
  goose: {
    folder: "migrations",
    files: {
      "00001_a.sql": "-- +goose Up\n-- +goose StatementBegin\nup\n-- +goose StatementEnd\n-- +goose Down\ndown\n",
      "10_c.sql": "-- +goose Up\nten\n",
      "2_b.sql": "-- +goose Up\ntwo\n-- +goose Down\n",
    },
    runs: [
      ["00001_a.sql", "-- +goose StatementBegin\nup\n-- +goose StatementEnd"],
      ["2_b.sql", "two"],
      ["10_c.sql", "ten"],
    ],
    next: { up: "00011_rls_jwt_only.sql", down: "00011_rls_jwt_only.sql" },
    opensTransaction: true,
  },
  dbmate: {
    folder: "db/migrations",
    files: { "20250101000000_a.sql": "-- migrate:up\nup\n-- migrate:down\ndown\n" },
    runs: [["20250101000000_a.sql", "up"]],
    next: { up: "20260304050607_rls_jwt_only.sql", down: "20260304050607_rls_jwt_only.sql" },
    opensTransaction: true,
  },
  tern: {
    folder: "migrations",
    files: {
      "001_a.sql": "up\n---- create above / drop below ----\ndown\n",
      "002_b.sql": "no way down\n",
      "notes.sql": "no migration",
    },
    runs: [
      ["001_a.sql", "up"],
      ["002_b.sql", "no way down"],
    ],
    next: { up: "003_rls_jwt_only.sql", down: "003_rls_jwt_only.sql" },
    opensTransaction: true,
  },
  plain: {
    folder: "sql",
    files: { "09_b.sql": "b", "01_a.sql": "a" },
    runs: [
      ["01_a.sql", "a"],
      ["09_b.sql", "b"],
    ],
    next: { up: "10_rls_jwt_only.sql", down: "../rollbacks/10_rls_jwt_only.down.sql" },
    opensTransaction: false,
  },
};
