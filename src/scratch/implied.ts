import { finding, type Finding } from "../finding.ts";
import { PREINSTALLED } from "./extension-objects.ts";
import type { Platform } from "./platform/index.ts";

/** The schema in which a platform has extensions that no file creates. */
export const extensionSchema = (platform: Platform): string => (platform.kind === "supabase" ? "extensions" : "public");

/** The finding for extensions that were created although no file had created them yet. */
export function extensionImplied(extensions: readonly string[], schema: string): Finding {
  const names = extensions.map((name) => `\`${name}\``).join(" and ");
  const isNew = schema === "extensions" && extensions.every((name) => PREINSTALLED.includes(name));
  return finding(
    "extension-implied",
    "info",
    { kind: "database" },
    `the files use ${names} before they create it: created in schema ${schema}, ${isNew ? "as in a new Supabase project" : "where the files expect it"}`,
  );
}
