import { describe, expect, test } from "vitest";
import { after, guards, leftOf, type Files } from "./support.ts";

/** What is done, and what is left to a person. */
const found = (files: Files): unknown[] => {
  const cleaned = guards(files);
  return [...cleaned.files, ...leftOf(cleaned)];
};

describe("a scanner in JavaScript or TypeScript", () => {
  test.each([
    ["includes", `if (!readFileSync("app/a.ts", "utf8").includes("setTenantContext")) process.exit(1);\n`],
    [
      "filter and length",
      `const missing = files.filter((file) => !/current_setting\\(/.test(read(file)));\nif (missing.length > 0) {\n  console.error(missing);\n  process.exit(1);\n}\n`,
    ],
    [
      "throw",
      `const NEEDED = /set_tenant_context\\(/;\nfor (const file of files) {\n  if (NEEDED.test(read(file))) continue;\n  throw new Error(file + " does not call set_tenant_context");\n}\n`,
    ],
    [
      "exit code",
      `const bad = files.some((file) => read(file).indexOf("setTenantContext") === -1);\nprocess.exitCode = bad ? 1 : 0;\n`,
    ],
    ["the drop", `if (/drop\\s+function.*set_tenant_context/i.test(read("a.sql"))) throw new Error("keep it");\n`],
  ])("that demands the old pattern goes: %s", (_, body) => {
    const text = `import { readFileSync } from "node:fs";\nconst read = (path) => readFileSync(path, "utf8");\nconst files = process.argv.slice(2);\n${body}`;
    expect(after({ "scripts/scan.mjs": text }, "scripts/scan.mjs")).toBeNull();
  });

  test.each([
    ["it refuses it", `if (read("a.ts").includes("setTenantContext")) process.exit(1);\n`],
    [
      "it refuses it in a list",
      `const left = files.filter((file) => /set_tenant_context/.test(read(file)));\nif (left.length > 0) process.exit(1);\n`,
    ],
    ["nothing of it", `if (!read("a.ts").includes("use server")) process.exit(1);\n`],
  ])("that only looks like it stays: %s", (_, body) => expect(found({ "scripts/scan.ts": body })).toEqual([]));

  test.each([
    ["it calls it", `await sql\`select set_tenant_context('x')\`;\n`, "not-certain"],
    [
      "a list of names",
      `const NEEDED = ["setTenantContext"];\nif (!NEEDED.every((name) => read("a.ts").includes(name))) process.exit(1);\n`,
      "not-certain",
    ],
  ])("that is in doubt is for a person: %s", (_, body, reason) => {
    const cleaned = guards({ "tools/scan.mjs": body });
    expect(cleaned.files.size).toBe(0);
    expect(cleaned.left.map((one) => one.reason)).toContain(reason);
  });
});

test("a scanner with other statements loses only its own", () => {
  const first = `if (!read("a.ts").includes("setTenantContext")) process.exit(1);\n`;
  const other = `if (!read("a.ts").includes("use server")) process.exit(1);\nwriteFileSync("b.json", "{}");\n`;
  expect(after({ "tools/scan.mjs": first + other }, "tools/scan.mjs")).toBe(other);
  const mixed = `if (!read("a.ts").includes("setTenantContext") || !read("a.ts").includes("use server")) process.exit(1);\n`;
  expect(leftOf(guards({ "tools/scan.mjs": mixed }))).toEqual(["tools/scan.mjs:1 does-more"]);
});

describe("a Danger file", () => {
  test("loses the rule alone", () => {
    const text = `import { danger, fail, warn } from "danger";

const sql = danger.git.created_files.filter((file) => file.endsWith(".sql"));

// policies need the fallback
if (sql.some((file) => !read(file).includes("current_setting('app.tenant_id'"))) {
  fail("use the hybrid pattern");
}

if (danger.github.pr.body.length < 10) {
  warn("say why");
}
`;
    expect(after({ "dangerfile.ts": text }, "dangerfile.ts")).toBe(`import { danger, fail, warn } from "danger";

const sql = danger.git.created_files.filter((file) => file.endsWith(".sql"));

if (danger.github.pr.body.length < 10) {
  warn("say why");
}
`);
  });

  test("keeps a rule that refuses the old pattern", () => {
    expect(
      found({
        "dangerfile.js": `if (sql.some((file) => read(file).includes("current_setting('app.tenant_id'"))) fail("claims only");\n`,
      }),
    ).toEqual([]);
  });
});

