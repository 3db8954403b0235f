import { describe, expect, test, vi } from "vitest";
import {
  actorArguments,
  assertRLSContext,
  assertRole,
  getAuthContext,
  injectRLSContext,
  RLSContextError,
  type RLSContext,
} from "@/lib/supabase/rls-context";
import type { CasinoClient } from "@/lib/supabase/types";

const CONTEXT: RLSContext = { actorId: "actor", casinoId: "casino", staffRole: "pit_boss" };

const clientWith = (rpc: unknown): CasinoClient => ({ rpc }) as unknown as CasinoClient;

describe("injectRLSContext", () => {
  test("calls set_rls_context", async () => {
    const rpc = vi.fn().mockResolvedValue({ data: null, error: null });
    await injectRLSContext(clientWith(rpc), CONTEXT);
    expect(rpc).toHaveBeenCalledTimes(1);
    expect(rpc).toHaveBeenCalledWith("set_rls_context", {
      p_actor_id: "actor",
      p_casino_id: "casino",
      p_staff_role: "pit_boss",
    });
  });

  test("passes the correlation id on", async () => {
    const rpc = vi.fn().mockResolvedValue({ data: null, error: null });
    await injectRLSContext(clientWith(rpc), CONTEXT, "corr-7");
    expect(rpc.mock.calls[0]?.[1]).toHaveProperty("p_correlation_id", "corr-7");
  });

  test("an error of the RPC is one of ours", async () => {
    const rpc = vi.fn().mockResolvedValue({ data: null, error: { code: "42883", message: "no such function" } });
    await expect(injectRLSContext(clientWith(rpc), CONTEXT)).rejects.toMatchObject({
      code: "INJECTION_FAILED",
      message: "set_rls_context: no such function",
    });
  });
});

describe("assertRLSContext", () => {
  test.each([undefined, null, { ...CONTEXT, casinoId: "" }])("refuses %o", (context) => {
    expect(() => assertRLSContext(context)).toThrow(RLSContextError);
  });

  test("accepts a context", () => {
    expect(() => assertRLSContext(CONTEXT)).not.toThrow();
  });
});

describe("assertRole", () => {
  test("names the role that may not", () => {
    expect(() => assertRole(CONTEXT, "admin")).toThrow("pit_boss may not do this");
  });

  test("one of several is enough", () => {
    expect(() => assertRole(CONTEXT, "admin", "pit_boss")).not.toThrow();
  });
});

test("actorArguments are named as the RPCs name them", () => {
  expect(actorArguments(CONTEXT)).toEqual({ p_actor_id: "actor", p_casino_id: "casino", p_staff_role: "pit_boss" });
});

test("getAuthContext refuses who is not signed in", async () => {
  const auth = { getUser: vi.fn().mockResolvedValue({ data: { user: null }, error: { message: "no", status: 401 } }) };
  await expect(getAuthContext({ auth } as unknown as CasinoClient)).rejects.toMatchObject({ code: "UNAUTHENTICATED" });
});
