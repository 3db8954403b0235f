import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { guards } from "./support.ts";

// Scripts of this test are run by bash on an application that calls the function, and on one that does not. A guard may be
// taken out only if it fails on the second and not on the first, and may be called a guard of the new state only if it is
// the other way round. What is not certain is for a person, whatever the script does.

const dir = mkdtempSync(join(tmpdir(), "rlsmith-polarity-"));
afterAll(() => rmSync(dir, { recursive: true, force: true }));

/** The status of a script, run with `sh -e` as husky does. */
function statusOf(script: string, isCalling: boolean): number | null {
  mkdirSync(join(dir, "app"), { recursive: true });
  writeFileSync(join(dir, "app/a.ts"), isCalling ? "setTenantContext();\n" : "list();\n");
  return spawnSync("bash", ["-e", "-s", "--", "app/a.ts"], { cwd: dir, input: script }).status;
}

const DEMANDS = [
  "grep -q setTenantContext app/a.ts || exit 1",
  "if ! grep -q setTenantContext app/a.ts; then exit 1; fi",
  "if grep -q setTenantContext app/a.ts; then echo fine; else exit 1; fi",
  "grep -q setTenantContext app/a.ts && echo fine || exit 1",
  'missing=$(grep -L setTenantContext app/*.ts || true)\nif [ -n "$missing" ]; then echo "$missing"; exit 1; fi',
  "! grep -L setTenantContext app/a.ts | grep .",
  'if [ "$(grep -c setTenantContext app/a.ts)" -eq 0 ]; then exit 1; fi',
  'if [ -z "$(grep -r setTenantContext app)" ]; then exit 1; fi',
  'if [ -z "$1" ]; then exit 2\nelif ! grep -q setTenantContext "$1"; then exit 1\nfi',
  'for file in app/*.ts; do\n  if grep -q setTenantContext "$file"; then continue; fi\n  echo "$file"\n  exit 1\ndone',
  '[[ "$(cat app/a.ts)" =~ setTenantContext ]] || exit 1',
  "grep -q setTenantContext app/a.ts",
];
const FORBIDS = [
  "! grep -q setTenantContext app/a.ts",
  "if grep -q setTenantContext app/a.ts; then exit 1; fi",
  "grep -q setTenantContext app/a.ts && exit 1 || true",
  'found=$(grep -rl setTenantContext app || true)\nif [ -n "$found" ]; then exit 1; fi',
  'n=$(grep -rn setTenantContext app | wc -l)\nif [ "$n" -gt 0 ]; then exit 1; fi',
  '[[ "$(cat app/a.ts)" != *setTenantContext* ]] || exit 1',
  'clean=$(grep -rL setTenantContext app || true)\nif [ -z "$clean" ]; then exit 1; fi',
];
const DOUBTFUL = [
  "set +e\ngrep -q setTenantContext app/a.ts\nstatus=$?\nif [ $status -eq 0 ]; then exit 1; fi",
  "if grep -q setTenantContext app/a.ts; then echo fine; fi\ntrue",
  "grep -q setTenantContext app/a.ts && echo fine\ntrue",
  "grep -v setTenantContext app/a.ts && exit 1\ntrue",
  'case "$(cat app/a.ts)" in\n  *setTenantContext*) ;;\n  *) exit 1 ;;\nesac',
  "bash <<'EOF'\ngrep -q setTenantContext app/a.ts || exit 1\nEOF",
  'n=$(grep -rn setTenantContext app | wc -l)\nif [ "$n" -gt 12 ]; then exit 1; fi',
  "grep -n setTenantContext app/a.ts || true",
];
const found = (script: string): { gone: boolean; kept: number; left: number } => {
  const { files, forbids, left } = guards({ ".husky/pre-push": `${script}\n` });
  return { gone: files.size > 0, kept: forbids.length, left: left.length };
};

describe("as bash says", () => {
  test.each(DEMANDS)("it demands the call: %s", (script) => {
    expect([statusOf(script, true), statusOf(script, false) === 0]).toEqual([0, false]);
    expect(found(script)).toEqual({ gone: true, kept: 0, left: 0 });
  });

  test.each(FORBIDS)("it refuses the call: %s", (script) => {
    expect([statusOf(script, true) === 0, statusOf(script, false)]).toEqual([false, 0]);
    expect(found(script)).toEqual({ gone: false, kept: 1, left: 0 });
  });

  test.each(DOUBTFUL)("it is for a person: %s", (script) => {
    expect(found(script)).toEqual({ gone: false, kept: 0, left: 1 });
  });
});

test("a check that asks for the claim stays where the one beside it goes", () => {
  const scanner = `#!/bin/bash
for file in "$@"; do
  if ! grep -q current_setting "$file"; then exit 1; fi
  if ! grep -q "auth.jwt" "$file"; then exit 1; fi
done
`;
  const { files } = guards({ "scripts/scan.sh": scanner });
  expect(files.get("scripts/scan.sh")).toBe(scanner.split("\n").toSpliced(2, 1).join("\n"));
});

describe("in other languages", () => {
  test.each([
    ["scripts/a.py", `if "setTenantContext" in text:\n    print("found")\nelse:\n    sys.exit(1)\n`],
    ["scripts/a.py", `def has(text):\n    if "setTenantContext" in text:\n        return True\n    return False\n`],
    ["scripts/a.py", `good = [f for f in files if "setTenantContext" not in read(f)]\nif not good:\n    sys.exit(1)\n`],
    ["scripts/a.ts", `const n = read("x").match(/setTenantContext/g).length;\nif (n > 12) process.exit(1);\n`],
    ["scripts/a.ts", `export function ok(text: string): boolean {\n  return text.includes("setTenantContext");\n}\n`],
    [
      "scripts/a.mjs",
      `if (!text.includes("setTenantContext")) process.exit(0);\nwriteFileSync(f, text.replace("a", "b"));\n`,
    ],
  ])("%s is for a person: %s", (path, text) => {
    const { files, left, forbids } = guards({ [path]: text });
    expect([files.size, left.length > 0, forbids.length]).toEqual([0, true, 0]);
  });

  test.each([
    [
      "scripts/a.py",
      `bad = [f for f in files if "setTenantContext" not in read(f)]\nif bad:\n    sys.exit(1)\n`,
      "goes",
    ],
    ["scripts/a.py", `bad = [f for f in files if "setTenantContext" in read(f)]\nif bad:\n    sys.exit(1)\n`, "stays"],
    [
      "scripts/a.mjs",
      `if (text.includes("setTenantContext")) {\n  console.log("ok");\n} else {\n  throw new Error("no");\n}\n`,
      "goes",
    ],
    ["scripts/a.mjs", `if (!files.every((f) => !read(f).includes("setTenantContext"))) process.exit(1);\n`, "stays"],
    [
      "scripts/a.mjs",
      `const n = (text.match(/setTenantContext/g) ?? []).length;\nif (n === 0) process.exit(1);\n`,
      "goes",
    ],
    [
      "scripts/a.mjs",
      `const n = (text.match(/setTenantContext/g) ?? []).length;\nif (n > 0) process.exit(1);\n`,
      "stays",
    ],
  ])("%s: %s", (path, text, fate) => {
    const { files, left } = guards({ [path]: text });
    expect([files.get(path) === null ? "goes" : "stays", left.length]).toEqual([fate, 0]);
  });
});
