import { matches } from "../../pg/name-pattern.ts";

/** What the clean-up takes out of the code: names in SQL. */
export interface Retired {
  /** a session variable, in lower case, and the claim that takes its place, as keys from the outermost */
  settings: ReadonlyMap<string, readonly string[]>;
  /** functions that set these variables and do nothing else, by name */
  functions: ReadonlySet<string>;
  /** functions that set these variables among other things: their calls are looked at by a person */
  mixed: ReadonlySet<string>;
  /** the roles that a verified token may name, those of the policies; default: `API_ROLES` */
  roles?: readonly string[];
  /** what a person has decided in the config; the first entry that matches counts */
  decided?: readonly DecidedFiles[];
  /** what else the code may call; without it, calls of functions that the database does not have are not looked for */
  known?: KnownFunctions;
}

/** A decision about the files whose path fits a pattern. */
export interface DecidedFiles {
  /** `*` matches any text */
  pattern: string;
  /** the transactions act by claims that no token vouches for; or what names a variable stays */
  decision: "claims" | "keep";
  /** the role of a transaction that takes none itself */
  role: string | null;
  reason: string;
}

/** The decision about a file; null: there is none. */
export const decidedFor = (path: string, { decided = [] }: Retired): DecidedFiles | null =>
  decided.find(({ pattern }) => matches(pattern, path)) ?? null;

/** The roles that requests have behind Supabase's API. */
export const API_ROLES: readonly string[] = ["authenticated", "anon"];

/** True for a role that a transaction may take for somebody who is logged in. */
export const isRoleOfUser = (role: string, { roles = API_ROLES }: Retired): boolean =>
  roles.includes(role) && role !== "anon";

/** The functions of the database, and those of which it is known that they set no variable. */
export interface KnownFunctions {
  names: ReadonlySet<string>;
  /** schemas in which the database may lack functions that are there where the application runs */
  schemas: ReadonlySet<string>;
  /** names that a person has decided about, as patterns of the config */
  kept: readonly string[];
  /** true for a function of an extension, which the database may lack */
  isOfExtension(name: string): boolean;
}

/** True if a text names something that is retired; a prefilter, and what is left is looked at in the syntax. */
export function namesRetired(text: string, { settings, functions, mixed }: Retired): boolean {
  return [...settings.keys(), ...functions, ...mixed].some((name) => text.toLowerCase().includes(name.toLowerCase()));
}
