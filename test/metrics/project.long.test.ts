import { execFileSync } from "node:child_process";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import type { Metrics } from "../../src/metrics/index.ts";
import { project, rlsmith } from "../support/cli.ts";
import { identify } from "../support/work-tree.ts";

const BEFORE = {
  "migrations/1.sql": `
    create table notes (id int primary key, org_id uuid not null, body text);
    alter table notes enable row level security;
    create function set_org(org uuid) returns void language sql as $$ select set_config('app.org_id', org::text, true) $$;
    create function current_org() returns uuid language sql stable as $$ select nullif(current_setting('app.org_id', true), '')::uuid $$;
    create policy one on notes for select using (org_id = nullif(current_setting('app.org_id', true), '')::uuid);
    create policy two on notes for delete using (org_id = current_org());
    create policy three on notes for insert with check (true);`,
  "lib/db.ts": `export const open = (db) => db.query("select set_org($1)");\n`,
  "lib/db.test.ts": `test("sets it", () => open("set_org"));\n`,
  "docs/rls.md": "Every request calls `set_org`.\n",
};

const CONFIG = `import { defineConfig } from "rlsmith";
export default defineConfig({
  migrations: { folder: "migrations" },
  claims: "request.jwt.claims",
  context: { "app.org_id": { claim: "app_metadata.org_id", type: "uuid" } },
});
`;

const AFTER = {
  "rlsmith.config.ts": CONFIG,
  "migrations/2.sql": `
    alter policy one on notes using (org_id = (select (current_setting('request.jwt.claims', true)::json -> 'app_metadata' ->> 'org_id')::uuid));
    drop policy two on notes;
    drop function current_org();
    drop function set_org(uuid);`,
  "lib/db.ts": "export const open = (db) => db;\n",
};

describe("the figures of a project", () => {
  let dir: string;
  const write = (files: Record<string, string>): void => {
    for (const [name, text] of Object.entries(files)) {
      mkdirSync(dirname(join(dir, name)), { recursive: true });
      writeFileSync(join(dir, name), text);
    }
  };
  const git = (...args: string[]): string => execFileSync("git", ["-C", dir, ...args], { encoding: "utf8" }).trim();
  beforeAll(() => {
    dir = project(BEFORE);
    git("init", "-q");
    identify(dir, "Ada", "ada@example.org");
    git("add", "-A");
    git("commit", "-q", "-m", "before");
    write(AFTER);
    rmSync(join(dir, "lib/db.test.ts"));
    git("add", "-A");
    git("commit", "-q", "-m", "after");
  });

  const metrics = async (...args: string[]): Promise<Metrics> => {
    const { code, stdout, stderr } = await rlsmith(["metrics", dir, "--format", "json", ...args]);
    expect(code, stderr).toBe(0);
    return JSON.parse(stdout) as Metrics;
  };

  const rowsOf = ({ metrics: all }: Metrics): Record<string, [number | null, number | null]> =>
    Object.fromEntries(all.map(({ name, before, after }) => [name, [before, after]]));

  test("are counted in a revision and in the work tree", async () => {
    const counted = await metrics("--before", "HEAD^");
    expect(counted.before).toEqual({ revision: "HEAD^", commit: git("rev-parse", "HEAD^") });
    expect(counted.names.toSorted()).toEqual(["app.org_id", "set_org"]);
    expect(rowsOf(counted)).toMatchObject({
      policies: [3, 2],
      // two reads through a function as well as by itself
      "policies on a variable": [2, 0],
      "policy expressions": [3, 2],
      "functions reading a variable": [1, 0],
      "functions setting a variable": [1, 0],
      "test cases": [1, 0],
      "test lines": [1, 0],
      "service files": [1, 0],
      "service lines": [1, 0],
      documents: [1, 1],
      "document words": [4, 4],
      "document code blocks": [0, 0],
      denials: [null, null],
      latency: [null, null],
      onboarding: [null, null],
    });
  });

  test("count the characters that PostgreSQL prints", async () => {
    const [before] = rowsOf(await metrics("--before", "HEAD^"))["policy characters"] ?? [];
    // pg_get_expr of PostgreSQL 18
    const printed = [
      "(org_id = (NULLIF(current_setting('app.org_id'::text, true), ''::text))::uuid)",
      "(org_id = public.current_org())",
      "true",
    ];
    expect(before).toBe(printed.join("").length);
  });

  test("of a side that is not known are not made up", async () => {
    const counted = await metrics();
    expect(counted.before).toBeNull();
    const policies = counted.metrics.find(({ name }) => name === "policies");
    expect(policies).toMatchObject({ before: null, after: 2, lack: { before: "no revision", after: null } });
    const text = (await rlsmith(["metrics", dir])).stdout;
    expect(text).toMatch(/^policies +not counted +2$/m);
    expect(text).toContain(
      "not counted: no revision from before the move is known: rlsmith metrics --before <revision>",
    );
  });

  test("that only people can say are marked so", async () => {
    const said = ["attest", "training", dir, "--as", "Engineering Manager", "--note", "a day instead of three"];
    expect((await rlsmith(said)).code).toBe(0);
    const text = (await rlsmith(["metrics", dir, "--before", "HEAD^", "--format", "markdown"])).stdout;
    expect(text).toMatch(
      /\| hours until somebody can work on it \| not counted \| not counted \| what people have said; stated by Ada &lt;ada@example.org&gt;, \d{4}-\d\d-\d\d: a day instead of three \|/,
    );
  });

  test("of a revision that does not exist are a fault of the command line", async () => {
    expect((await rlsmith(["metrics", dir, "--before", "nowhere"])).code).toBe(2);
  });
});
