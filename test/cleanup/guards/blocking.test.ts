import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { guards } from "./support.ts";

// The guards are run by bash here: where rlsmith says that one refuses a migration, its status is 1.

const dir = mkdtempSync(join(tmpdir(), "rlsmith-guards-"));
afterAll(() => rmSync(dir, { recursive: true, force: true }));

const CLAIM = `begin;

alter policy a on t using (true);
alter policy b on t using (tenant_id = ((select auth.jwt()) -> 'app_metadata' ->> 'tenant_id')::uuid);
commit;
`;
const HYBRID = `alter policy b on t using (tenant_id = coalesce(nullif(current_setting('app.tenant_id', true), '')::uuid, (auth.jwt() -> 'app_metadata' ->> 'tenant_id')::uuid));\n`;
const DROP = `-- the last step\ndrop function public.set_tenant_context(uuid);\n`;

const AWK = (body: string): string => `#!/bin/bash
# migrations
status=0
for file in "$@"; do
  awk 'BEGIN { RS = ";" } { if ($0 !~ /alter policy/) next
    ${body}
  } ' "$file" || status=1
done
exit $status
`;

const SCRIPTS: Readonly<Record<string, string>> = {
  "no fallback": AWK("if ($0 ~ /auth\\.jwt\\(\\)/ && $0 !~ /current_setting\\(/) { print; exit 1 }"),
  "no variable at all": `#!/bin/bash\n# migrations\nif ! grep -q current_setting "$1"; then exit 1; fi\n`,
  "the drop": `#!/bin/bash\n# migrations\nif grep -qiE 'drop +function +(public\\.)?set_tenant_context' "$1"; then exit 1; fi\n`,
};

describe.each(Object.entries(SCRIPTS))("%s", (name, script) => {
  test.each([
    ["claim.sql", CLAIM],
    ["hybrid.sql", HYBRID],
    ["drop.sql", DROP],
  ])("%s", (file, text) => {
    writeFileSync(join(dir, file), text);
    const { status } = spawnSync("bash", ["-s", "--", join(dir, file)], { input: script });
    const { blocking } = guards({ "scripts/guard.sh": script }, [{ name: file, text }]);
    expect(
      blocking.map(({ migration }) => migration),
      name,
    ).toEqual(status === 1 ? [file] : []);
  });
});

test("the line of the guard, that of the migration, and what runs the guard are said", () => {
  const { blocking } = guards(
    { "scripts/guard.sh": SCRIPTS["no fallback"] ?? "", ".husky/pre-commit": "bash scripts/guard.sh $(ls)\n" },
    [{ name: "claim.sql", text: CLAIM }],
  );
  expect(blocking).toMatchObject([
    { path: "scripts/guard.sh", line: 6, runBy: [".husky/pre-commit"], migrationLine: 4, kind: "shell-script" },
  ]);
});

test("a hook of pre-commit that is a pattern", () => {
  const { blocking } = guards(
    {
      ".pre-commit-config.yaml": `repos:
  - repo: local
    hooks:
      - id: keep-the-setter
        name: migrations keep the setter
        language: pygrep
        entry: drop function public\\.set_tenant_context
        files: migrations/.*\\.sql$
`,
    },
    [{ name: "drop.sql", text: DROP }],
  );
  expect(blocking).toMatchObject([{ path: ".pre-commit-config.yaml", migrationLine: 2 }]);
});

test("a guard of the code does not refuse a migration", () => {
  const { blocking } = guards({ "scripts/guard.sh": "grep -q setTenantContext app/a.ts || exit 1\n" }, [
    { name: "claim.sql", text: CLAIM },
  ]);
  expect(blocking).toEqual([]);
});

test("a guard of the new state that refuses a migration because of what that compares stays, and is for a person", () => {
  const text = `select pg_temp.expect('b', $$current_setting('app.tenant_id', true)$$);\n${CLAIM}`;
  const script = `#!/bin/bash\n# migrations\nif grep -q "current_setting('app.tenant_id'" "$1"; then exit 1; fi\n`;
  const { blocking, left, forbids, files } = guards({ "scripts/guard.sh": script }, [{ name: "claim.sql", text }]);
  expect(blocking).toMatchObject([{ path: "scripts/guard.sh", line: 3, migrationLine: 1 }]);
  expect(left).toMatchObject([{ path: "scripts/guard.sh", reason: "refuses-migration" }]);
  expect([forbids.length, files.size]).toEqual([1, 0]);
});
