import { AsyncLocalStorage } from "node:async_hooks";
import { randomUUID } from "node:crypto";

/** What a request brings along: filled by middleware.ts from the cookies, read by the clients and the actions. */
export interface RequestContext {
  accessToken: string | null;
  correlationId: string;
}

const storage = new AsyncLocalStorage<RequestContext>();

export function runWithRequest<Result>(request: Partial<RequestContext>, run: () => Promise<Result>): Promise<Result> {
  return storage.run(
    { accessToken: request.accessToken ?? null, correlationId: request.correlationId ?? randomUUID() },
    run,
  );
}

export function currentRequest(): RequestContext {
  return storage.getStore() ?? { accessToken: null, correlationId: randomUUID() };
}
