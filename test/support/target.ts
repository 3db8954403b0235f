import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { openServer } from "../../src/db/server.ts";
import type { Db } from "../../src/db/port.ts";
import type { ContextMap } from "../../src/pg/context.ts";

import { quoteName } from "../../src/pg/name.ts";
import { BOOTSTRAP } from "../../src/scratch/bootstrap.ts";
import { startServer, type Major, type TestServer } from "./server.ts";

const SCHEMA = readFileSync(new URL("./target.sql", import.meta.url), "utf8");
const PG_DUMP = "/usr/lib/postgresql/15/bin/pg_dump";

/** The claims that the variables of `target.sql` correspond to. */
export const CONTEXT: ContextMap = {
  claims: { kind: "function", schema: "auth", name: "jwt" },
  variables: [
    { setting: "app.org_id", claim: ["app_metadata", "org_id"], type: "uuid", separator: "," },
    { setting: "app.role", claim: ["app_metadata", "role"], type: "text", separator: "," },
  ],
};

/**
 * A server with a live project in it, and the login of its owner, as on Supabase: no superuser, owns the public tables,
 * bypasses row security.
 */
export interface TestTarget {
  server: TestServer;
  /** the superuser */
  admin: Db;
  /** the owner's login */
  url: string;
  /** the state that a run could change, as text */
  dump(): Promise<string>;
  /** waits until rlsmith has no connection to the server; returns the milliseconds that took */
  left(): Promise<number>;
  stop(): Promise<void>;
}

export async function startTarget(major: Major): Promise<TestTarget> {
  const server = await startServer(major);
  const admin = await openServer(server.url, { applicationName: "test" });
  await admin.exec(BOOTSTRAP);
  await admin.exec(SCHEMA);
  const url = new URL(server.url);
  [url.username, url.password] = ["tenant_owner", "owner-pw"];
  return {
    server,
    admin,
    url: url.toString(),
    dump: async () => `${await dumpOf(admin)}${major === 15 ? pgDump(server.url) : ""}`,
    left: async () => {
      const start = performance.now();
      const ours = "select from pg_stat_activity where application_name = 'rlsmith verify' or usename = 'tenant_owner'";
      while ((await admin.query(ours)).length > 0) {
        if (performance.now() - start > 10_000) throw new Error("a connection is still there after 10 s");
        await new Promise((done) => setTimeout(done, 20));
      }
      return Math.round(performance.now() - start);
    },
    stop: async () => {
      await admin.close();
      await server.stop();
    },
  };
}

/** Rows, sequences with their files, and the definitions that DDL may have changed. */
async function dumpOf(admin: Db): Promise<string> {
  const out: unknown[] = [];
  const relations = await admin.query<{ schema: string; name: string; kind: string }>(
    "select n.nspname as schema, c.relname as name, c.relkind as kind from pg_class c join pg_namespace n on n.oid = c.relnamespace where c.relkind in ('r', 'S') and n.nspname not like 'pg\\_%' and n.nspname <> 'information_schema' order by 1, 2",
  );
  for (const { schema, name, kind } of relations) {
    const target = quoteName({ schema, name });
    const rows =
      kind === "S"
        ? await admin.query(`select last_value::text, log_cnt::text, is_called from ${target}`)
        : await admin.query(`select t::text as row from ${target} t order by 1`);
    out.push({ schema, name, rows });
  }
  for (const table of [
    "pg_class",
    "pg_sequence",
    "pg_attribute",
    "pg_proc",
    "pg_policy",
    "pg_roles",
    "pg_db_role_setting",
  ])
    out.push(
      await admin.query(
        table === "pg_class"
          ? "select oid, relname, relfilenode, relacl::text, relkind from pg_class where relnamespace >= 16384 or relnamespace = 2200 order by 1"
          : `select md5(string_agg(t::text, E'\\n' order by t::text)) from ${table} t`,
      ),
    );
  return JSON.stringify(out, null, 1);
}

/** The output of pg_dump without its \\restrict lines, whose key differs in every dump. */
function pgDump(url: string): string {
  if (!existsSync(PG_DUMP)) return "";
  return execFileSync(PG_DUMP, [url], { encoding: "utf8" }).replaceAll(/^\\(un)?restrict .*$/gm, "");
}
