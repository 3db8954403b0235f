import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { openServer } from "../../../src/db/server.ts";
import {
  readRequests,
  readServer,
  readStatements,
  readTables,
  recorderMigration,
} from "../../../src/watch/database/index.ts";
import { COUNTED, onServers, patiently, runAs, SCOPE, shown, TABLES } from "./statistics.ts";

onServers({ ...COUNTED, hot_standby: "on" }, (opened) => {
  test("a standby has counters of its own: of statements, and of requests that no transaction could write down", async () => {
    const { cluster } = opened();
    const url = cluster.url("postgres");
    const { up } = recorderMigration(
      {
        claims: { kind: "setting", setting: "request.jwt.claims" },
        variables: [{ setting: "app.user_id", claim: ["sub"], type: "uuid", separator: "," }],
      },
      { roles: ["clerk"], login: null, preRequest: null },
    );
    const primary = await openServer(url);
    await primary.exec(`create extension pg_stat_statements; ${TABLES} ${up}`);
    const [{ data_directory: data } = {}] = await primary.query<{ data_directory: string }>("show data_directory");
    await primary.close();
    // a server with this file recovers for ever, and answers meanwhile; no primary is needed for it
    writeFileSync(join(data ?? "", "standby.signal"), "");
    await cluster.restart();
    const db = await patiently(() => openServer(url, { applicationName: "application" }));
    expect((await readServer(db)).server.standby).toBe(true);
    const [statements, tables, requests] = [
      await readStatements(db, SCOPE, null),
      await readTables(db, SCOPE, null),
      await readRequests(db, null),
    ];
    await runAs(db, "clerk", "select * from visit", 7);
    await runAs(db, "clerk", "select rlsmith_recorder.request()", 3);
    await db.query("select pg_stat_force_next_flush()");
    const after = await readStatements(db, SCOPE, statements.cursor);
    expect(shown(after)).toEqual(["clerk SELECT public.visit: 7, 35 rows"]);
    expect(after.lacks).toEqual([]);
    expect((await readTables(db, SCOPE, tables.cursor)).tables).toMatchObject([{}, { sequentialScans: 7 }]);
    const counted = await readRequests(db, requests.cursor);
    expect(counted.hours).toMatchObject([{ role: "clerk", requests: 3, without: { sub: 3 } }]);
    expect(counted.lacks).toEqual([]);
    await db.close();
  });
});