describe("a scanner in Python", () => {
  test.each([
    [
      "not in",
      `for path in sys.argv[1:]:\n    if "current_setting('app.tenant_id'" not in open(path).read():\n        print(path)\n        sys.exit(1)\n`,
    ],
    [
      "re.search",
      `PATTERN = re.compile(r"setTenantContext\\(")\nfailed = False\nfor path in sys.argv[1:]:\n    if not PATTERN.search(open(path).read()):\n        failed = True\nsys.exit(1 if failed else 0)\n`,
    ],
  ])("that demands the old pattern goes: %s", (_, body) => {
    expect(
      after(
        {
          "scripts/scan.py": `#!/usr/bin/env python3\n"""Looks for set_tenant_context."""\nimport re\nimport sys\n\n${body}`,
        },
        "scripts/scan.py",
      ),
    ).toBeNull();
  });

  test.each([
    ["it refuses it", `if "setTenantContext" in text:\n    sys.exit(1)\n`],
    ["a comment alone", `# set_tenant_context is gone\nprint(1)\n`],
  ])("that only looks like it stays: %s", (_, body) => expect(found({ "scripts/scan.py": body })).toEqual([]));

  test("that calls it is for a person", () => {
    expect(
      leftOf(guards({ "scripts/seed.py": `cursor.execute("select set_tenant_context(%s)", [tenant])\n` })),
    ).toEqual(["scripts/seed.py:1 not-certain"]);
  });
});

describe("package.json", () => {
  const manifest = (scripts: Readonly<Record<string, string>>, rest = ""): string =>
    `{\n\t"name": "a",\n\t"scripts": ${JSON.stringify(scripts, null, "\t").replaceAll("\n", "\n\t")}${rest}\n}`;
  test("loses scripts, what runs them before and after, and elements of chains; its format stays", () => {
    const before = manifest({
      scan: "! grep -rL setTenantContext app | grep .",
      prescan: "echo scan",
      lint: "eslint . && npm run scan",
      test: "vitest run",
    });
    expect(after({ "package.json": before }, "package.json")).toBe(manifest({ lint: "eslint .", test: "vitest run" }));
  });

  test("keeps scripts that only look like it", () => {
    expect(
      found({
        "package.json": manifest({
          "check:no-context": "! grep -rq setTenantContext app",
          "test:tenant": "vitest run test/tenant",
        }),
      }),
    ).toEqual([]);
  });

  test("a script of the same name in another package keeps its calls", () => {
    const files: Files = {
      "package.json": manifest({ scan: "grep -q setTenantContext app/a.ts" }),
      "packages/b/package.json": manifest({ scan: "gitleaks detect" }),
      ".husky/pre-push": "#!/bin/sh\nnpm run scan\n",
    };
    expect(guards(files).files.has(".husky/pre-push")).toBe(false);
  });

  test("lint-staged, husky 4 and simple-git-hooks", () => {
    const before = `{
  "lint-staged": {
    "*.ts": ["eslint --fix", "bash scripts/scan.sh"],
    "*.sql": "bash scripts/scan.sh"
  },
  "simple-git-hooks": { "pre-commit": "npx lint-staged", "pre-push": "bash scripts/scan.sh" },
  "husky": { "hooks": { "pre-push": "bash scripts/scan.sh" } }
}
`;
    const files: Files = {
      "package.json": before,
      "scripts/scan.sh": "grep -q setTenantContext app/a.ts || exit 1\n",
      ".lintstagedrc.json": `{ "*.sql": ["bash scripts/scan.sh"], "*.md": "prettier" }\n`,
    };
    expect(after(files, "package.json")).toBe(`{
  "lint-staged": {
    "*.ts": ["eslint --fix"]
  },
  "simple-git-hooks": { "pre-commit": "npx lint-staged" }
}
`);
    expect(after(files, ".lintstagedrc.json")).toBe(`{ "*.md": "prettier" }\n`);
  });

  test("a script that runs tests of which most name what is retired is for a person", () => {
    const cleaned = guards({
      "package.json": manifest({ "test:tenant": "vitest run test/tenant" }),
      "test/tenant/a.test.ts": `test("a", () => setTenantContext());\n`,
    });
    expect([cleaned.files.size, leftOf(cleaned)]).toEqual([0, ["package.json:4 runs-tests"]]);
  });
});

describe("a Makefile", () => {
  test("loses targets, recipes and what needs them", () => {
    const text = `.PHONY: scan check test

# the tenant context
scan:
	@grep -rq setTenantContext app || (echo missing; exit 1)

check: lint scan
	npm test
	bash scripts/scan.sh

test:
	npm test
`;
    const files: Files = {
      Makefile: text,
      "scripts/scan.sh": "grep -q setTenantContext app/a.ts || exit 1\n",
      ".husky/pre-push": "#!/bin/sh\nmake scan\nmake test\n",
    };
    expect(after(files, "Makefile")).toBe(`.PHONY: check test

check: lint
	npm test

test:
	npm test
`);
    expect(after(files, ".husky/pre-push")).toBe("#!/bin/sh\nmake test\n");
  });

  test("keeps what only looks like it", () => {
    expect(found({ Makefile: "tenant-context:\n\tnpm run docs\ngone:\n\t@! grep -rq setTenantContext app\n" })).toEqual(
      [],
    );
  });
});

