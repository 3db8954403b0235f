import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Db } from "../../src/db/port.ts";
import { parseConfig } from "../../src/config.ts";
import { inspect } from "../../src/inspect/inspect.ts";
import { nameKey, quoteName } from "../../src/pg/name.ts";
import { verifyScratch } from "../../src/pipeline/verify.ts";
import { silent } from "../../src/progress.ts";
import { openScratch } from "../../src/scratch/open.ts";
import type { Scratch } from "../../src/scratch/scratch.ts";
import { readCases } from "../cases/verify/case-file.ts";
import { withFork } from "../support/fork.ts";
import { withoutNewRoles } from "../support/roles.ts";
import { startServer, type TestServer } from "../support/server.ts";
import { sliced } from "../support/slice.ts";

let server: TestServer;
let base: Scratch;
beforeAll(async () => {
  server = await startServer(15);
  base = await openScratch({ kind: "server", url: server.url, superuser: true });
});
afterAll(async () => {
  await base.close();
  await server.stop();
});

const USERS = new Set(["auth", "storage", "vault", "cron", "net", "extensions", "realtime", "graphql"]);

const withProject = async <Result>(sql: string, work: (db: Db) => Promise<Result>): Promise<Result> =>
  withoutNewRoles(base.db, async () => withFork(sql, work, base));

/**
 * The run cannot be fooled: whatever else a project holds, a relation whose row security is switched off, and that a
 * role of requests may read, is reported, as a breach of its own or as one that is not settled.
 */
describe("row security switched off on any one relation is reported", () => {
  test.each(sliced(readCases()).map((planted) => [planted.id, planted] as const))("%s", async (_, planted) => {
    const guarded = await withProject(planted.sql, async (db) =>
      (await inspect(db)).relations.filter(({ rowSecurity, schema }) => rowSecurity && !USERS.has(schema)),
    );
    const silentOn: string[] = [];
    for (const relation of guarded)
      await withProject(planted.sql, async (db) => {
        await db.exec(
          `alter table ${quoteName(relation)} disable row level security; alter table ${quoteName(relation)} no force row level security`,
        );
        const catalog = await inspect(db);
        const [readable] = await db.query<{ yes: boolean }>(
          `select exists (select from pg_roles r where r.rolname !~ '^(pg_|supabase_|postgres|service_role|dashboard_user)' and not r.rolsuper and not r.rolbypassrls
               and has_schema_privilege(r.oid, $1, 'USAGE') and has_any_column_privilege(r.oid, $2, 'SELECT')) as yes`,
          [relation.schema, quoteName(relation)],
        );
        if (readable?.yes !== true) return;
        const config = parseConfig({ ...planted.config, verify: {} }, planted.id);
        const found = await verifyScratch(db, catalog, config, () => {}, silent);
        const name = nameKey(relation);
        const told =
          found.breaches.some(({ object, relations }) => object.name === name || relations.includes(name)) ||
          found.heat.some((heat) => heat.relation === name && heat.ownerUnknown > 0);
        if (!told) silentOn.push(name);
      });
    expect(silentOn).toEqual([]);
  });
});
