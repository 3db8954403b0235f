import { describe, expect, test, vi } from "vitest";
import { getAuthContext, injectRLSContext, RLSContextError, type AuthContext } from "@/lib/supabase/rls-context";
import { ActionError } from "../errors";
import { withServerAction } from "../withServerAction";

vi.mock("@/lib/supabase/rls-context", async (original) => ({
  ...(await original<typeof import("@/lib/supabase/rls-context")>()),
  getAuthContext: vi.fn(),
  injectRLSContext: vi.fn(),
}));
vi.mock("@/lib/supabase/server-client", () => ({ createServerClient: () => ({}) }));

const AUTH: AuthContext = { userId: "u", actorId: "a", casinoId: "c", staffRole: "admin", status: "active" };

describe("withServerAction", () => {
  test("gives the handler who acts, and returns what it returns", async () => {
    vi.mocked(getAuthContext).mockResolvedValueOnce(AUTH);
    const action = withServerAction(async ({ auth }, input: number) => ({ who: auth.actorId, doubled: input * 2 }));
    expect(await action(21)).toMatchObject({ ok: true, data: { who: "a", doubled: 42 } });
  });

  test("a failed injection has a code of its own, and the handler does not run", async () => {
    vi.mocked(getAuthContext).mockResolvedValueOnce(AUTH);
    vi.mocked(injectRLSContext).mockRejectedValueOnce(new RLSContextError("INJECTION_FAILED", "down"));
    const handler = vi.fn();
    expect(await withServerAction(handler)(null)).toMatchObject({
      ok: false,
      code: "CONTEXT_INJECTION_FAILED",
      error: "context injection failed",
    });
    expect(handler).not.toHaveBeenCalled();
  });

  test("an error of the handler keeps its code", async () => {
    vi.mocked(getAuthContext).mockResolvedValueOnce(AUTH);
    const action = withServerAction(async () => {
      throw new ActionError("CONFLICT", "taken");
    });
    expect(await action(null)).toMatchObject({ ok: false, code: "CONFLICT", error: "taken" });
  });

  test("staff who is not active is refused", async () => {
    vi.mocked(getAuthContext).mockResolvedValueOnce({ ...AUTH, status: "suspended" });
    expect(await withServerAction(async () => "done")(null)).toMatchObject({ ok: false, code: "FORBIDDEN" });
  });
});
