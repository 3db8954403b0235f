import { getAuthContext } from "@/lib/supabase/rls-context";
import type { Middleware } from "./types";

/** Find out who is signed in. */
export function withAuth(): Middleware {
  return async (context, next) => {
    context.auth = await getAuthContext(context.supabase);
    return next();
  };
}
