import { afterAll, beforeAll, describe } from "vitest";
import type { Db } from "../../../src/db/port.ts";
import { openServer } from "../../../src/db/server.ts";
import { nameKey } from "../../../src/pg/name.ts";
import { readStatements } from "../../../src/watch/database/index.ts";
import type { StatementsReading } from "../../../src/watch/sample.ts";
import { startCluster, type Cluster } from "../../faults/cluster.ts";
import { findAllMajors } from "../../faults/majors.ts";

/** The settings under which statements in functions are counted too. */
export const COUNTED = {
  shared_preload_libraries: "pg_stat_statements",
  "pg_stat_statements.track": "all",
} as const;

/** Tables and roles of the tests; `visit` is protected by row security, and shows a role the rows of its name. */
export const TABLES = `
create role clerk login; create role nurse login; create role blind login;
create table visit (id int primary key, owner name not null default current_user, note text);
alter table visit enable row level security;
create policy own on visit using (owner = current_user);
create table guest (id int primary key);
grant all on visit, guest to clerk, nurse;
insert into visit select n, 'clerk' from generate_series(1, 5) n;
insert into guest select generate_series(1, 3);
`;

export const SCOPE = {
  relations: [
    { schema: "public", name: "visit" },
    { schema: "public", name: "guest" },
  ],
};
export const VISIT = nameKey({ schema: "public", name: "visit" });
export const GUEST = nameKey({ schema: "public", name: "guest" });

/** Run the tests on a server of the oldest and one of the newest major version, with these settings. */
export function onServers(
  settings: Record<string, string>,
  tests: (opened: () => { cluster: Cluster; major: number }) => void,
): void {
  const majors = findAllMajors().filter(({ major }) => major === 15 || major === 18);
  describe.each(majors)("on $title", ({ major, bin, missing }) => {
    let cluster: Cluster | null = null;
    beforeAll(async () => {
      if (missing === null) cluster = await startCluster({ bin: bin ?? "", settings });
    });
    afterAll(async () => cluster?.stop());
    tests(() => {
      if (cluster === null) throw new Error(missing ?? "the server is started before the first test");
      return { cluster, major };
    });
  });
}

/**
 * Kill a session, after which the server ends all others and recovers as from a crash. Returns when it has ended them.
 */
export async function killSession(url: string): Promise<void> {
  const [victim, witness] = [await openServer(url), await openServer(url)];
  process.kill(victim.processId ?? 0, "SIGKILL");
  for (let isAlive = true; isAlive;) {
    isAlive = await witness.query("select pg_sleep(0.01)").then(
      () => true,
      () => false,
    );
  }
  for (const one of [victim, witness]) await one.close().catch(() => {});
}

let number = 0;

/** Work in a new database, as the superuser. `login`: opens a connection of another role. */
export async function inDatabase(
  cluster: Cluster,
  sql: string,
  work: (db: Db, name: string) => Promise<void>,
): Promise<void> {
  const name = `of_${(number += 1)}`;
  const admin = await openServer(cluster.url("postgres"));
  await admin.exec(`create database ${name}`);
  await admin.exec("drop role if exists clerk; drop role if exists nurse; drop role if exists blind");
  const db = await openServer(cluster.url(name));
  try {
    await db.exec(sql);
    await work(db, name);
  } finally {
    await db.close().catch(() => {});
    const after = await openServer(cluster.url("postgres"));
    await after.exec(`drop database ${name} with (force)`);
    await after.close();
    await admin.close().catch(() => {});
  }
}

/** Execute a statement so many times as a role. */
export async function runAs(db: Db, role: string, statement: string, times: number): Promise<void> {
  await db.exec(`set role ${role}`);
  for (let n = 0; n < times; n += 1) await db.query(statement);
  await db.exec("reset role");
}

/** Two readings with work between them: what the second one says. */
export async function between(db: Db, work: () => Promise<void>): Promise<StatementsReading> {
  const { cursor } = await readStatements(db, SCOPE, null);
  await work();
  return readStatements(db, SCOPE, cursor);
}

/** `role command relations: calls` of each, in order, without anything that depends on the machine. */
export const shown = ({ statements }: StatementsReading): string[] =>
  statements
    .map(
      ({ role, command, relations, calls, rows }) =>
        `${role} ${command} ${relations.join(" ")}: ${calls}, ${rows} rows`,
    )
    .toSorted();

/** The result of work that fails for a while, as all connections do after a crash. */
export async function patiently<Result>(work: () => Promise<Result>): Promise<Result> {
  for (let n = 0; ; n += 1) {
    try {
      return await work();
    } catch (error) {
      if (n > 200) throw error;
      await new Promise((done) => setTimeout(done, 50));
    }
  }
}
