import type { Middleware } from "./types";

export type Logger = (entry: { correlationId: string; action: string; milliseconds: number; failed: boolean }) => void;

const silent: Logger = () => undefined;

/** Log every call with its correlation id. The clients send the same id as a header, the workers as application_name. */
export function withCorrelation(log: Logger = silent): Middleware {
  return async (context, next) => {
    const start = performance.now();
    let failed = true;
    try {
      const result = await next();
      failed = false;
      return result;
    } finally {
      log({
        correlationId: context.correlationId,
        action: context.action,
        milliseconds: performance.now() - start,
        failed,
      });
    }
  };
}
