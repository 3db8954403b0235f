import type { SqlClient } from "@/lib/db/sql";
import { owner } from "./database";
import { claimsOf, type Person } from "./people";

type Work<Result> = (sql: SqlClient) => Promise<Result>;

async function inTransaction<Result>(work: Work<Result>): Promise<Result> {
  const sql = await owner().connect();
  try {
    await sql.query("begin");
    return await work(sql);
  } finally {
    // nothing that a test of a policy does is kept
    await sql.query("rollback");
    sql.release();
  }
}

/** The old way: a token that says who, and session variables that say for which casino. */
export const withVariables = async <Result>(who: Person, work: Work<Result>): Promise<Result> =>
  inTransaction(async (sql) => {
    await sql.query("set local role authenticated");
    await sql.query("select set_config('request.jwt.claims', $1, true)", [
      JSON.stringify({ sub: who.userId, role: "authenticated" }),
    ]);
    await sql.query("select set_rls_context($1, $2, $3)", [who.staffId, who.casinoId, who.role]);
    return work(sql);
  });

/** The way of PostgREST: the claims of the token, and nothing else. */
export const withClaims = async <Result>(who: Person, work: Work<Result>): Promise<Result> =>
  inTransaction(async (sql) => {
    const claims = JSON.stringify(await claimsOf(who, sql));
    await sql.query("set local role authenticated");
    await sql.query("select set_config('request.jwt.claims', $1, true)", [claims]);
    return work(sql);
  });

/** The SQLSTATE with which a statement fails; null if it does not. */
export async function sqlstateOf(run: () => Promise<unknown>): Promise<string | null> {
  try {
    await run();
    return null;
  } catch (error) {
    const { code } = error as { code?: string };
    if (code === undefined) throw error;
    return code;
  }
}
