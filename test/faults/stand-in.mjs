// What the harness is tried on: the smallest program that changes policies and writes a journal row, in three makes.
//   atomic            both in one transaction; a second run sees the journal and does nothing
//   two-transactions  a crash between the two leaves new policies that the journal does not know of
//   optimist          atomic, but it says that all went well whatever happened
// Called with the make and the file of the migration; the database is in STAGING_URL.
import { readFileSync } from "node:fs";
import pg from "pg";

const [make = "", file = ""] = process.argv.slice(2);
// the transaction is this program's own
const up = readFileSync(file, "utf8").replaceAll(/^(begin|commit);$/gm, "");

async function apply(client) {
  await client.connect();
  const { rows } = await client.query("select to_regclass('rlsmith.history') is not null as there");
  if (!rows[0].there) await client.query("create schema rlsmith; create table rlsmith.history (what text primary key)");
  await client.query("begin");
  const done = await client.query("select from rlsmith.history where what = $1", ["up"]);
  if (done.rowCount === 0) {
    await client.query(up);
    if (make === "two-transactions") {
      await client.query("commit");
      await client.query("begin");
    }
    await client.query("insert into rlsmith.history (what) values ($1)", ["up"]);
  }
  await client.query("commit");
}

const client = new pg.Client({ connectionString: process.env.STAGING_URL });
client.on("error", () => {});
try {
  await apply(client);
  console.log("applied");
} catch (error) {
  console.error(error.message);
  if (make !== "optimist") process.exitCode = 1;
} finally {
  // an open connection would keep the process alive
  await client.end().catch(() => {});
}
