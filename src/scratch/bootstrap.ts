import { readFileSync } from "node:fs";

/** SQL that gives a database the initial contents of a new Supabase project. */
export const BOOTSTRAP = readFileSync(new URL("./bootstrap.sql", import.meta.url), "utf8");

/** The search_path in which an unqualified name of a migration is resolved there. */
export const SEARCH_PATH = `"$user", public, extensions`;
