import { createClient } from "@supabase/supabase-js";
import { requiredEnv } from "@/lib/env";
import type { CasinoClient } from "@/lib/supabase/types";
import type { Database } from "@/types/database.types";

/** A client that bypasses row-level security. For jobs; never in a request of a user. */
export function createServiceClient(): CasinoClient {
  return createClient<Database>(requiredEnv("SUPABASE_URL"), requiredEnv("SUPABASE_SERVICE_ROLE_KEY"), {
    auth: { persistSession: false, autoRefreshToken: false },
  });
}
