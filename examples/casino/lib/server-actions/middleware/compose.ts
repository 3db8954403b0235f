import type { ChainContext, Middleware, Next } from "./types";

/** Make one middleware of many: the first is the outermost. */
export function compose(middlewares: readonly Middleware[]): Middleware {
  return async (context: ChainContext, next: Next) => {
    let reached = -1;
    const dispatch = async (index: number): Promise<unknown> => {
      if (index <= reached) throw new Error("next() was called twice");
      reached = index;
      const middleware = middlewares[index];
      return middleware === undefined ? next() : middleware(context, () => dispatch(index + 1));
    };
    return dispatch(0);
  };
}
