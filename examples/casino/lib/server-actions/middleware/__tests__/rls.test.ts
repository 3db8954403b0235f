import { beforeEach, describe, expect, test, vi } from "vitest";
import type { AuthContext } from "@/lib/supabase/rls-context";
import { injectRLSContext } from "@/lib/supabase/rls-context";
import { withRLS } from "../rls";
import type { ChainContext } from "../types";

vi.mock("@/lib/supabase/rls-context", async (original) => ({
  ...(await original<typeof import("@/lib/supabase/rls-context")>()),
  injectRLSContext: vi.fn(),
}));

const AUTH: AuthContext = { userId: "u", actorId: "a", casinoId: "c", staffRole: "pit_boss", status: "active" };
const contextOf = (auth: AuthContext | undefined): ChainContext =>
  ({ supabase: {}, correlationId: "corr", action: "test", domain: "visit", auth }) as unknown as ChainContext;

describe("withRLS", () => {
  beforeEach(() => void vi.mocked(injectRLSContext).mockReset());

  test("injects the context before the handler runs", async () => {
    const order: string[] = [];
    vi.mocked(injectRLSContext).mockImplementation(async (_client, context) => (order.push("inject"), context));
    await withRLS()(contextOf(AUTH), async () => order.push("handler"));
    expect(order).toEqual(["inject", "handler"]);
    expect(injectRLSContext).toHaveBeenCalledWith({}, AUTH, "corr");
  });

  test("does not inject twice", async () => {
    await withRLS()(contextOf(AUTH), async () => undefined);
    expect(injectRLSContext).toHaveBeenCalledTimes(1);
  });

  test.each(["suspended", "terminated"] as const)("refuses staff who is %s", async (status) => {
    const handler = vi.fn();
    await expect(withRLS()(contextOf({ ...AUTH, status }), handler)).rejects.toMatchObject({ code: "FORBIDDEN" });
    expect(handler).not.toHaveBeenCalled();
  });

  test("refuses a chain without auth", async () => {
    await expect(withRLS()(contextOf(undefined), async () => undefined)).rejects.toMatchObject({
      code: "UNAUTHENTICATED",
    });
  });
});
