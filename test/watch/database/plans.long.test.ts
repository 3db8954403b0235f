import { expect, test } from "vitest";
import type { Db } from "../../../src/db/port.ts";
import { openServer } from "../../../src/db/server.ts";
import { readPlans } from "../../../src/watch/database/index.ts";
import { inDatabase, onServers } from "./statistics.ts";

const BILL = `
create role clerk; create role nurse; create role blind login password 'x';
create table bill (id int generated always as identity primary key, tenant_id int not null, total int);
create index bill_tenant on bill (tenant_id);
create table member (id int, tenant_id int);
insert into bill (tenant_id, total) select n, n from generate_series(1, 10) n;
alter table bill enable row level security;
grant select, update, delete on bill to clerk; grant select (tenant_id) on bill to nurse; grant select on member to clerk, nurse;
create policy own on bill using (tenant_id = (select nullif(current_setting('app.tenant', true), '')::int));
`;
const SCOPE = { relations: [{ schema: "public", name: "bill" }] };

const shown = async (db: Db): Promise<string[]> =>
  (await readPlans(db, SCOPE)).plans.map(
    ({ role, command, indexed, initPlans, perRow }) =>
      `${role} ${command} ${indexed ? "index" : "no index"}, ${initPlans} once, ${perRow} each`,
  );

const policy = (text: string): string => `alter policy own on bill using (${text})`;

onServers({}, (opened) => {
  test("the index that serves the policies, on a relation of ten rows, for each role and command", async () => {
    await inDatabase(opened().cluster, BILL, async (db) => {
      const plans = [
        "clerk SELECT index, 1 once, 0 each",
        // USING, and the same as WITH CHECK
        "clerk UPDATE index, 2 once, 0 each",
        "clerk DELETE index, 1 once, 0 each",
        // a privilege on one column
        "nurse SELECT index, 1 once, 0 each",
      ];
      expect(await shown(db)).toEqual(plans);
      // nothing was executed
      expect(await db.query("select sum(total)::int as sum from bill")).toEqual([{ sum: 55 }]);
      await db.exec("drop index bill_tenant");
      expect(await shown(db)).toEqual(plans.map((one) => one.replace("index", "no index")));
    });
  });

  test("a condition that no index serves, and sub-plans that are executed once, hashed, or for each row", async () => {
    await inDatabase(opened().cluster, BILL, async (db) => {
      const cases: [condition: string, plan: string][] = [
        ["tenant_id::text = current_setting('app.tenant', true)", "no index, 0 once, 0 each"],
        ["tenant_id = nullif(current_setting('app.tenant', true), '')::int", "index, 0 once, 0 each"],
        ["tenant_id in (select m.tenant_id from member m)", "no index, 0 once, 0 each"],
        ["exists (select from member m where m.tenant_id = bill.tenant_id + m.id)", "no index, 0 once, 1 each"],
        ["exists (select from member m where m.id = 7)", "no index, 1 once, 0 each"],
      ];
      for (const [condition, plan] of cases) {
        await db.exec(policy(condition));
        expect([condition, (await shown(db))[0]]).toEqual([condition, `clerk SELECT ${plan}`]);
      }
    });
  });

  test("of a partitioned relation all partitions need the index", async () => {
    const parts = BILL.replace(
      "primary key, tenant_id int not null, total int)",
      ", tenant_id int not null, total int) partition by hash (tenant_id)",
    ).replace(
      "create index bill_tenant on bill (tenant_id);",
      `create table bill_0 partition of bill for values with (modulus 2, remainder 0);
       create table bill_1 partition of bill for values with (modulus 2, remainder 1);
       create index on bill_0 (tenant_id); create index on bill_1 (tenant_id);`,
    );
    await inDatabase(opened().cluster, parts, async (db) => {
      expect((await shown(db))[0]).toMatch(/^clerk SELECT index/);
      await db.exec("drop index bill_1_tenant_id_idx");
      expect((await shown(db))[0]).toMatch(/^clerk SELECT no index/);
    });
  });

  test("a role that the login may not become, and a policy whose planning raises an error, are lacks", async () => {
    const { cluster } = opened();
    await inDatabase(cluster, BILL, async (db, name) => {
      await db.exec("grant nurse to blind");
      const blind = await openServer(cluster.url(name, "blind", "x"));
      const reading = await readPlans(blind, SCOPE);
      await blind.close();
      expect(reading.plans.map(({ role }) => role)).toEqual(["nurse"]);
      expect(reading.lacks).toEqual([{ lack: "privilege", what: "EXPLAIN as clerk" }]);
      // the planner evaluates it to estimate the number of rows
      await db.exec(policy("tenant_id = current_setting('app.tenant')::int"));
      expect(await readPlans(db, SCOPE)).toMatchObject({
        plans: [],
        lacks: [
          { lack: "not readable", what: "EXPLAIN as clerk" },
          { lack: "not readable", what: "EXPLAIN as nurse" },
        ],
      });
    });
  });

  test("no relation, no plan", async () => {
    await inDatabase(opened().cluster, BILL, async (db) => {
      expect(await readPlans(db, { relations: [{ schema: "public", name: "gone" }] })).toEqual({
        source: "plans",
        cursor: null,
        lacks: [],
        plans: [],
      });
    });
  });
});
