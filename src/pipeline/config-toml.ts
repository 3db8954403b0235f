import { existsSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { parse, TomlError } from "smol-toml";
import { z } from "zod";
import { ToolError } from "../errors.ts";

/** What rlsmith reads in supabase/config.toml. */
export interface ConfigToml {
  /** `auto_expose_new_tables` in table `[api]`; null if it is not set to a boolean */
  autoExpose: boolean | null;
  /** the paths of the files that fill a new database, relative to the file's folder; patterns with `*` and `?` */
  seeds: string[];
  /** the paths of the declarative schema, relative in the same way; none: those of the CLI's default */
  schemas: string[];
  /** `jwt_expiry` in table `[auth]`; null: not set; NaN: set to something that is no positive whole number */
  jwtExpiry: number | null;
}

/** A value of another type is none, such as the text `env(NAME)`, whose variable rlsmith does not read. */
const EXPECTED = z.object({
  api: z.object({ auto_expose_new_tables: z.boolean().nullable().catch(null) }).catch({ auto_expose_new_tables: null }),
  auth: z.object({ jwt_expiry: z.int().positive().nullable().optional().catch(Number.NaN) }).catch({}),
  db: z
    .object({
      seed: z
        .object({
          enabled: z.boolean().catch(true),
          // Supabase's guide, "Seeding your database": the default of `sql_paths`
          sql_paths: z.array(z.string()).catch(["./seed.sql"]),
        })
        .catch({ enabled: true, sql_paths: ["./seed.sql"] }),
      migrations: z.object({ schema_paths: z.array(z.string()).catch([]) }).catch({ schema_paths: [] }),
    })
    .catch({ seed: { enabled: true, sql_paths: ["./seed.sql"] }, migrations: { schema_paths: [] } }),
});

/** Read the text of a supabase/config.toml. Throws ToolError (usage) if it is not TOML; `file`: its name there. */
export function parseConfigToml(text: string, file: string): ConfigToml {
  const { api, auth, db } = EXPECTED.parse(tableOf(text, file));
  return {
    autoExpose: api.auto_expose_new_tables,
    seeds: db.seed.enabled ? db.seed.sql_paths : [],
    schemas: db.migrations.schema_paths,
    jwtExpiry: auth.jwt_expiry ?? null,
  };
}

function tableOf(text: string, file: string): unknown {
  try {
    // a number that JavaScript cannot hold is of no interest here, and is no error
    return parse(text.replace(/^\uFEFF/, ""), { integersAsBigInt: "asNeeded" });
  } catch (error) {
    if (!(error instanceof TomlError)) throw error;
    // The other lines of the message, and the error itself, quote the file, which may hold secrets.
    const reason = error.message.split("\n")[0]?.replace(/^Invalid TOML document: /, "") ?? "";
    throw new ToolError(
      "usage",
      "BAD_CONFIG_TOML",
      `\`${file}\` is not TOML: line ${error.line}, column ${error.column}: ${reason}`,
      "correct the line; `supabase` refuses the file as well",
    );
  }
}

/**
 * The supabase/config.toml of a project; null if it has none. `dirs`: the folders that may be the project's, of which
 * the last is the one that was named.
 */
export function readConfigToml(dirs: readonly string[]): ConfigToml | null {
  const file = dirs.map((dir) => join(dir, "supabase", "config.toml")).find(existsSync);
  return file === undefined ? null : parseConfigToml(readFileSync(file, "utf8"), relative(dirs.at(-1) ?? "", file));
}
