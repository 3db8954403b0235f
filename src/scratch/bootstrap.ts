import { readFileSync } from "node:fs";

/** SQL that makes a database look as a new Supabase project does. */
export const BOOTSTRAP = readFileSync(new URL("./bootstrap.sql", import.meta.url), "utf8");

/** What an unqualified name means in a migration there. */
export const SEARCH_PATH = `"$user", public, extensions`;
