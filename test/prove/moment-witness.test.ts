import { expect, test } from "vitest";
import type { Catalog } from "../../src/pg/catalog.ts";
import { NOTHING } from "../../src/prove/assume.ts";
import { prove } from "../../src/prove/prove.ts";
import { confirm } from "../../src/prove/replay/confirm.ts";
import { withFork } from "../support/fork.ts";
import { guardedBy } from "./tiny.ts";

const MADE = {
  name: "made",
  type: "timestamp with time zone",
  notNull: false,
  expression: null,
  generated: "no",
} as const;

const withMade = (catalog: Catalog): Catalog => ({
  ...catalog,
  relations: catalog.relations.map((relation) => ({ ...relation, columns: [...relation.columns, MADE] })),
});

/** Each is true of some moment, `made`, that depends on when it is asked. */
const CONDITIONS = [
  "made = now()",
  "made >= now() and not made > now()",
  "made > now() and made < now() + interval '1 hour'",
  "made < now() - interval '12 months' and made > now() - interval '13 months'",
  "made > now() - interval '1 month' and made < now() - interval '20 days'",
  "made > now() + interval '2 months' and made < now() + interval '70 days'",
];

test.each(CONDITIONS)("a witness of %s is true when it is replayed", async (condition) => {
  await withFork("", async (db) => {
    const [before, after] = ["false", condition].map((using) => withMade(guardedBy(using))) as [Catalog, Catalog];
    const found = prove(before, after, { roles: ["app_user"] }).filter(
      ({ component, role }) => component === "SELECT" && role === "app_user",
    );
    const [confirmed] = await confirm(db, before, after, found, [NOTHING]);
    expect(confirmed).toMatchObject({ decision: "looser", certainty: { kind: "replayed" } });
  });
});
