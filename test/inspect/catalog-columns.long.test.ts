import { describe, expect, test } from "vitest";
import { openServer } from "../../src/db/server.ts";
import { inspect } from "../../src/inspect/inspect.ts";
import { startCluster } from "../faults/cluster.ts";
import { checked, findAllMajors } from "../faults/majors.ts";
import { unknownColumns } from "./catalog-columns.ts";

describe.each(checked(findAllMajors(), process.env))("the same on $title", ({ bin, missing }) => {
  test.skipIf(missing !== null)("as a login without privileges, which may read the attributes as well", async () => {
    const cluster = await startCluster({ bin: bin ?? "" });
    try {
      const db = await openServer(cluster.url("postgres"));
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
      await cluster.stop();
    }
  });
});
