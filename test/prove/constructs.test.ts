import { describe, expect, test } from "vitest";
import type { Db } from "../../src/db/port.ts";
import type { Catalog } from "../../src/pg/catalog.ts";
import { confirm } from "../../src/prove/replay/confirm.ts";
import { prove } from "../../src/prove/prove.ts";
import { CONSTRUCT_CASES, CONSTRUCTS } from "./constructs.ts";
import { onBothMajors, printedCondition } from "../support/majors.ts";
import { readPolicy } from "./tiny.ts";

/** The ids of the rows that satisfy it. No condition here raises an error on one of the rows. */
const rowsOf = async (db: Db, condition: string): Promise<ReadonlySet<number>> =>
  new Set((await db.query<{ id: number }>(`select id from files where ${condition}`)).map(({ id }) => id));

const guardedBy = (base: Catalog, using: string): Catalog => ({ ...base, policies: [readPolicy("files", using)] });

onBothMajors(CONSTRUCTS, (opened) => {
  describe.each(Object.entries(CONSTRUCT_CASES))("%s", (_, cases) => {
    test.each(cases)("$before → $after: $expected", async ({ before, after, expected }) => {
      const { db } = opened().fork;
      const [one, two] = [await rowsOf(db, before), await rowsOf(db, after)];
      const texts = [await printedCondition(db, before), await printedCondition(db, after)] as const;
      const gained = [...two].some((id) => !one.has(id));
      const lost = [...one].some((id) => !two.has(id));
      const shown = lost ? (gained ? "incomparable" : "tighter") : gained ? "looser" : "equivalent";
      expect(shown).toBe(expected);
      const [first, second] = [guardedBy(opened().catalog, texts[0]), guardedBy(opened().catalog, texts[1])];
      const verdicts = prove(first, second, { relations: new Set(["public.files"]), roles: ["authenticated"] });
      const of = verdicts.filter(({ component, role }) => component === "SELECT" && role === "authenticated");
      const [verdict] = await confirm(db, first, second, of, []);
      const reasons = verdict?.reasons.map(({ message, expression }) => `${message}: ${expression ?? ""}`);
      expect({ decision: verdict?.decision, reasons }).toEqual({ decision: expected, reasons: [] });
    });
  });
});
