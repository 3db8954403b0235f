import { assertRLSContext, injectRLSContext } from "@/lib/supabase/rls-context";
import { ActionError } from "./errors";
import type { Middleware } from "./types";

/**
 * Set the session variables for the policies.
 *
 * A token lives for an hour: somebody who was suspended ten minutes ago still has one. Only active staff get past here.
 */
export function withRLS(): Middleware {
  return async (context, next) => {
    assertRLSContext(context.auth);
    if (context.auth.status !== "active") {
      throw new ActionError("FORBIDDEN", `staff is ${context.auth.status}`);
    }
    await injectRLSContext(context.supabase, context.auth, context.correlationId);
    return next();
  };
}
