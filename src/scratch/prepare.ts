import { isContrib } from "./extensions.ts";
import type { MigrationsFolder } from "../migration-tools/index.ts";

/**
 * The extensions that a new Supabase project has in schema `extensions` before its first migration, each with the form
 * of its use.
 */
const PREINSTALLED: { extension: string; use: RegExp }[] = [
  { extension: "uuid-ossp", use: /\buuid_(generate_v(1|1mc|3|4|5)|nil|ns_(dns|url|oid|x500))\s*"?\s*\(/i },
  {
    extension: "pgcrypto",
    use: /\b(crypt|gen_salt|digest|hmac|gen_random_bytes|armor|dearmor|pgp_(sym|pub)_(en|de)crypt(_bytea)?)\s*"?\s*\(/i,
  },
];

const CREATE = /create\s+extension\s+(?:if\s+not\s+exists\s+)?"?([\w-]+)"?/gi;

const withoutComments = (sql: string): string => sql.replaceAll(/--[^\n]*/g, "");

/**
 * The contrib extensions that the files may create: the embedded database needs them at start-up. An unused name does
 * no harm.
 */
export function extensionsNamed(folder: MigrationsFolder): string[] {
  const names = new Set<string>(extensionsImplied(folder));
  for (const file of folder.files)
    for (const match of file.sql.matchAll(CREATE)) {
      const name = match[1]?.toLowerCase() ?? "";
      if (isContrib(name)) names.add(name);
    }
  // earthdistance requires cube
  if (names.has("earthdistance")) names.add("cube");
  return [...names];
}

/** The extensions whose functions the files call before any file creates the extension. */
export function extensionsImplied(folder: MigrationsFolder): string[] {
  const open = new Map(PREINSTALLED.map(({ extension, use }) => [extension, use]));
  const implied: string[] = [];
  for (const file of folder.files) {
    if (open.size === 0) break;
    const text = withoutComments(file.sql);
    const created = [...text.matchAll(CREATE)].map((match) => ({ name: match[1]?.toLowerCase(), at: match.index }));
    for (const [extension, use] of open) {
      const used = text.search(use);
      const made = created.find(({ name }) => name === extension)?.at ?? -1;
      if (used < 0 && made < 0) continue;
      if (used >= 0 && (made < 0 || used < made)) implied.push(extension);
      open.delete(extension);
    }
  }
  return implied;
}
