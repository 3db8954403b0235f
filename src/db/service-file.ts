import { existsSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import type { Parameters } from "./conninfo.ts";

/**
 * The parameters of a service (manual, 32.17): from `servicefile`, PGSERVICEFILE or ~/.pg_service.conf, then from
 * pg_service.conf in PGSYSCONFDIR. Null if no file has it.
 */
export function serviceNamed(name: string, servicefile: string | undefined, env: NodeJS.ProcessEnv): Parameters | null {
  const user = servicefile ?? env["PGSERVICEFILE"] ?? join(homedir(), ".pg_service.conf");
  const system = [env["PGSYSCONFDIR"], "/etc/postgresql-common", "/etc"].find((dir) => dir !== undefined) ?? "";
  for (const file of [user, join(system, "pg_service.conf")])
    if (existsSync(file)) {
      const found = sectionOf(readFileSync(file, "utf8"), name);
      if (found) return found;
    }
  return null;
}

function sectionOf(text: string, name: string): Parameters | null {
  let found: Parameters | null = null;
  for (const raw of text.split("\n")) {
    const line = raw.trim();
    if (line === "" || line.startsWith("#")) continue;
    if (line.startsWith("[")) {
      if (found) return found;
      if (line === `[${name}]`) found = new Map();
      continue;
    }
    const equals = line.indexOf("=");
    if (found && equals > 0) found.set(line.slice(0, equals).trim(), line.slice(equals + 1).trim());
  }
  return found;
}
