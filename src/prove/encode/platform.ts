const CLAIMS = "nullif(current_setting('request.jwt.claims', true), '')::jsonb";

/** Supabase's functions of the token, for catalogs that do not have them. `request.jwt.claim*`, which older PostgREST filled, are left out. */
export const SUPABASE: Readonly<Record<string, { body: string; result: string }>> = {
  "auth.jwt": { body: CLAIMS, result: "jsonb" },
  "auth.uid": { body: `(${CLAIMS} ->> 'sub')::uuid`, result: "uuid" },
  "auth.role": { body: `${CLAIMS} ->> 'role'`, result: "text" },
  "auth.email": { body: `${CLAIMS} ->> 'email'`, result: "text" },
};
