import { rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { parseConfig } from "../../../src/config.ts";
import { inspect } from "../../../src/inspect/inspect.ts";
import { quoteIdent } from "../../../src/pg/identifier.ts";
import { knownOf } from "../../../src/pipeline/known.ts";
import { BOOTSTRAP } from "../../../src/scratch/bootstrap.ts";
import { openScratch } from "../../../src/scratch/open.ts";
import { isolationTests } from "../../../src/verify/emit/build.ts";
import type { IsolationTests } from "../../../src/verify/emit/isolation-tests.ts";
import { pgtap } from "../../../src/verify/emit/pgtap.ts";
import { vitest } from "../../../src/verify/emit/vitest.ts";
import { scratchEnvironment } from "../../../src/verify/environment/scratch-environment.ts";
import {
  debianMissing,
  folderInside,
  runToEnd,
  startDebianServer,
  type DebianServer,
  type Ran,
} from "../../support/debian-server.ts";

const CLAIM = "(select (auth.jwt() -> 'app_metadata' ->> 'org_id')::uuid)";
const MODULES = resolve(import.meta.dirname, "../../../node_modules");

/** How a trigger makes keys that hold more than letters; none of them changes a key that it has made. */
const KEYS: Record<string, string> = {
  "line.break": String.raw`if new.id not like E'%\n%' then new.id := E'first\n' || new.id || E'\nlast'; end if;`,
  tab: String.raw`if new.id not like E'%\t%' then new.id := E'o\tpublic.tab\t' || new.id; end if;`,
  quotes: `if new.id not like '%"%' then new.id := '''a'' "' || new.id || '", "b"'; end if;`,
  backslash: String.raw`if new.id not like '%$%' then new.id := '\n\\ \u0000 $' || new.id; end if;`,
  brackets: `if new.id not like '%]%' then new.id := '[["' || new.id || '"], null]'; end if;`,
};

const keyed = (name: string, key: string, body: string): string => `
create table public.${quoteIdent(name)} (${key}, org_id uuid not null, body text not null);
alter table public.${quoteIdent(name)} enable row level security;
create policy own on public.${quoteIdent(name)} to authenticated using (org_id = ${CLAIM}) with check (org_id = ${CLAIM});
create function public.${quoteIdent(`${name}_key`)}() returns trigger language plpgsql as $$ begin ${body} return new; end $$;
create trigger key before insert on public.${quoteIdent(name)} for each row execute function public.${quoteIdent(`${name}_key`)}();`;

const PROJECT = [
  ...Object.entries(KEYS).map(([name, body]) => keyed(name, "id text primary key", body)),
  // JavaScript would round these: of two neighbours one number is made
  keyed("big", "id bigint primary key", "if new.id < 9000000 then new.id := 9007199254740992 + new.id; end if;"),
  // joined by a space, the keys of the second tenant's rows are those of the first's
  keyed(
    "moved",
    "city text, street text, primary key (city, street)",
    `if new.city not like 'k%' then
       if new.org_id > '00000015-0000-4000-8000-000000000000' then
         new.street := (select count(*) from public.moved where org_id = new.org_id) || ' x'; new.city := 'k';
       else new.city := 'k ' || (select count(*) from public.moved where org_id = new.org_id); new.street := 'x';
       end if;
     end if;`,
  ),
].join("");

const NAMES = [...Object.keys(KEYS), "big", "moved"];

let tests: IsolationTests;
beforeAll(async () => {
  const base = await openScratch({ kind: "embedded" });
  try {
    await base.db.exec(PROJECT);
    const config = parseConfig({}, "test");
    tests = await isolationTests(
      await scratchEnvironment(base.db, knownOf(await inspect(base.db), config)),
      "keys",
      config.verify,
      [],
    );
  } finally {
    await base.close();
  }
});

test("members must reach rows of their own in each relation", () => {
  for (const name of NAMES) {
    const relation = `public.${name.includes(".") ? quoteIdent(name) : name}`;
    const read = tests.checks.find(
      (one) => one.relation === relation && one.attack === "read" && one.persona === "A's member",
    );
    expect([relation, read?.expected]).toEqual([relation, { kind: "own" }]);
  }
});

describe.skipIf(debianMissing !== null)("the files on PostgreSQL 15", () => {
  const folder = folderInside();
  let server: DebianServer;
  let databases = 0;
  beforeAll(async () => {
    const started = await startDebianServer();
    if (!started) throw new Error("the packages are there, and the server is not");
    server = started;
    writeFileSync(join(folder, "vitest.config.ts"), "export default {};\n");
  });
  afterAll(() => {
    server?.stop();
    rmSync(folder, { recursive: true });
  });

  async function database(sql = ""): Promise<string> {
    const name = `keys${(databases += 1)}`;
    await server.exec("postgres", `create database ${name}`);
    await server.exec(name, `${BOOTSTRAP};${PROJECT};${sql}`);
    return name;
  }

  async function proved(name: string): Promise<Ran> {
    writeFileSync(join(folder, "rls_isolation.test.sql"), pgtap(tests));
    return server.pgProve(name, join(folder, "rls_isolation.test.sql"));
  }

  async function ran(name: string): Promise<Ran> {
    writeFileSync(join(folder, "rls_isolation.test.ts"), vitest(tests));
    const args = ["run", "--root", folder, "--config", join(folder, "vitest.config.ts"), "--reporter", "verbose"];
    const env = { NO_COLOR: "1", DATABASE_URL: server.url(name) };
    return runToEnd(process.execPath, [join(MODULES, "vitest/vitest.mjs"), ...args], env);
  }

  const failed = ({ output }: Ran): string[] => output.match(/^not ok .*$|^ *× .*$/gm) ?? [];

  test("as they were made, all pass", async () => {
    const name = await database();
    const [sql, ts] = [await proved(name), await ran(name)];
    expect([sql.code, failed(sql)]).toEqual([0, []]);
    expect([ts.code, failed(ts)]).toEqual([0, []]);
  });

  test("with every policy open, reads and writes of each relation fail", async () => {
    const opened = NAMES.map(
      (name) => `alter policy own on public.${quoteIdent(name)} using (true) with check (true);`,
    );
    const name = await database(opened.join("\n"));
    for (const run of [await proved(name), await ran(name)]) {
      expect(run.code).not.toBe(0);
      for (const relation of NAMES) {
        const lines = failed(run).filter((line) => line.includes(relation));
        expect([relation, lines.some((line) => /: read\b/.test(line))]).toEqual([relation, true]);
        expect([relation, lines.some((line) => /delete blind/.test(line))]).toEqual([relation, true]);
      }
    }
  });
});
