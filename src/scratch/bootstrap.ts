import { readFileSync } from "node:fs";
import type { Platform } from "./platform/index.ts";

/** SQL that gives a database the initial contents of a new Supabase project. */
export const BOOTSTRAP = readFileSync(new URL("./bootstrap.sql", import.meta.url), "utf8");

/** Its part that creates roles, which a superuser may have to run for a login that is none. */
export const BOOTSTRAP_ROLES = BOOTSTRAP.slice(0, BOOTSTRAP.indexOf("create schema if not exists extensions"));

/** The search_path in which an unqualified name of a migration is resolved on a platform. */
export const searchPathOf = (platform: Platform): string =>
  platform.kind === "supabase" ? `"$user", public, extensions` : `"$user", public`;
