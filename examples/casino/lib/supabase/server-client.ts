import { createClient } from "@supabase/supabase-js";
import { requiredEnv } from "@/lib/env";
import { currentRequest } from "@/lib/http/request-context";
import type { CasinoClient } from "@/lib/supabase/types";
import type { Database } from "@/types/database.types";

/** A client that acts as the user of the current request: PostgREST runs it as `authenticated` with the user's token. */
export function createServerClient(): CasinoClient {
  const { accessToken, correlationId } = currentRequest();
  const headers: Record<string, string> = { "x-correlation-id": correlationId };
  if (accessToken !== null) headers["Authorization"] = `Bearer ${accessToken}`;

  return createClient<Database>(requiredEnv("SUPABASE_URL"), requiredEnv("SUPABASE_ANON_KEY"), {
    auth: { persistSession: false, autoRefreshToken: false },
    global: { headers },
  });
}
