import { spawnSync } from "node:child_process";
import { describe, expect, test } from "vitest";
import { after, guards, leftOf } from "./support.ts";

// What a check demands follows from the meaning of its commands: `grep -q` is true where the pattern is found, `grep -L`
// prints the files without it, and a hook fails with the status of a command, or with `exit 1`.

const HOOK = ".husky/pre-commit";

/** What is left of a hook must still be read by a shell. */
const isReadByShell = (text: string): boolean => spawnSync("bash", ["-n"], { input: text }).status === 0;

describe("a hook whose only subject is the old pattern goes", () => {
  test.each([
    ["grep -q || exit 1", "grep -q setTenantContext app/actions.ts || exit 1\n"],
    ["a message before the exit", 'grep -q setTenantContext app/actions.ts || { echo "no context" >&2; exit 1; }\n'],
    ["if ! grep", "if ! grep -rq 'setTenantContext(' app; then\n  echo missing\n  exit 1\nfi\n"],
    ["if grep, else", "if grep -q setTenantContext app/a.ts; then\n  exit 0\nelse\n  exit 1\nfi\n"],
    [
      "files without a match",
      'missing=$(grep -rL setTenantContext app)\nif [ -n "$missing" ]; then echo "$missing"; exit 1; fi\n',
    ],
    ["files without a match, not printed when there are none", "! grep -rL setTenantContext app | grep .\n"],
    [
      "a loop over them",
      'for file in $(grep -L current_setting supabase/migrations/*.sql); do\n  echo "$file: not the hybrid pattern"\n  failed=1\ndone\nexit ${failed:-0}\n',
    ],
    [
      "a pipe into a loop",
      'git diff --cached --name-only | xargs grep -L current_setting | while read -r file; do echo "$file"; exit 1; done\n',
    ],
    ["double brackets", 'sql=$(cat "$1")\n[[ "$sql" == *"current_setting(\'app.tenant_id\'"* ]] || exit 1\n'],
    ["a count", 'if [ "$(grep -c setTenantContext app/a.ts)" -eq 0 ]; then exit 1; fi\n'],
    ["a pattern in a variable", "PATTERN='setTenantContext\\('\ngrep -qE \"$PATTERN\" app/a.ts || exit 1\n"],
    [
      "a function, and its call",
      "check() {\n  if ! grep -q setTenantContext app/a.ts; then\n    exit 1\n  fi\n}\ncheck\n",
    ],
    [
      "the setter must not be dropped",
      "if git diff --cached | grep -qiE 'drop +function.*set_tenant_context'; then exit 1; fi\n",
    ],
    ["passes early", "grep -q setTenantContext app/a.ts && exit 0\necho missing\nexit 1\n"],
    ["Windows line ends", "set -e\r\ngrep -q setTenantContext app/actions.ts || exit 1\r\n"],
  ])("%s", (_, script) => {
    expect(isReadByShell(script)).toBe(true);
    const cleaned = guards({ [HOOK]: `#!/usr/bin/env bash\nset -e\n${script}` });
    expect(leftOf(cleaned)).toEqual([]);
    expect([...cleaned.files]).toEqual([[HOOK, null]]);
  });
});

describe("what only looks like such a guard stays", () => {
  test.each([
    ["it refuses the old pattern", "if grep -rq setTenantContext app; then echo 'gone since May' >&2; exit 1; fi\n"],
    ["it refuses it by !", "! grep -rq setTenantContext app\n"],
    ["it refuses it with &&", "grep -rq \"current_setting('app.tenant_id'\" supabase/migrations && exit 1\n"],
    [
      "the files that have it",
      'found=$(grep -rl setTenantContext app)\nif [ -n "$found" ]; then echo "$found"; exit 1; fi\n',
    ],
    ["another variable", "grep -q \"current_setting('app.locale')\" db/format.sql || exit 1\n"],
    ["a longer name", "grep -q reset_tenant_context_cache app/a.ts || exit 1\n"],
    ["nothing of it", "npx eslint .\nnpm test\n"],
  ])("%s", (_, script) => {
    const cleaned = guards({ [HOOK]: `#!/bin/sh\n${script}` });
    expect(cleaned.files.size).toBe(0);
    expect(leftOf(cleaned)).toEqual([]);
  });
});

describe("what is not certain is listed, and not touched", () => {
  test.each([
    [
      "it warns in another way",
      "grep -q setTenantContext app/a.ts && count=$((count + 1))\nsend $count\n",
      "not-certain",
    ],
    ["the program is another one's", "node -e 'check(\"setTenantContext\")'\n", "not-certain"],
    ["it calls the setter", "psql -c \"select set_tenant_context('x')\"\n", "not-certain"],
    ["a function that does more", "grep -q check_and_set_tenant app/a.ts || exit 1\n", "mixed-function"],
    [
      "one condition with something else",
      "if ! grep -q setTenantContext app/a.ts || ! grep -q 'use server' app/a.ts; then exit 1; fi\n",
      "does-more",
    ],
    [
      "it deploys where it is there",
      "if grep -q setTenantContext app/a.ts; then ./deploy.sh; else exit 1; fi\n",
      "does-more",
    ],
    [
      "not a shell that is read",
      'for ((i = 0; i < 3; i++)); do grep -q setTenantContext "app/$i.ts" || exit 1; done\n',
      "not-read",
    ],
  ])("%s", (_, script, reason) => {
    const cleaned = guards({ [HOOK]: `#!/usr/bin/env bash\n${script}` });
    expect(cleaned.files.size).toBe(0);
    expect(cleaned.left.map((one) => one.reason)).toEqual([reason]);
  });
});

