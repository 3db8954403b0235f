import { currentRequest } from "@/lib/http/request-context";
import { getAuthContext, injectRLSContext, type AuthContext } from "@/lib/supabase/rls-context";
import { createServerClient } from "@/lib/supabase/server-client";
import type { CasinoClient } from "@/lib/supabase/types";
import { ActionError, failure } from "./errors";
import type { ActionResult } from "./types";

export interface ServerActionContext {
  supabase: CasinoClient;
  auth: AuthContext;
  correlationId: string;
}

/** The wrapper from before the chain. It is kept for the actions that have not moved to `defineAction` yet. */
export function withServerAction<Input, Data>(
  handler: (context: ServerActionContext, input: Input) => Promise<Data>,
): (input: Input) => Promise<ActionResult<Data>> {
  return async (input) => {
    const { correlationId } = currentRequest();
    const supabase = createServerClient();
    try {
      const auth = await getAuthContext(supabase);
      if (auth.status !== "active") throw new ActionError("FORBIDDEN", `staff is ${auth.status}`);

      try {
        await injectRLSContext(supabase, auth, correlationId);
      } catch (error) {
        throw new ActionError("CONTEXT_INJECTION_FAILED", "context injection failed", { cause: error });
      }

      const data = await handler({ supabase, auth, correlationId }, input);
      return { ok: true, data, requestId: correlationId };
    } catch (error) {
      return failure(error, correlationId);
    }
  };
}
