import type pg from "pg";

import { quoteName } from "../../src/pg/name.ts";
import type { Tally } from "./figures.ts";

/** What one transaction of the load does, and as whom. */
export interface Visit {
  tenant: string;
  /** another tenant, whose rows must not be reached */
  stranger: string;
  relation: "customer" | "invoice" | "note";
  /** how many rows of its own the tenant has to see at least */
  known: number;
  variable: boolean;
  write: boolean;
}

/** A column that a write may change. Rows that the load made have NULL or a text that no known row has. */
const COLUMNS = {
  customer: { name: "name", fresh: "'fresh'" },
  invoice: { name: "total", fresh: "7" },
  note: { name: "body", fresh: "'fresh'" },
};

/** Run one transaction as a tenant's session runs it, and judge every answer. Throws the server's errors. */
export async function transaction(client: pg.Client, tally: Tally, one: Visit): Promise<void> {
  const table = quoteName({ schema: "public", name: one.relation });
  const { name, fresh } = COLUMNS[one.relation];
  const claims = JSON.stringify({ role: "authenticated", app_metadata: { tenant_id: one.tenant } });
  const query = async (sql: string, values: unknown[] = []): Promise<pg.QueryResult> =>
    tally.timed(one.relation, async () => client.query(sql, values));

  await client.query("begin");
  await client.query("select set_config('request.jwt.claims', $1, true), set_config('role', 'authenticated', true)", [
    claims,
  ]);
  if (one.variable) await client.query("select set_config('app.tenant_id', $1, true)", [one.tenant]);

  const seen = await query(
    `select count(*) filter (where tenant_id <> $1)::int as foreign, count(*) filter (where tenant_id = $1)::int as own from ${table}`,
    [one.tenant],
  );
  const { foreign, own } = seen.rows[0] as { foreign: number; own: number };
  if (foreign > 0) tally.leak(`${foreign} foreign rows read in ${one.relation}`);
  if (own < one.known) tally.loss(`${own} of ${one.known} own rows read in ${one.relation}`);

  if (one.write) {
    const made = await query(`insert into ${table} (tenant_id, ${name}) values ($1, ${fresh}) returning id`, [
      one.tenant,
    ]);
    const { id } = made.rows[0] as { id: string };
    const changed = await query(`update ${table} set ${name} = ${name} where id = $1 returning tenant_id`, [id]);
    if (changed.rowCount !== 1) tally.loss(`${changed.rowCount} of 1 own rows updated in ${one.relation}`);
    const taken = await query(`update ${table} set ${name} = ${name} where tenant_id = $1`, [one.stranger]);
    if (taken.rowCount !== 0) tally.leak(`${taken.rowCount} foreign rows updated in ${one.relation}`);
    const gone = await query(`delete from ${table} where id = $1`, [id]);
    if (gone.rowCount !== 1) tally.loss(`${gone.rowCount} of 1 own rows deleted in ${one.relation}`);
    await smuggle();
  }
  await client.query("commit");

  /** A row for another tenant has to be refused with 42501; the savepoint keeps the transaction. */
  async function smuggle(): Promise<void> {
    await client.query("savepoint smuggle");
    try {
      await query(`insert into ${table} (tenant_id, ${name}) values ($1, ${fresh})`, [one.stranger]);
      tally.leak(`a foreign row made in ${one.relation}`);
    } catch (error) {
      if (!(error instanceof Error) || !("code" in error) || error.code !== "42501") throw error;
    }
    await client.query("rollback to savepoint smuggle");
  }
}
