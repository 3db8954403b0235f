import { execFileSync } from "node:child_process";
import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { makeFixture, type Fixture } from "../faults/fixture.ts";
import { rlsmith } from "../support/cli.ts";
import { changePlan } from "../support/plan-file.ts";
import { copyOf } from "../support/work-tree.ts";

let fixture: Fixture;
beforeAll(async () => {
  fixture = await makeFixture({ rehearse: false });
});

describe("a usage error is reported before a server is contacted, with a hint", () => {
  const url = "postgres://deployer:secret-word@127.0.0.1:1/x";
  const cases: [
    string,
    string[],
    { targets?: string; env?: NodeJS.ProcessEnv; change?: (dir: string) => void },
    number,
    RegExp,
  ][] = [
    ["no target in the config", ["apply"], { targets: "" }, 2, /WHICH_TARGET[\s\S]*targets: \{ staging/],
    [
      "several, and none is named",
      ["apply"],
      { targets: '{ a: { url: { env: "A" } }, b: { url: { env: "B" } } }' },
      2,
      /--target a or --target b/,
    ],
    ["a URL for a target", ["apply", "--target", url], {}, 2, /no target `postgres:\/\/deployer@127\.0\.0\.1:1\/x`/],
    ["a URL for a folder", ["history", url], {}, 2, /error/],
    ["a target that is none", ["apply", "--target", "nowhere"], {}, 2, /no target `nowhere`[\s\S]*it has `staging`/],
    [
      "a URL that is not set",
      ["apply"],
      { env: { STAGING_URL: "" } },
      4,
      /`STAGING_URL`, which holds the URL of `staging`, is not set/,
    ],
    ["a URL that is none", ["apply"], { env: { STAGING_URL: "secret-word" } }, 2, /BAD_DATABASE_URL/],
    ["a server that is not there", ["apply"], {}, 4, /cannot connect to `deployer@127\.0\.0\.1:1\/x`/],
    ["a server that is not there, for history", ["history"], {}, 4, /cannot connect to `deployer@127\.0\.0\.1:1\/x`/],
    ["no plan", ["apply", "--plan", "nothing.json"], {}, 2, /NO_PLAN[\s\S]*rlsmith plan/],
    [
      "a plan that is none",
      ["apply"],
      { change: (dir) => writeFileSync(join(dir, ".rlsmith/plan.json"), "{}") },
      4,
      /STALE_PLAN[\s\S]*rlsmith plan/,
    ],
    ["a plan that somebody has edited", ["apply"], { change: edited }, 4, /PLAN_EDITED[\s\S]*rlsmith plan/],
    [
      "a password with a / in it",
      ["apply"],
      { env: { STAGING_URL: "postgres://deployer:12/secret-word@127.0.0.1:1/x" } },
      2,
      /BAD_DATABASE_URL[\s\S]*%2F/,
    ],
    ["a plan with open decisions", ["apply"], { change: openDecision }, 3, /1 open decision/],
    ["groups of no kind", ["apply", "--by", "table"], {}, 2, /--by relation, --by context/],
    ["groups of the config, and it names none", ["apply", "--by", "context"], {}, 2, /NO_CONTEXTS[\s\S]*contexts: \{/],
    ["an entry that is no number", ["rollback", "--to", "x"], {}, 2, /BAD_ENTRY[\s\S]*rlsmith history/],
    ["force without a reason", ["rollback", "--force"], {}, 2, /NO_REASON/],
    ["a reason for nothing", ["rollback", "--reason", "because"], {}, 2, /REASON_FOR_NOTHING/],
    [
      "approvals that cannot be read",
      ["apply"],
      { change: (dir) => writeFileSync(join(dir, ".rlsmith/approvals.json"), "[]") },
      4,
      /NO_APPROVALS[\s\S]*version control/,
    ],
    ["an approval in no capacity", ["approve", "--as", " "], {}, 2, /NO_CAPACITY/],
    ["an approval of nobody's", ["approve", "--as", "DBA"], { change: nobody }, 4, /NOBODY[\s\S]*git config/],
    [
      "an unknown setting of a target",
      ["apply"],
      { targets: '{ staging: { url: { env: "STAGING_URL" }, approvals: 2 } }' },
      2,
      /targets\.staging.*approvals/,
    ],
  ];
  test.each(cases)("%s", async (_, args, { targets, env = { STAGING_URL: url }, change }, code, says) => {
    const dir = copyOf(fixture.dir, targets);
    change?.(dir);
    const files = existsSync(join(dir, ".rlsmith/approvals.json"));
    const run = await rlsmith(args, {
      cwd: dir,
      env: { ...env, GIT_CONFIG_GLOBAL: "/dev/null", GIT_CONFIG_SYSTEM: "/dev/null" },
    });
    expect([run.code, run.stderr]).toEqual([code, expect.stringMatching(says)]);
    expect(run.stdout).toBe("");
    expect(run.stderr).toMatch(/^hint/m);
    expect(run.stderr).not.toContain("secret-word");
    expect(existsSync(join(dir, ".rlsmith/approvals.json"))).toBe(files);
    rmSync(dir, { recursive: true, force: true });
  });

  function openDecision(dir: string): void {
    changePlan(dir, (plan) => plan.open.push({ kind: "session-only", key: "x", question: "?", settings: [] } as never));
  }
  function edited(dir: string): void {
    const file = join(dir, ".rlsmith/plan.json");
    writeFileSync(file, readFileSync(file, "utf8").replace('"up": [', '"up": ["grant all on public.note to public",'));
  }
  function nobody(dir: string): void {
    for (const key of ["user.name", "user.email"]) execFileSync("git", ["-C", dir, "config", "--unset", key]);
  }
});
