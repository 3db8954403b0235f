import { describe, expect, test } from "vitest";
import { owner, useCasinoDatabase } from "@/test/support/database";
import { ADMIN_1, casinoId, PIT_BOSS_1 } from "@/test/support/people";
import { drainLoyaltyOutbox, type OutboxEvent } from "../loyalty-outbox-worker";
import { runOnce } from "../main";
import { shiftReport } from "../shift-report-worker";
import { systemScope } from "../system-actor";
import { changesBetween, pollTableStatus } from "../table-status-poller";

useCasinoDatabase();

const today = async (): Promise<string> =>
  (await owner().query<{ day: string }>("select current_date::text as day")).rows[0]?.day ?? "";

test("jobs without a person run as an admin of the casino", async () => {
  expect(await systemScope(owner(), casinoId(1), "corr")).toEqual({
    casinoId: casinoId(1),
    actorId: ADMIN_1.staffId,
    userId: ADMIN_1.userId,
    staffRole: "admin",
    correlationId: "corr",
  });
});

describe("the shift report", () => {
  test("counts the rows of its own casino only", async () => {
    const scope = await systemScope(owner(), casinoId(1), "report-1");
    // the seed has two visits at casino 1, each with an open slip, a buy-in of 500 dollars and an MTL entry
    expect(await shiftReport(owner(), scope, await today())).toEqual({
      visits: 2,
      openSlips: 2,
      buyInCents: 100_000,
      mtlEntries: 2,
    });
  });

  test("leaves nothing on the connection", async () => {
    const { rows } = await owner().query<{ role: string; casino: string }>(
      "select current_user as role, coalesce(current_setting('app.casino_id', true), '') as casino",
    );
    expect(rows[0]?.casino).toBe("");
    expect(rows[0]?.role).not.toBe("authenticated");
  });
});

describe("the loyalty outbox", () => {
  test("one casino's events are delivered once", async () => {
    const scope = await systemScope(owner(), casinoId(1), "outbox-1");
    const events: OutboxEvent[] = [];
    const deliver = async (event: OutboxEvent): Promise<void> => void events.push(event);
    // two enrolments at casino 1, two ledger entries each
    expect(await drainLoyaltyOutbox(owner(), scope, deliver)).toEqual({ sent: 4, failed: 0 });
    expect(await drainLoyaltyOutbox(owner(), scope, deliver)).toEqual({ sent: 0, failed: 0 });
    expect(events).toHaveLength(4);
  });

  test("an event that cannot be delivered is marked, and those of other casinos are not touched", async () => {
    const scope = { ...(await systemScope(owner(), casinoId(3), "outbox-3")) };
    expect(await drainLoyaltyOutbox(owner(), scope, async () => Promise.reject(new Error("503")), 1)).toEqual({
      sent: 0,
      failed: 1,
    });
    const { rows } = await owner().query<{ casino_id: string; n: number }>(
      "select casino_id, count(*)::int as n from loyalty_outbox where status = 'pending' group by 1 order by 1",
    );
    expect(rows).toEqual([
      { casino_id: casinoId(2), n: 4 },
      { casino_id: casinoId(3), n: 1 },
    ]);
  });

  test("a run drains all casinos", async () => {
    expect(await runOnce(owner(), async () => undefined)).toBe(5);
  });

  test("a pit boss's scope may not mark anything", async () => {
    await owner().query("update loyalty_outbox set status = 'pending' where casino_id = $1", [casinoId(1)]);
    const scope = { ...(await systemScope(owner(), casinoId(1), "outbox-2")) };
    const asPitBoss = {
      ...scope,
      actorId: PIT_BOSS_1.staffId,
      userId: PIT_BOSS_1.userId,
      staffRole: "pit_boss" as const,
    };
    await drainLoyaltyOutbox(owner(), asPitBoss, async () => undefined);
    const { rows } = await owner().query("select id from loyalty_outbox where casino_id = $1 and status = 'pending'", [
      casinoId(1),
    ]);
    expect(rows).toHaveLength(4);
  });
});

describe("the table poller", () => {
  test("reads the tables of one casino", async () => {
    expect(await pollTableStatus(owner(), casinoId(1))).toEqual([
      { label: "BJ-01", status: "open" },
      { label: "RL-01", status: "closed" },
    ]);
  });

  test("what has changed", () => {
    const before = [
      { label: "BJ-01", status: "open" },
      { label: "RL-01", status: "closed" },
    ] as const;
    const after = [
      { label: "BJ-01", status: "open" },
      { label: "RL-01", status: "open" },
      { label: "PK-01", status: "open" },
    ] as const;
    expect(changesBetween(before, after).map(({ label }) => label)).toEqual(["RL-01", "PK-01"]);
  });
});