describe("CODEOWNERS", () => {
  test("keeps the lines of other files", () => {
    const files: Files = {
      ".github/CODEOWNERS": "# guards\n/scripts/scan.sh @a\nscripts/scanner.sh @a\n",
      "scripts/scan.sh": "grep -q setTenantContext app/a.ts || exit 1\n",
    };
    expect(after(files, ".github/CODEOWNERS")).toBe("# guards\nscripts/scanner.sh @a\n");
  });
});

describe("a test of a guard", () => {
  const SCAN = { "scripts/scan.sh": "grep -q setTenantContext app/a.ts || exit 1\n" };
  test("goes where every case runs a guard that goes", () => {
    const text = `import { execFileSync } from "node:child_process";
const scan = () => execFileSync("bash", ["scripts/scan.sh"]);
const result = () => scan();
describe("the scanner", () => {
  test("accepts", () => { expect(result()).toBe(""); });
  it.each([1, 2])("%s", () => { expect(scan()).toBe(""); });
});
`;
    expect(after({ ...SCAN, "scripts/scan.test.ts": text }, "scripts/scan.test.ts")).toBeNull();
  });

  test("with another case keeps the guard, and is named", () => {
    const files: Files = {
      ...SCAN,
      "test/guards.test.ts": `test("a", () => run("scripts/scan.sh"));\ntest("b", () => run("scripts/other.sh"));\n`,
    };
    const cleaned = guards(files);
    expect(cleaned.files.size).toBe(0);
    expect(cleaned.left).toMatchObject([{ path: "scripts/scan.sh", reason: "in-use", what: "test/guards.test.ts" }]);
  });
});

describe("another file of the project", () => {
  test("that runs a guard keeps it; a page is only named", () => {
    const scan = "grep -q setTenantContext app/a.ts || exit 1\n";
    const used = guards({ "scripts/scan.sh": scan, "src/release.ts": `run("bash scripts/scan.sh");\n` });
    expect([used.files.size, used.left[0]?.reason]).toEqual([0, "in-use"]);
    const named = guards({ "scripts/scan.sh": scan, "docs/release.md": "Run `scripts/scan.sh`.\n" });
    expect([[...named.files.keys()], named.mentions.map(({ path }) => path)]).toEqual([
      ["scripts/scan.sh"],
      ["docs/release.md"],
    ]);
  });
});

test("a kind of file that is not read is named where it names what is retired", () => {
  const cleaned = guards({
    Jenkinsfile: "stage('guard') {\n  sh 'grep -q setTenantContext app/a.ts'\n}\n",
    ".circleci/config.yml": "jobs:\n  test:\n    steps:\n      - run: npm test\n",
    "docs/context.md": "`setTenantContext` was the old way.\n",
    "app/a.ts": "setTenantContext();\n",
  });
  expect([cleaned.files.size, leftOf(cleaned)]).toEqual([0, ["Jenkinsfile:2 other-kind"]]);
});

test("a second run changes nothing", () => {
  const files: Files = {
    ".husky/pre-push": "#!/bin/sh\nnpm test\nnpm run scan\n",
    "package.json": `{ "scripts": { "scan": "grep -q setTenantContext app/a.ts", "test": "vitest" } }\n`,
    "AGENTS.md": "# A\n\n- Call `setTenantContext`.\n- Test.\n",
  };
  const first = guards(files);
  const next = Object.fromEntries(
    Object.entries(files).flatMap(([path, text]) => {
      const now = first.files.has(path) ? first.files.get(path) : text;
      return typeof now === "string" ? [[path, now]] : [];
    }),
  );
  expect(first.files.size).toBe(3);
  expect(guards(next).files.size).toBe(0);
});

describe("lint-staged", () => {
  const SCAN = '#!/bin/sh\ngrep -q set_tenant_context "$1" || exit 1\n';
  const manifest = (more: string): string =>
    `{\n  "name": "bills",\n  "lint-staged": { "*.sql": "sh scripts/scan.sh"${more} }\n}\n`;
  const HOOK = "#!/bin/sh\nnpm test\nnpx --no-install lint-staged\n";

  test("is not run any more where nothing of its configuration is left, for then it fails", () => {
    const files = { "package.json": manifest(""), "scripts/scan.sh": SCAN, ".husky/pre-commit": HOOK };
    expect(after(files, "package.json")).not.toContain("lint-staged");
    expect(after(files, ".husky/pre-commit")).toBe("#!/bin/sh\nnpm test\n");
  });

  test("is run as before where it has something else to do", () => {
    const files = {
      "package.json": manifest(', "*.ts": "oxlint"'),
      "scripts/scan.sh": SCAN,
      ".husky/pre-commit": HOOK,
    };
    expect(after(files, "package.json")).toContain('"lint-staged": { "*.ts": "oxlint" }');
    expect(after(files, ".husky/pre-commit")).toBe(HOOK);
    const beside = { ...files, "package.json": manifest(""), "lint-staged.config.mjs": "export default {};\n" };
    expect(after(beside, ".husky/pre-commit")).toBe(HOOK);
  });
});
