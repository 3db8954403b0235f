import { readFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import type { InferredRequests } from "../classify/index.ts";
import type { Config } from "../config.ts";
import { finding, type Finding } from "../finding.ts";
import { isOnPlatform } from "../pg/platform-schemas.ts";
import type { Source } from "./source.ts";

/** The packages that open a connection to PostgreSQL; the others of `BUILDERS` need one of them. */
const DRIVERS: readonly string[] = ["pg", "postgres", "pg-promise", "@prisma/client"];
const BUILDERS: readonly string[] = ["drizzle-orm", "kysely", "knex", "sequelize", "typeorm"];

const PACKAGE = z.object({ dependencies: z.record(z.string(), z.unknown()).catch({}) });

/**
 * The packages by which the application of a project on Supabase may connect to the database itself: the API of
 * Supabase, which sends the claims, is not between. Empty where package.json names no driver, and off Supabase, where
 * the database shows whether requests send claims.
 */
export function directDrivers({ origin, catalog }: Pick<Source, "origin" | "catalog">, projectDir: string): string[] {
  if (!isOnPlatform(catalog)) return [];
  const folders = origin.kind === "migrations" ? [projectDir, origin.folder.projectDir] : [projectDir];
  const named = new Set(folders.flatMap(dependenciesOf));
  return DRIVERS.some((driver) => named.has(driver))
    ? [...BUILDERS, ...DRIVERS].filter((name) => named.has(name)).toSorted()
    : [];
}

/** None where there is no package.json, or no JSON in it: the project may not be one of Node. */
function dependenciesOf(folder: string): string[] {
  try {
    const read = PACKAGE.safeParse(JSON.parse(readFileSync(join(folder, "package.json"), "utf8")));
    return read.success ? Object.keys(read.data.dependencies) : [];
  } catch {
    return [];
  }
}

/** What the database shows of requests, with the direct connections that package.json shows beside them. */
export const withDirect = (requests: InferredRequests, direct: string[]): InferredRequests =>
  direct.length === 0 ? requests : { ...requests, direct };

/**
 * The warning about a plan that moves policies to claims, where direct connections may not send any and the config does
 * not say who does. None where the plan moves nothing, or where the config says that no request sends claims, at which
 * the plan stops. Pure.
 */
export function directFindings(moved: readonly string[], direct: readonly string[], { requests }: Config): Finding[] {
  const isAnswered = requests?.claims === "none" || requests?.direct !== undefined;
  if (direct.length === 0 || moved.length === 0 || isAnswered) return [];
  const [first] = moved;
  const policies = moved.length === 1 ? `policy ${first}` : `${moved.length} policies (${first}, …)`;
  return [
    finding(
      "direct-connection-without-claims",
      "warning",
      { kind: "database" },
      `package.json names ${direct.map((name) => `\`${name}\``).join(", ")}: a statement over a direct connection does not pass the API of Supabase and has no claims unless the application sets them, and then ${policies} may deny it where row security binds the login`,
      "let each such transaction set the claims first, then write who does, or why row security does not bind the login, as `requests.direct` in the config",
    ),
  ];
}
