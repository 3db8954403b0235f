import { describe, expect, test, vi } from "vitest";
import type { SqlPool } from "@/lib/db/sql";
import { drainLoyaltyOutbox } from "../loyalty-outbox-worker";

const SCOPE = { casinoId: "c", actorId: "a", userId: "u", staffRole: "admin", correlationId: "corr" } as const;

function poolWith(query: (text: string, values?: unknown[]) => Promise<{ rows: object[]; rowCount: number }>) {
  const calls = vi.fn(query);
  const release = vi.fn();
  const pool = { connect: async () => ({ query: calls, release }), query: calls } as unknown as SqlPool;
  return { pool, calls, release };
}

const EVENTS = [
  { id: "1", event_type: "points_changed", payload: {} },
  { id: "2", event_type: "points_changed", payload: {} },
];

describe("drainLoyaltyOutbox", () => {
  test("marks what was sent and what was not", async () => {
    const { pool, calls } = poolWith(async (text) => {
      if (text.includes("set_config")) return { rows: [{}], rowCount: 1 };
      if (text.startsWith("select id, event_type")) return { rows: EVENTS, rowCount: 2 };
      return { rows: [], rowCount: 1 };
    });
    const deliver = vi.fn().mockResolvedValueOnce(undefined).mockRejectedValueOnce(new Error("503"));
    expect(await drainLoyaltyOutbox(pool, SCOPE, deliver)).toEqual({ sent: 1, failed: 1 });
    const updates = calls.mock.calls.filter(([text]) => text.startsWith("update loyalty_outbox"));
    expect(updates.map(([, values]) => values)).toEqual([
      ["1", "sent"],
      ["2", "failed"],
    ]);
  });

  test("sets the context before it reads", async () => {
    const { pool, calls } = poolWith(async () => ({ rows: [], rowCount: 0 }));
    await drainLoyaltyOutbox(pool, SCOPE, vi.fn());
    expect(calls.mock.calls[0]?.[0]).toBe("begin");
    expect(calls.mock.calls[2]?.[0]).toMatch(/set_config\('app\.casino_id', \$1, true\)/);
    expect(calls.mock.calls[2]?.[1]?.slice(0, 4)).toEqual(["c", "a", "admin", "corr"]);
    expect(calls.mock.calls[3]?.[0]).toContain("from loyalty_outbox");
    expect(calls.mock.calls[4]?.[0]).toBe("commit");
  });

  test("rolls back and gives the connection back when the context cannot be set", async () => {
    const { pool, calls, release } = poolWith(async (text) => {
      if (text.includes("set_config")) throw new Error("connection lost");
      return { rows: [], rowCount: 0 };
    });
    await expect(drainLoyaltyOutbox(pool, SCOPE, vi.fn())).rejects.toThrow("connection lost");
    expect(calls.mock.calls.at(-1)?.[0]).toBe("rollback");
    expect(release).toHaveBeenCalledTimes(1);
  });
});
