export { withAudit } from "./audit";
export { withAuth } from "./auth";
export { compose } from "./compose";
export { withCorrelation, type Logger } from "./correlation";
export { defineAction, type ActionOptions } from "./defineAction";
export { ActionError, dataOf, failure, fromDatabase } from "./errors";
export { withRLS } from "./rls";
export { withServerAction, type ServerActionContext } from "./withServerAction";
export type { ActionContext, ActionResult, ChainContext, Domain, ErrorCode, Middleware } from "./types";
