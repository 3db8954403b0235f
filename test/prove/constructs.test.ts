import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Db } from "../../src/db/port.ts";
import { inspect } from "../../src/inspect/inspect.ts";
import type { Catalog } from "../../src/pg/catalog.ts";
import { confirm } from "../../src/prove/replay/confirm.ts";
import { prove } from "../../src/prove/prove.ts";
import { openScratch } from "../../src/scratch/open.ts";
import type { Scratch } from "../../src/scratch/scratch.ts";
import { sharedBase } from "../support/fork.ts";
import { startServer, type TestServer } from "../support/server.ts";
import { CONSTRUCT_CASES, CONSTRUCTS } from "./constructs.ts";
import { readPolicy } from "./tiny.ts";

/** The condition as PostgreSQL prints it where no schema is searched. */
async function printed(db: Db, condition: string): Promise<string> {
  await db.exec("drop policy if exists p on files");
  await db.exec(`create policy p on files using (${condition})`);
  await db.exec("set search_path = ''");
  const [row] = await db.query<{ text: string }>(
    "select pg_get_expr(polqual, polrelid) as text from pg_policy where polname = 'p'",
  );
  await db.exec("set search_path = public");
  return row?.text ?? "";
}

/** The ids of the rows that satisfy it. No condition here raises an error on one of the rows. */
const rowsOf = async (db: Db, condition: string): Promise<ReadonlySet<number>> =>
  new Set((await db.query<{ id: number }>(`select id from files where ${condition}`)).map(({ id }) => id));

const guardedBy = (base: Catalog, using: string): Catalog => ({ ...base, policies: [readPolicy("files", using)] });

describe.each([15, 18] as const)("on PostgreSQL %i", (major) => {
  let server: TestServer | null = null;
  let base: Scratch;
  let fork: Scratch;
  let catalog: Catalog;
  beforeAll(async () => {
    if (major === 18) base = await sharedBase();
    else {
      server = await startServer(major);
      base = await openScratch({ kind: "server", url: server.url, superuser: true });
    }
    fork = await base.fork();
    await fork.db.exec(CONSTRUCTS);
    catalog = await inspect(fork.db);
    await fork.db.exec("set search_path = public");
  });
  afterAll(async () => {
    await fork.close();
    if (server) await base.close();
    await server?.stop();
  });

  describe.each(Object.entries(CONSTRUCT_CASES))("%s", (_, cases) => {
    test.each(cases)("$before → $after: $expected", async ({ before, after, expected }) => {
      const { db } = fork;
      const [one, two] = [await rowsOf(db, before), await rowsOf(db, after)];
      const texts = [await printed(db, before), await printed(db, after)] as const;
      const gained = [...two].some((id) => !one.has(id));
      const lost = [...one].some((id) => !two.has(id));
      const shown = lost ? (gained ? "incomparable" : "tighter") : gained ? "looser" : "equivalent";
      expect(shown).toBe(expected);
      const [first, second] = [guardedBy(catalog, texts[0]), guardedBy(catalog, texts[1])];
      const verdicts = prove(first, second, { relations: new Set(["public.files"]), roles: ["authenticated"] });
      const of = verdicts.filter(({ component, role }) => component === "SELECT" && role === "authenticated");
      const [verdict] = await confirm(db, first, second, of, []);
      const reasons = verdict?.reasons.map(({ message, expression }) => `${message}: ${expression ?? ""}`);
      expect({ decision: verdict?.decision, reasons }).toEqual({ decision: expected, reasons: [] });
    });
  });
});
