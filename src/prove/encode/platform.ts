import { nameKey, type NameKey, type QualifiedName } from "../../pg/name.ts";

/** A function that takes no arguments. */
export interface PlatformFunction {
  name: QualifiedName;
  body: string;
  result: string;
}

const CLAIMS = "nullif(current_setting('request.jwt.claims', true), '')::jsonb";

const auth = (name: string): QualifiedName => ({ schema: "auth", name });

/**
 * Supabase's functions of the token, for catalogs that do not have them. `request.jwt.claim*`, which older PostgREST
 * filled, are left out.
 */
export const SUPABASE: readonly PlatformFunction[] = [
  { name: auth("jwt"), body: CLAIMS, result: "jsonb" },
  { name: auth("uid"), body: `(${CLAIMS} ->> 'sub')::uuid`, result: "uuid" },
  { name: auth("role"), body: `${CLAIMS} ->> 'role'`, result: "text" },
  { name: auth("email"), body: `${CLAIMS} ->> 'email'`, result: "text" },
];

const NAMES: ReadonlySet<NameKey> = new Set(SUPABASE.map(({ name }) => nameKey(name)));

export const isTokenFunction = (name: QualifiedName): boolean => NAMES.has(nameKey(name));
