import type { MigrationsFolder } from "../../migration-tools/index.ts";
import { dayOf } from "./migration-date.ts";
import type { AssumptionSource, DefaultGrants, Platform } from "./platform.ts";
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
  const dated = days.find((day) => day !== null) ?? null;
  // a file without a date that comes first may be of any day up to that
  const firstDay = days[0] === null && dated !== null && dated >= NO_PG_GRAPHQL ? null : dated;
  const relies = firstDay === null && !folder.files.some(({ sql }) => grantsTables(sql));
  const undated = relies ? "no grants in the files" : "today";
  return {
    kind: "supabase",
    recognisedBy: inFolder ? "folder" : "names",
    defaultGrants: defaultGrants(folder.files, firstDay, config, today),
    pgGraphql: {
      installed: relies || (firstDay ?? isoDay(today)) < NO_PG_GRAPHQL,
      source: firstDay === null ? undated : "dates",
    },
  };
}

function defaultGrants(
  files: MigrationsFolder["files"],
  firstDay: string | null,
  config: SupabaseConfig | null,
  today: Date,
): DefaultGrants {
  const configured = config?.autoExpose ?? null;
  if (configured !== null) return { state: configured ? "granted" : "not granted", source: "config.toml" };
  if (firstDay === null) {
    // A project whose files grant no table to an API role would be out of reach altogether without default grants.
    if (!files.some(({ sql }) => grantsTables(sql))) return grantedUntil(files, "no grants in the files");
    return isoDay(today) < NO_GRANTS_IN_ANY_PROJECT
      ? grantedUntil(files, "today")
      : { state: "not granted", source: "today" };
  }
  if (firstDay >= NO_GRANTS_IN_NEW_PROJECTS) return { state: "not granted", source: "dates" };
  return grantedUntil(files, "dates");
}

/** Granted up to the day on which the platform ended that for every project. */
function grantedUntil(files: MigrationsFolder["files"], source: AssumptionSource): DefaultGrants {
  const first = files.find(({ path }) => (dayOf(path) ?? "") >= NO_GRANTS_IN_ANY_PROJECT);
  return first ? { state: "until", file: first.path, source: "dates" } : { state: "granted", source };
}

/**
 * The platform of a folder that is compared with another one of the same project: a file more, or a GRANT, says nothing
 * about the day on which the project was created. A setting in supabase/config.toml does.
 */
export function platformAlike(own: Platform, other: Platform, files: MigrationsFolder["files"]): Platform {
  if (own.kind !== "supabase" || other.kind !== "supabase") return own;
  const [mine, theirs] = [own.defaultGrants, other.defaultGrants];
  const isSet = mine.source === "config.toml" || theirs.source === "config.toml";
  const isLike = (mine.state === "not granted") === (theirs.state === "not granted");
  return {
    ...own,
    pgGraphql: other.pgGraphql,
    defaultGrants:
      isSet || isLike ? mine : theirs.state === "not granted" ? theirs : grantedUntil(files, theirs.source),
  };
}

const isoDay = (date: Date): string => date.toISOString().slice(0, 10);

/** True if a text grants tables to a role of the Data API, or changes their default privileges so. */
const grantsTables = (sql: string): boolean =>
  /\bgrant\s[^;]*?\bon\s+(?!schema\b|(?:all\s+)?(?:function|procedure|routine|sequence|type)s?\b|language\b|database\b)[^;]*?\bto\b[^;]*\b(?:anon|authenticated|service_role)\b/i.test(
    sql.replaceAll(/--[^\n]*|\/\*[\s\S]*?\*\//g, " "),
  );
