import { expect, test } from "vitest";
import type { Db } from "../../src/db/port.ts";
import { inspect } from "../../src/inspect/inspect.ts";
import type { Catalog } from "../../src/pg/catalog.ts";
import { prove } from "../../src/prove/prove.ts";
import type { Decision } from "../../src/prove/verdict.ts";
import { withFork } from "../support/fork.ts";
import { expressionsFrom, PLAYGROUND } from "./any-built-in.ts";
import { newRandom } from "./fuzz/random.ts";
import { readPolicy } from "./tiny.ts";

const PAIRS = Number(process.env["RLSMITH_FUZZ_PAIRS"] ?? 300);
const SEED = Number(process.env["RLSMITH_FUZZ_SEED"] ?? 17);

/** The condition as PostgreSQL prints it; null where it takes it for no condition. */
async function printed(db: Db, condition: string): Promise<string | null> {
  try {
    await db.exec("drop policy if exists p on things");
    await db.exec(`create policy p on things using (${condition})`);
    const [row] = await db.query<{ text: string }>(
      "select pg_get_expr(polqual, polrelid) as text from pg_policy where polname = 'p'",
    );
    return row?.text ?? null;
  } catch {
    return null;
  }
}

/** The ids of the rows that satisfy it; null where it raises an error on one. */
async function rowsOf(db: Db, condition: string): Promise<ReadonlySet<number> | null> {
  try {
    const rows = await db.query<{ id: number }>(`select id from things where (${condition})`);
    return new Set(rows.map(({ id }) => id));
  } catch {
    return null;
  }
}

const guardedBy = (base: Catalog, using: string): Catalog => ({
  ...base,
  policies: [readPolicy("things", using)],
});

const CONTRADICTED: Readonly<Record<"gained" | "lost", ReadonlySet<Decision>>> = {
  gained: new Set<Decision>(["equivalent", "tighter"]),
  lost: new Set<Decision>(["equivalent", "looser"]),
};

test(
  `${PAIRS} pairs of conditions over any built-in: no verdict that rows contradict`,
  { timeout: 600_000 },
  async () => {
    await withFork(PLAYGROUND, async (db) => {
      await db.exec("set search_path = public, pg_catalog");
      const base = await inspect(db);
      const expressions = await expressionsFrom(db, newRandom(SEED).next);
      const wrong: string[] = [];
      let compared = 0;
      for (let pairs = 0; pairs < PAIRS;) {
        const first = expressions.make();
        const second = expressions.edited(first);
        const [before, after] = [await printed(db, first), await printed(db, second)];
        if (before === null || after === null || before === after) continue;
        pairs += 1;
        const verdict = prove(guardedBy(base, before), guardedBy(base, after), {
          relations: new Set(["public.things"]),
          roles: ["authenticated"],
        }).find(({ component }) => component === "SELECT");
        if (!verdict || verdict.decision === "unknown") continue;
        const [one, two] = [await rowsOf(db, first), await rowsOf(db, second)];
        if (!one || !two) continue;
        compared += 1;
        const gained = [...two].some((id) => !one.has(id));
        const lost = [...one].some((id) => !two.has(id));
        if ((gained && CONTRADICTED.gained.has(verdict.decision)) || (lost && CONTRADICTED.lost.has(verdict.decision)))
          wrong.push(`${verdict.decision}: ${before} -> ${after}`);
      }
      expect(wrong).toEqual([]);
      // a fuzzer that compares no verdict with rows shows nothing
      expect(compared).toBeGreaterThan(PAIRS / 10);
    });
  },
);
