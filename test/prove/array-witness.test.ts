import { expect, test } from "vitest";
import type { Catalog } from "../../src/pg/catalog.ts";
import { NOTHING } from "../../src/prove/assume.ts";
import { prove } from "../../src/prove/prove.ts";
import { confirm } from "../../src/prove/replay/confirm.ts";
import { withFork } from "../support/fork.ts";
import { guardedBy } from "./tiny.ts";

const of = (name: string, type: string) => ({ name, type, notNull: false, expression: null, generated: "no" }) as const;

/** `docs` with a column of each type, and one of arrays of it. */
const withColumns = (catalog: Catalog, type: string): Catalog => ({
  ...catalog,
  relations: catalog.relations.map((relation) => ({
    ...relation,
    columns: [...relation.columns, of("one", type), of("many", `${type}[]`), of("day", "date")],
  })),
});

// The array has a member, and not the one that is asked for: the model leaves open which. It has to be input of its type.
test.each([
  "integer",
  "smallint",
  "bigint",
  "numeric",
  "double precision",
  "date",
  "timestamp without time zone",
  "uuid",
])("an array of %s that lacks a member", async (type) => {
  await withFork("", async (db) => {
    const using = "many @> array[one]";
    const [before, after] = [using, `${using} or day is not null`].map((text) =>
      withColumns(guardedBy(text), type),
    ) as [Catalog, Catalog];
    const found = prove(before, after, { roles: ["app_user"] }).filter(
      ({ component, role }) => component === "SELECT" && role === "app_user",
    );
    const [confirmed] = await confirm(db, before, after, found, [NOTHING]);
    expect(confirmed).toMatchObject({ decision: "looser", certainty: { kind: "replayed" } });
  });
});
