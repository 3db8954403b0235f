import { expect, test } from "vitest";
import { owner, useCasinoDatabase } from "@/test/support/database";
import { casinoId, visitId } from "@/test/support/people";
import { closeStaleVisits } from "../close-stale-visits";

useCasinoDatabase();

test("visits without an open slip are ended, in every casino", async () => {
  await owner().query("update rating_slip set status = 'closed', end_time = now() where visit_id = any ($1::uuid[])", [
    [visitId("11"), visitId("22")],
  ]);
  const closed = await closeStaleVisits(new Date(Date.now() + 60_000));
  expect(closed).toEqual([
    { casinoId: casinoId(1), visitIds: [visitId("11")] },
    { casinoId: casinoId(2), visitIds: [visitId("22")] },
    { casinoId: casinoId(3), visitIds: [] },
  ]);
});

test("visits that have just begun stay open", async () => {
  expect((await closeStaleVisits(new Date(0))).flatMap(({ visitIds }) => visitIds)).toEqual([]);
});
