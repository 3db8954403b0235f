import type { Db } from "../../db/port.ts";
import { attempt, type Answer, partsOf, query } from "../source/index.ts";
import type { SyncSource } from "../source/index.ts";

/** A number of users, and the first twenty of them. */
export interface Counted {
  total: number;
  ids: string[];
}

export const MEMBER_STATES = ["synced", "stale", "missing", "orphaned", "ambiguous", "no-user"] as const;
export type MemberState = (typeof MEMBER_STATES)[number];
export type Members = Record<MemberState, Counted>;

/** Compare `auth.users` with the source, by user. Inside a transaction. */
export async function readMembers(db: Db, source: SyncSource): Promise<Answer<Members>> {
  return attempt(db, async () => {
    const rows = await db.query<Counted & { state: MemberState }>(query("states", partsOf(source)));
    const of = (state: MemberState): Counted => {
      const row = rows.find((one) => one.state === state);
      return { total: row?.total ?? 0, ids: row?.ids ?? [] };
    };
    return Object.fromEntries(MEMBER_STATES.map((state) => [state, of(state)])) as Members;
  });
}
