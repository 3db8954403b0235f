import { fromDatabase } from "./errors";
import type { Middleware } from "./types";

/** Write what was done to the audit log, after it was done. `return=minimal`: most roles may not read the log. */
export function withAudit(): Middleware {
  return async (context, next) => {
    const result = await next();
    if (context.auth === undefined) return result;
    const { error } = await context.supabase.from("audit_log").insert({
      casino_id: context.auth.casinoId,
      actor_id: context.auth.actorId,
      domain: context.domain,
      action: context.action,
      correlation_id: context.correlationId,
    });
    if (error) throw fromDatabase(error);
    return result;
  };
}
