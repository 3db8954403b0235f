import { describe, expect, test } from "vitest";
import { endVisit, listOpenVisits, startVisit } from "@/app/actions/visits";
import { runWithRequest } from "@/lib/http/request-context";
import { owner, useCasinoDatabase } from "@/test/support/database";
import {
  as,
  CASHIER_1,
  PIT_BOSS_1,
  PIT_BOSS_2,
  playerId,
  staleClaimsOf,
  SUSPENDED_1,
  tokenWith,
  visitId,
} from "@/test/support/people";

useCasinoDatabase();

describe("visits", () => {
  test("everybody on shift sees the open visits of their own casino, and no other", async () => {
    const here = await as(CASHIER_1, () => listOpenVisits({}));
    expect(here.ok && here.data.map(({ id }) => id).toSorted()).toEqual([visitId("11"), visitId("14")]);

    const there = await as(PIT_BOSS_2, () => listOpenVisits({}));
    expect(there.ok && there.data.map(({ id }) => id).toSorted()).toEqual([visitId("22"), visitId("24")]);
  });

  test("a second check-in returns the visit that is open", async () => {
    const visit = await as(PIT_BOSS_1, () => startVisit({ playerId: playerId(1) }));
    expect(visit).toMatchObject({ ok: true, data: { visitId: visitId("11") } });
  });

  test("a cashier may not check a player in", async () => {
    expect(await as(CASHIER_1, () => startVisit({ playerId: playerId(1) }))).toMatchObject({
      ok: false,
      code: "FORBIDDEN",
    });
  });

  test("a visit with open slips cannot be ended", async () => {
    const ended = await as(PIT_BOSS_1, () => endVisit({ visitId: visitId("11") }));
    expect(ended).toMatchObject({ ok: false, code: "CONFLICT", error: "VISIT_HAS_OPEN_SLIPS" });
  });

  test("the call is in the audit log, with its correlation id", async () => {
    const started = await as(PIT_BOSS_1, () => startVisit({ playerId: playerId(4) }));
    const { rows } = await owner().query<{ actor_id: string; action: string }>(
      "select actor_id, action from audit_log where correlation_id = $1",
      [started.requestId],
    );
    expect(rows).toEqual([{ actor_id: PIT_BOSS_1.staffId, action: "start_visit" }]);
  });

  test("who was suspended after the token was made is refused", async () => {
    const seen = await runWithRequest({ accessToken: tokenWith(staleClaimsOf(SUSPENDED_1)) }, () => listOpenVisits({}));
    expect(seen).toMatchObject({ ok: false, code: "FORBIDDEN", error: "staff is suspended" });
  });

  test("nobody who is not signed in", async () => {
    expect(await runWithRequest({}, () => listOpenVisits({}))).toMatchObject({ ok: false, code: "UNAUTHORIZED" });
  });
});
