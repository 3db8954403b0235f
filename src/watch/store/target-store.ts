import { pgErrorOf, type Db } from "../../db/port.ts";
import { inTransaction, isThere, ownTable } from "./own-table.ts";
import { BATCH, hashAfter, newestOf, samplesOf, type Kept, type SampleStore } from "./store.ts";

/** What samples.sql makes. */
const TABLE = ownTable("samples", {
  columns: {
    target: "text not null",
    plan_hash: "text not null",
    number: "integer not null",
    at: "timestamp with time zone not null default clock_timestamp()",
    database_user: "text not null default SESSION_USER",
    sample: "json not null",
    hash: "text not null",
    cursors: "json",
  },
  constraints: ["PRIMARY KEY (target, plan_hash, number)"],
  indexes: ["CREATE UNIQUE INDEX samples_pkey ON rlsmith.samples USING btree (target, plan_hash, number)"],
});

/**
 * `rlsmith.samples` on the target, which is made with the first sample and has the protection of the journal: nobody but
 * its owner sees or writes it, and a table of that name that is made otherwise is refused.
 */
export function targetStore(db: Db, { target, planHash }: { target: string; planHash: string }): SampleStore {
  const some = "from rlsmith.samples where target = $1 and plan_hash = $2";
  const kept = async (sql: string, params: readonly unknown[]): Promise<Kept[]> =>
    inTransaction(db, "read only", async () =>
      (await isThere(db, TABLE)) ? db.query<Kept>(sql, [target, planHash, ...params]) : [],
    );
  const newest = async (): Promise<Kept | undefined> =>
    (await kept(`select sample::text as text, hash, cursors ${some} order by number desc limit 1`, []))[0];
  return {
    read: async (after) => {
      const sql = `select sample::text as text, hash ${some} and number between $3 and $4 order by number`;
      return samplesOf(await kept(sql, [after.number, after.number + BATCH]), after, "`rlsmith.samples`");
    },
    newest: async () => newestOf(await newest()),
    append: async (sample, cursors) => {
      const last = await newest();
      const text = JSON.stringify(sample);
      try {
        return await inTransaction(db, "read write", async () => {
          if (!(await isThere(db, TABLE))) await db.exec(TABLE.make);
          const rows = await db.query(
            `with older as (update rlsmith.samples set cursors = null where target = $1 and plan_hash = $2 and number = $3 - 1)
             insert into rlsmith.samples (target, plan_hash, number, sample, hash, cursors)
             select $1, $2, $3, $4::json, $5, $6::json
             where $3::integer = 1 + (select coalesce(max(number), 0) from rlsmith.samples where target = $1 and plan_hash = $2)
             returning number`,
            [target, planHash, sample.number, text, hashAfter(last?.hash ?? "", text), JSON.stringify(cursors)],
          );
          if (rows.length === 0) throw new AnotherCameFirst();
          return true;
        });
      } catch (error) {
        if (error instanceof AnotherCameFirst) return false;
        // unique_violation, or the table or schema that another watcher has made meanwhile
        if (["23505", "42P06", "42P07"].includes(pgErrorOf(error)?.sqlstate ?? "")) return false;
        throw error;
      }
    },
  };
}

/** Rolls the transaction back. */
class AnotherCameFirst extends Error {}
