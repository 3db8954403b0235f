import { describe, expect, test } from "vitest";
import { findOpenVisits } from "@/lib/browser/visit-search";
import { loadBalance, loadTables, startFeed, type FeedTable } from "@/lib/browser/floor-feed";
import { createServerClient } from "@/lib/supabase/server-client";
import type { RLSContext } from "@/lib/supabase/rls-context";
import { useCasinoDatabase } from "@/test/support/database";
import { as, casinoId, PIT_BOSS_1, playerId, visitId } from "@/test/support/people";

useCasinoDatabase();

const context: RLSContext = { actorId: PIT_BOSS_1.staffId, casinoId: casinoId(1), staffRole: "pit_boss" };

describe("in the browser of a pit boss", () => {
  test("the tables of the casino", async () => {
    const tables = await as(PIT_BOSS_1, async () => loadTables(createServerClient()));
    expect(tables.map(({ label }) => label)).toEqual(["BJ-01", "RL-01"]);
  });

  test("the feed shows them at once, and ends", async () => {
    const shown: FeedTable[][] = [];
    const stop = await as(PIT_BOSS_1, async () =>
      startFeed(createServerClient(), context, (tables) => shown.push(tables)),
    );
    stop();
    expect(shown).toHaveLength(1);
    expect(shown[0]).toHaveLength(2);
  });

  test("the balance of a player", async () => {
    let balance: number | null = null;
    await as(PIT_BOSS_1, async () => {
      await loadBalance(createServerClient(), context, playerId(1), (found) => (balance = found));
    });
    expect(balance).toBe(120);
  });

  test("the open visits", async () => {
    const visits = await as(PIT_BOSS_1, async () => findOpenVisits(createServerClient(), context));
    expect(visits.map(({ id }) => id).toSorted()).toEqual([visitId("11"), visitId("14")]);
  });
});
