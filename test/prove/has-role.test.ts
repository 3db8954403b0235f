import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Db } from "../../src/db/port.ts";
import { inspect } from "../../src/inspect/inspect.ts";
import type { Catalog } from "../../src/pg/catalog.ts";
import { prove } from "../../src/prove/prove.ts";
import { openScratch } from "../../src/scratch/open.ts";
import type { Scratch } from "../../src/scratch/scratch.ts";
import { startServer, type TestServer } from "../support/server.ts";
import { readPolicy } from "./tiny.ts";

const ROLES = `
  create role chief; create role staff; create role dealer; create role guest noinherit; create role other; create role boss superuser;
  grant chief to staff; grant staff to dealer; grant staff to guest; grant other to boss;
  create table public.notes (id int); alter table public.notes enable row level security;
  grant select on public.notes to chief, staff, dealer, guest, other, boss;`;

/** Each membership says by itself what it is for since PostgreSQL 16. */
const OPTIONS = `
  create role reader; grant chief to reader with inherit false, set true;
  create role clerk; grant chief to clerk with inherit true, set false;
  grant select on public.notes to reader, clerk;`;

describe.each([15, 18] as const)("on PostgreSQL %i", (major) => {
  let server: TestServer;
  let scratch: Scratch;
  let db: Db;
  let catalog: Catalog;
  beforeAll(async () => {
    server = await startServer(major);
    scratch = await openScratch({ kind: "server", url: server.url, superuser: true });
    db = scratch.db;
    await db.exec(ROLES);
    if (major >= 16) await db.exec(OPTIONS);
    catalog = await inspect(db);
  });
  afterAll(async () => {
    await scratch.close();
    await server.stop();
  });

  test.each(major === 15 ? ["MEMBER", "usage"] : ["MEMBER", "usage", " Set "])(
    "pg_has_role with %s",
    async (privilege) => {
      const roles = catalog.roles
        .map(({ name }) => name)
        .filter((name) => /^(chief|staff|dealer|guest|other|boss|reader|clerk)$/.test(name));
      const rows = await db.query<{ member: string; role: string; has: boolean }>(
        "select m as member, r as role, pg_has_role(m, r, $2) as has from unnest($1::text[]) m, unnest($1::text[]) r",
        [roles, privilege],
      );
      expect(rows.length).toBe(roles.length ** 2);
      const guarded = (using: string): Catalog => ({ ...catalog, policies: [readPolicy("notes", using)] });
      const wrong = rows.filter(({ member, role, has }) => {
        const [verdict] = prove(
          guarded(`pg_has_role('${member}'::name, '${role}'::name, '${privilege}'::text)`),
          guarded(String(has)),
          {
            relations: new Set(["public.notes"]),
            roles: ["dealer"],
          },
        ).filter(({ component }) => component === "SELECT");
        return verdict?.decision !== "equivalent";
      });
      expect(wrong).toEqual([]);
    },
  );
});
