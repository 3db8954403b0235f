import { expect, test } from "vitest";
import { startCluster } from "./cluster.ts";
import { findAllMajors, findMajors, MAJORS } from "./majors.ts";
import { withClient } from "./with-client.ts";

test("every major is either there or says why not", () => {
  const found = findAllMajors();
  expect(found.map(({ major }) => major)).toEqual([...MAJORS]);
  for (const { bin, missing } of found) expect(bin === null).toBe(missing !== null);
});

for (const { major, title, bin, missing } of findMajors())
  test.skipIf(missing)(
    `${title}${missing ? ` not run: ${missing}` : ""}: a crash keeps what was committed and nothing else`,
    async () => {
      const cluster = await startCluster({ bin: bin ?? "" });
      try {
        const url = cluster.url("postgres");
        const started =
          "select current_setting('server_version_num')::int / 10000 as major, pg_postmaster_start_time() as at";
        const open = async (): Promise<Record<string, unknown> | undefined> =>
          withClient(
            url,
            async (client) => (await client.query(started)).rows[0] as Record<string, unknown> | undefined,
          );
        const before = await open();
        expect(before?.["major"]).toBe(major);
        await withClient(url, async (client) => {
          await client.query("create table t (n int); insert into t values (1)");
          await client.query("begin; insert into t values (2)");
          await cluster.crash();
          await expect(client.query("commit")).rejects.toThrow(/terminat|ECONNRESET|not queryable/);
        });
        expect(Number((await open())?.["at"])).toBeGreaterThan(Number(before?.["at"]));
        const rows = await withClient(url, async (client) => (await client.query("select n from t")).rows);
        expect(rows).toEqual([{ n: 1 }]);
      } finally {
        await cluster.stop();
      }
    },
  );
