import type { MigrationsFolder } from "../../migration-tools/index.ts";
import { dayOf } from "./migration-date.ts";
import type { DefaultGrants, Platform } from "./platform.ts";
import { usesSupabase } from "./recognise.ts";

/**
 * The days on which Supabase changed its defaults (its changelog, "Tables not exposed to Data and GraphQL API
 * automatically", 2026-04-28).
 */
const NO_PG_GRAPHQL = "2026-05-18";
const NO_GRANTS_IN_NEW_PROJECTS = "2026-05-30";
const NO_GRANTS_IN_ANY_PROJECT = "2026-10-30";

/** The part of supabase/config.toml that decides about default grants. */
interface SupabaseConfig {
  /** `auto_expose_new_tables` in table `[api]`; null if it is not set */
  autoExpose: boolean | null;
}

/**
 * The platform of a project. `config`: its supabase/config.toml, null if there is none; `today`: the day of the run, for
 * migrations without a date in their names.
 */
export function platformOf(
  folder: Pick<MigrationsFolder, "layout" | "files">,
  config: SupabaseConfig | null,
  today: Date,
): Platform {
  const inFolder = folder.layout === "supabase" || config !== null;
  if (!inFolder && !usesSupabase(folder.files.map(({ sql }) => sql))) return { kind: "plain" };
  const days = folder.files.map(({ path }) => dayOf(path));
  const firstDay = days.find((day) => day !== null) ?? null;
  const relies = firstDay === null && !folder.files.some(({ sql }) => grantsTables(sql));
  const undated = relies ? "no grants in the files" : "today";
  return {
    kind: "supabase",
    recognisedBy: inFolder ? "folder" : "names",
    defaultGrants: defaultGrants(folder.files, days, firstDay, config, today),
    pgGraphql: {
      installed: relies || (firstDay ?? isoDay(today)) < NO_PG_GRAPHQL,
      source: firstDay === null ? undated : "dates",
    },
  };
}

function defaultGrants(
  files: MigrationsFolder["files"],
  days: readonly (string | null)[],
  firstDay: string | null,
  config: SupabaseConfig | null,
  today: Date,
): DefaultGrants {
  const configured = config?.autoExpose ?? null;
  if (configured !== null) return { state: configured ? "granted" : "not granted", source: "config.toml" };
  if (firstDay === null) {
    // A project whose files grant no table to an API role would be out of reach altogether without default grants.
    if (!files.some(({ sql }) => grantsTables(sql))) return { state: "granted", source: "no grants in the files" };
    return { state: isoDay(today) < NO_GRANTS_IN_ANY_PROJECT ? "granted" : "not granted", source: "today" };
  }
  if (firstDay >= NO_GRANTS_IN_NEW_PROJECTS) return { state: "not granted", source: "dates" };
  const first = files[days.findIndex((day) => day !== null && day >= NO_GRANTS_IN_ANY_PROJECT)];
  return first ? { state: "until", file: first.path, source: "dates" } : { state: "granted", source: "dates" };
}

const isoDay = (date: Date): string => date.toISOString().slice(0, 10);

/** True if a text grants tables to a role of the Data API, or changes their default privileges so. */
const grantsTables = (sql: string): boolean =>
  /\bgrant\s[^;]*?\bon\s+(?!schema\b|(?:all\s+)?(?:function|procedure|routine|sequence|type)s?\b|language\b|database\b)[^;]*?\bto\b[^;]*\b(?:anon|authenticated|service_role)\b/i.test(
    sql.replaceAll(/--[^\n]*|\/\*[\s\S]*?\*\//g, " "),
  );
