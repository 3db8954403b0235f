import { createClient } from "@supabase/supabase-js";
import type { CasinoClient } from "@/lib/supabase/types";
import type { Database } from "@/types/database.types";

let client: CasinoClient | undefined;

/** The one client of a browser tab. Next.js replaces the two NEXT_PUBLIC_ variables when it builds. */
export function browserClient(): CasinoClient {
  client ??= createClient<Database>(
    process.env["NEXT_PUBLIC_SUPABASE_URL"] ?? "",
    process.env["NEXT_PUBLIC_SUPABASE_ANON_KEY"] ?? "",
  );
  return client;
}
