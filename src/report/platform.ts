import { markdownText, oneLine } from "./visible.ts";
import type { AssumptionSource, DefaultGrants, Platform } from "../scratch/index.ts";

const FROM: Record<AssumptionSource, string> = {
  "config.toml": "by auto_expose_new_tables in supabase/config.toml",
  dates: "by the dates of the migrations",
  "no grants in the files":
    "as the migrations have no dates and grant no table to these roles; set auto_expose_new_tables in supabase/config.toml to say otherwise",
  today: "by Supabase's present default, as the migrations have no dates",
};

/** The platform that a report assumes, in one line. `null`: a live database, which was taken as it is. */
export function platformLine(platform: Platform | null): string {
  if (platform === null) return "platform: the live database, with its own roles and default privileges";
  if (platform.kind === "plain")
    return "platform: PostgreSQL without Supabase, as the migrations use nothing of Supabase that they do not create";
  const how = platform.recognisedBy === "folder" ? "" : " (by the names that the migrations use)";
  const graphql = platform.pgGraphql.installed ? "with pg_graphql" : "without pg_graphql";
  return `platform: Supabase${how}; ${grantsLine(platform.defaultGrants)}; ${graphql}`;
}

/** Who is taken to own the tables of a project whose files name no role that row security binds. */
export const boundOwnerLine = (role: string): string =>
  `row security is forced, and the files name no role that it binds: \`${role}\` stands for the login of the application, which owns the tables`;

function grantsLine(grants: DefaultGrants): string {
  const what = "default grants on new objects in public to anon, authenticated and service_role";
  if (grants.state === "until")
    return `${what} before \`${oneLine(grants.file)}\`, none from it on, ${FROM[grants.source]}`;
  return `${grants.state === "granted" ? what : `no ${what}`}, ${FROM[grants.source]}`;
}

/** A report in Markdown with the platform under its first heading. */
export const withPlatform = (markdown: string, platform: Platform | null): string =>
  markdown.replace(/^(#[^\n]*\n)/, (heading) => `${heading}\n${markdownText(platformLine(platform))}\n`);
