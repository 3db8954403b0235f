import { pgErrorOf, type Db } from "../../db/port.ts";
import type { Notice, Telling, Told } from "../notice.ts";
import type { NoticeStore } from "./notice-store.ts";
import { inTransaction, isThere, ownTable } from "./own-table.ts";

/** What notices.sql makes. */
const TABLE = ownTable("notices", {
  columns: {
    target: "text not null",
    plan_hash: "text not null",
    number: "integer not null",
    criterion: "text not null",
    state: "text not null",
    notice: "json",
    sent_at: "timestamp with time zone",
  },
  constraints: ["PRIMARY KEY (target, plan_hash, number, criterion)"],
  indexes: ["CREATE UNIQUE INDEX notices_pkey ON rlsmith.notices USING btree (target, plan_hash, number, criterion)"],
});

const OF = "target = $1 and plan_hash = $2";

/** `rlsmith.notices` on the target, beside `rlsmith.samples` and with its protection. */
export function targetNotices(db: Db, { target, planHash }: { target: string; planHash: string }): NoticeStore {
  const deliverNext = async (send: (notice: Notice) => Promise<void>): Promise<boolean> =>
    inTransaction(db, "read write", async () => {
      if (!(await isThere(db, TABLE))) return false;
      const [next] = await db.query<{ number: number; criterion: string; notice: Notice }>(
        `select number, criterion, notice from rlsmith.notices
         where ${OF} and notice is not null and sent_at is null order by number, criterion limit 1 for update nowait`,
        [target, planHash],
      );
      if (!next) return false;
      await send(next.notice);
      await db.query(
        `update rlsmith.notices set sent_at = clock_timestamp() where ${OF} and number = $3 and criterion = $4`,
        [target, planHash, next.number, next.criterion],
      );
      return true;
    });
  return {
    add: async (sample, of) =>
      inTransaction(db, "read write", async () => {
        if (!(await isThere(db, TABLE))) await db.exec(TABLE.make);
        // the next watcher reads what this one has told
        await db.exec("lock table rlsmith.notices in share row exclusive mode");
        const { newest, told } = await toldIn(db, target, planHash);
        if (newest >= sample) return;
        await insert(db, { target, planHash, sample }, of(told));
      }),
    deliver: async (send) => {
      let sent = 0;
      try {
        while (await deliverNext(send)) sent += 1;
      } catch (error) {
        // lock_not_available: another watcher is sending it
        if (pgErrorOf(error)?.sqlstate !== "55P03") throw error;
      }
      return sent;
    },
  };
}

async function toldIn(db: Db, target: string, planHash: string): Promise<{ newest: number; told: Told }> {
  const rows = await db.query<{ number: number; criterion: string; state: string }>(
    `select distinct on (criterion) number, criterion, state from rlsmith.notices where ${OF}
     order by criterion, number desc`,
    [target, planHash],
  );
  return {
    newest: Math.max(0, ...rows.map(({ number }) => number)),
    told: Object.fromEntries(rows.map(({ criterion, state }) => [criterion, state])) as Told,
  };
}

async function insert(
  db: Db,
  { target, planHash, sample }: { target: string; planHash: string; sample: number },
  tellings: readonly Telling[],
): Promise<void> {
  for (const { criterion, state, notice } of tellings)
    await db.query(
      `insert into rlsmith.notices (target, plan_hash, number, criterion, state, notice)
       values ($1, $2, $3, $4, $5, $6::json)`,
      [target, planHash, sample, criterion, state, notice === null ? null : JSON.stringify(notice)],
    );
}
