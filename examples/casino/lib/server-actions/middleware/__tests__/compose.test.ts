import { describe, expect, test } from "vitest";
import { compose } from "../compose";
import type { ChainContext, Middleware } from "../types";

const CONTEXT = { action: "test", domain: "visit", correlationId: "c" } as unknown as ChainContext;

describe("compose", () => {
  test("the first middleware is the outermost", async () => {
    const seen: string[] = [];
    const named =
      (name: string): Middleware =>
      async (_context, next) => {
        seen.push(`${name} in`);
        const result = await next();
        seen.push(`${name} out`);
        return result;
      };
    const result = await compose([named("a"), named("b")])(CONTEXT, async () => "done");
    expect(result).toBe("done");
    expect(seen).toEqual(["a in", "b in", "b out", "a out"]);
  });

  test("a middleware may answer itself", async () => {
    const stop: Middleware = async () => "stopped";
    expect(await compose([stop])(CONTEXT, async () => "done")).toBe("stopped");
  });

  test("next() is called once", async () => {
    const twice: Middleware = async (_context, next) => {
      await next();
      return next();
    };
    await expect(compose([twice])(CONTEXT, async () => "done")).rejects.toThrow("twice");
  });
});
