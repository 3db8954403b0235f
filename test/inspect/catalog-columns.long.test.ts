import { expect, test } from "vitest";
import { openServer } from "../../src/db/server.ts";
import { inspect } from "../../src/inspect/inspect.ts";
import { startServer } from "../support/server.ts";
import { unknownColumns } from "./catalog-columns.ts";

test("the same on PostgreSQL 15, as a login without privileges, which may read the attributes as well", async () => {
  const server = await startServer(15);
  try {
    const db = await openServer(server.url);
    expect(await unknownColumns(db)).toEqual([]);
    await db.exec(
      "create role reader login; create table public.memo (id int); create unlogged table public.fast (id int)",
    );
    await db.exec("set session authorization reader");
    const { access } = await inspect(db);
    expect(access?.attributes.filter(({ kind }) => kind === "relation")).toEqual([
      {
        kind: "relation",
        schema: "public",
        object: "fast",
        name: "public.fast",
        attribute: "persistence",
        value: "UNLOGGED",
      },
    ]);
    await db.close();
  } finally {
    await server.stop();
  }
});
