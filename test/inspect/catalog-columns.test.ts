import { expect, test } from "vitest";
import type { Db } from "../../src/db/port.ts";
import { withFork } from "../support/fork.ts";
import { unknownColumns } from "./catalog-columns.ts";

test("each column of the system catalogs of PostgreSQL 18 is read, or decides nothing for a reason", async () => {
  const unknown = await withFork("", async (db: Db) => unknownColumns(db));
  expect(unknown).toEqual([]);
});
