import { currentRequest } from "@/lib/http/request-context";
import { createServerClient } from "@/lib/supabase/server-client";
import { assertRLSContext } from "@/lib/supabase/rls-context";
import { withAudit } from "./audit";
import { withAuth } from "./auth";
import { compose } from "./compose";
import { withCorrelation } from "./correlation";
import { failure } from "./errors";
import { withRLS } from "./rls";
import type { ActionContext, ActionResult, ChainContext, Domain, Middleware } from "./types";

export interface ActionOptions {
  action: string;
  domain: Domain;
  /** write an entry to the audit log (default: true) */
  audit?: boolean;
}

/** A server action as a chain of middlewares. New actions are written with this. */
export function defineAction<Input, Data>(
  options: ActionOptions,
  handler: (context: ActionContext, input: Input) => Promise<Data>,
): (input: Input) => Promise<ActionResult<Data>> {
  const middlewares: Middleware[] = [withCorrelation(), withAuth()];
  middlewares.push(withRLS());
  if (options.audit !== false) middlewares.push(withAudit());
  const chain = compose(middlewares);

  return async (input) => {
    const { correlationId } = currentRequest();
    const context: ChainContext = {
      supabase: createServerClient(),
      correlationId,
      action: options.action,
      domain: options.domain,
    };
    try {
      const data = await chain(context, async () => {
        assertRLSContext(context.auth);
        return handler({ ...context, auth: context.auth }, input);
      });
      return { ok: true, data: data as Data, requestId: correlationId };
    } catch (error) {
      return failure(error, correlationId);
    }
  };
}