describe("a hook with other lines loses only its own", () => {
  test("statements, the comment above, and the variable that nothing else uses", () => {
    const before = `#!/usr/bin/env bash
set -euo pipefail
npm run lint

# every action sets the context
actions=$(ls app/actions)
if ! grep -q setTenantContext $actions; then
  exit 1
fi

npm test # also the slow ones
`;
    const text = after({ [HOOK]: before }, HOOK);
    expect(text).toBe(`#!/usr/bin/env bash
set -euo pipefail
npm run lint

npm test # also the slow ones
`);
  });

  test("a command within a branch", () => {
    const files = {
      [HOOK]: `#!/bin/sh
if [ -n "$CI" ]; then
  bash scripts/scan.sh
  npm test
fi
`,
      "scripts/scan.sh": "#!/bin/bash\ngrep -L current_setting db/*.sql | grep . && exit 1\n",
    };
    expect(after(files, "scripts/scan.sh")).toBeNull();
    expect(after(files, HOOK)).toBe(`#!/bin/sh\nif [ -n "$CI" ]; then\n  npm test\nfi\n`);
  });

  test("an element of a chain", () => {
    const files = {
      [HOOK]: "npm run lint && bash scripts/scan.sh && npm test\n",
      "scripts/scan.sh": "grep -q setTenantContext app/a.ts || exit 1\n",
    };
    expect(after(files, HOOK)).toBe("npm run lint && npm test\n");
  });

  test("a branch that would be empty is for a person", () => {
    const files = {
      [HOOK]: `if [ -n "$CI" ]; then\n  bash scripts/scan.sh\nelse\n  ./deploy.sh\nfi\n`,
      "scripts/scan.sh": "grep -q setTenantContext app/a.ts || exit 1\n",
    };
    const cleaned = guards(files);
    expect(cleaned.left).toMatchObject([{ path: "scripts/scan.sh", line: 1, reason: "in-use", what: HOOK }]);
    // the script stays: without it the hook would fail
    expect(cleaned.files.size).toBe(0);
  });
});

describe("a scanner", () => {
  const SCANNER = `#!/bin/bash
status=0
for file in "$@"; do
  awk -v file="$file" 'BEGIN { RS = ";" } {
    if ($0 !~ /create policy/) next
    if ($0 ~ /auth\\.jwt\\(\\)/ && $0 !~ /current_setting\\(/) { print file ": claim without fallback"; exit 1 }
  }' "$file" || status=1
done
exit $status
`;
  test("goes with what runs it: hook, script, step, owner", () => {
    const files = {
      "tools/scan.sh": SCANNER,
      ".githooks/pre-push": '#!/bin/sh\n. "$(dirname "$0")/_/husky.sh"\nbash tools/scan.sh db/*.sql\n',
      "package.json": `{\n  "scripts": {\n    "scan": "bash tools/scan.sh db/*.sql",\n    "check": "npm run lint && npm run scan"\n  }\n}\n`,
      CODEOWNERS: "/tools/scan.sh @security\n/tools/ @platform\n",
    };
    expect(after(files, "tools/scan.sh")).toBeNull();
    expect(after(files, ".githooks/pre-push")).toBeNull();
    expect(after(files, "package.json")).toBe(`{\n  "scripts": {\n    "check": "npm run lint"\n  }\n}\n`);
    expect(after(files, "CODEOWNERS")).toBe("/tools/ @platform\n");
  });

  test("goes with the question whether it is there", () => {
    const files = {
      "tools/scan.sh": SCANNER,
      ".husky/pre-commit":
        "[ -x tools/scan.sh ] && bash tools/scan.sh db/*.sql\nif [ -f tools/scan.sh ]; then\n  chmod +x tools/scan.sh\n  tools/scan.sh\nfi\nnpm test\n",
    };
    expect(after(files, ".husky/pre-commit")).toBe("npm test\n");
  });

  test("that also looks for something else is for a person", () => {
    const both = SCANNER.replace(
      "    if ($0 ~ /auth",
      "    if ($0 ~ /security definer/) { print file; exit 1 }\n    if ($0 ~ /auth",
    );
    expect(leftOf(guards({ "tools/scan.sh": both }))).toEqual(["tools/scan.sh:4 does-more"]);
  });

  test("that asks for the claim stays", () => {
    const fresh = SCANNER.replace(
      "if ($0 ~ /auth\\.jwt\\(\\)/ && $0 !~ /current_setting\\(/)",
      "if ($0 ~ /current_setting\\(/)",
    );
    const cleaned = guards({ "tools/scan.sh": fresh });
    expect([cleaned.files.size, cleaned.left.length, cleaned.forbids.length]).toEqual([0, 0, 1]);
  });
});
