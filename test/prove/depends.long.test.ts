import { describe, expect, test } from "vitest";
import type { Db } from "../../src/db/port.ts";
import { inspect } from "../../src/inspect/inspect.ts";
import type { Catalog } from "../../src/pg/catalog.ts";
import { prove } from "../../src/prove/prove.ts";
import { withFork } from "../support/fork.ts";
import { sliced } from "../support/slice.ts";
import { CLAIMS, TABLES, type DependsCase } from "./depends-cases.ts";
import { EVERY_DEPENDS_CASE } from "./every-depends-case.ts";

/** The letters that the user reads, or none where the statement raises an error. */
async function seen(db: Db): Promise<number> {
  await db.exec("begin");
  try {
    await db.query("select set_config('request.jwt.claims', $1, true)", [CLAIMS]);
    await db.exec("set local role authenticated");
    const [row] = await db.query<{ count: number }>("select count(*)::int as count from public.letters");
    return row?.count ?? 0;
  } catch {
    return 0;
  } finally {
    await db.exec("rollback");
  }
}

const sideOf = async (given: DependsCase, sql: string): Promise<{ catalog: Catalog; rows: number }> =>
  withFork(`${TABLES} ${given.both ?? ""} ${sql} ${given.rows}`, async (db) => ({
    catalog: await inspect(db),
    rows: await seen(db),
  }));

/** The decisions that a real PostgreSQL with these rows does not contradict. */
const POSSIBLE: Readonly<Record<DependsCase["truth"], readonly string[]>> = {
  gained: ["looser", "incomparable", "unknown"],
  lost: ["tighter", "incomparable", "unknown", "always-errors"],
  same: ["equivalent", "unknown"],
};

test("a view whose query is in neither catalog, as of earlier versions, counts as changed", async () => {
  const both = `${TABLES} create view public.own as select user_id from public.readers; grant select on own to authenticated;`;
  const using = "exists (select 1 from own r where r.user_id = auth.uid())";
  const sideWith = async (more: string): Promise<Catalog> =>
    withFork(`${both} create policy p on letters for select to authenticated using (${using}${more});`, async (db) => {
      const { dependencies: _, ...catalog } = await inspect(db);
      return catalog;
    });
  const [before, after] = [await sideWith(""), await sideWith(" and true")];
  const found = prove(before, after, { relations: new Set(["public.letters"]), roles: ["authenticated"] });
  const read = found.find(({ component, role }) => component === "SELECT" && role === "authenticated");
  expect(read?.decision).toBe("unknown");
});

describe("what a policy depends on", () => {
  for (const given of sliced(EVERY_DEPENDS_CASE))
    test(`${given.title}`, async () => {
      const [before, after] = [await sideOf(given, given.before), await sideOf(given, given.after)];
      const change = after.rows > before.rows ? "gained" : after.rows < before.rows ? "lost" : "same";
      expect(change, "what PostgreSQL shows").toBe(given.truth);
      const found = prove(before.catalog, after.catalog, {
        relations: new Set(["public.letters"]),
        roles: ["authenticated"],
      }).find(({ component, role }) => component === "SELECT" && role === "authenticated");
      const why = found?.reasons.map(({ message, expression }) => `${message}: ${expression ?? ""}`).join("; ");
      expect(found?.decision, why).toBe(given.decision);
      expect(POSSIBLE[change]).toContain(found?.decision);
    });
});
