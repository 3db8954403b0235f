import fc from "fast-check";
import { format } from "oxfmt";
import { describe, expect, test } from "vitest";
import { after, guards, leftOf, type Files } from "./support.ts";

/** True if a parser of YAML that is not ours reads the text. */
async function isYaml(text: string): Promise<boolean> {
  return (await format("a.yml", text)).errors.length === 0;
}

/** The text of a file afterwards, which has to be YAML. */
async function yamlAfter(files: Files, path: string): Promise<string | null | undefined> {
  const text = after(files, path);
  return typeof text !== "string" || (await isYaml(text)) ? text : `no YAML:\n${text}`;
}

const CI = ".github/workflows/ci.yml";
const SCAN = { "scripts/scan.sh": "#!/bin/bash\ngrep -q setTenantContext app/a.ts || exit 1\n" };

test("the parser that the tests compare with refuses what is no YAML", async () => {
  expect(await isYaml("a: [1\nb: {\n")).toBe(false);
});

describe("a GitHub workflow", () => {
  const HEAD = `# runs on every push
name: "ci" # the only one
on: { push: { branches: [main] } }
jobs:
  check:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v4
`;
  test("loses the step, with its comment, and nothing else", async () => {
    expect(
      await yamlAfter(
        {
          ...SCAN,
          [CI]: `${HEAD}      # every action sets the tenant
      - name: 'Context'
        run: bash scripts/scan.sh
        env:
          A: b

      - run: |
          npm test
          npm run e2e
`,
        },
        CI,
      ),
    ).toBe(`${HEAD}
      - run: |
          npm test
          npm run e2e
`);
  });

  test("loses lines of a block", async () => {
    expect(
      await yamlAfter(
        {
          ...SCAN,
          [CI]: `${HEAD}      - run: |\n          npm test\n          bash scripts/scan.sh\n      - run: npm run lint && bash scripts/scan.sh\n`,
        },
        CI,
      ),
    ).toBe(`${HEAD}      - run: |\n          npm test\n      - run: npm run lint\n`);
  });

  test("loses a job that only guards, and goes when none is left", async () => {
    const guard =
      "  guard:\n    runs-on: ubuntu-latest\n    steps:\n      - uses: actions/checkout@v4\n      - run: npm ci\n      - run: bash scripts/scan.sh\n";
    expect(await yamlAfter({ ...SCAN, [CI]: `${HEAD}      - run: npm test\n${guard}` }, CI)).toBe(
      `${HEAD}      - run: npm test\n`,
    );
    expect(after({ ...SCAN, [CI]: `on: push\njobs:\n${guard}` }, CI)).toBeNull();
  });

  test("a job that another one waits for, and a step whose result is used, are for a person", () => {
    const needed = guards({
      [CI]: "on: push\njobs:\n  guard:\n    steps:\n      - run: grep -q setTenantContext app/a.ts\n  deploy:\n    needs: [guard]\n    steps:\n      - run: ./deploy.sh\n",
    });
    expect(needed.left.map(({ reason }) => reason)).toContain("does-more");
    const used = guards({
      [CI]: "on: push\njobs:\n  a:\n    steps:\n      - id: scan\n        run: grep -q setTenantContext app/a.ts\n      - run: ./deploy.sh\n        if: steps.scan.outcome == 'success'\n",
    });
    expect(used.files.size).toBe(0);
    expect(leftOf(used)).toEqual([`${CI}:5 names-what-goes`]);
  });

  test("a step that refuses the old pattern stays, and one that runs tests", () => {
    const cleaned = guards({
      [CI]: `${HEAD}      - name: no call of set_tenant_context is left\n        run: "! grep -rq set_tenant_context app"\n      - run: npm run test:isolation\n`,
    });
    expect([cleaned.files.size, leftOf(cleaned)]).toEqual([0, []]);
    expect(cleaned.forbids).toHaveLength(1);
  });

  test("a step whose script is not there any more is not ours to judge", () => {
    const cleaned = guards({ [CI]: `${HEAD}      - run: bash scripts/gone-long-ago.sh\n` });
    expect([cleaned.files.size, leftOf(cleaned)]).toEqual([0, []]);
  });

  test("anchors are not read, so that the file is for a person", () => {
    const cleaned = guards({ [CI]: `x: &a\n  run: grep -q setTenantContext app/a.ts\njobs: *a\n` });
    expect([cleaned.files.size, leftOf(cleaned)]).toEqual([0, [`${CI}:2 not-read`]]);
  });

  test("a name in a place that is no command is for a person", () => {
    const cleaned = guards({
      [CI]: `${HEAD}      - uses: acme/require-call@v1\n        with:\n          name: setTenantContext\n`,
    });
    expect(leftOf(cleaned)).toEqual([`${CI}:11 not-certain`]);
  });

  test("a sequence may stand at the indentation of its key", async () => {
    const job = (steps: string): string =>
      `on: push\njobs:\n  a:\n    steps:\n    - uses: actions/checkout@v4\n${steps}    permissions:\n      contents: read\n  b:\n    needs:\n    - a\n    steps:\n    - run: npm test\n`;
    expect(await yamlAfter({ ...SCAN, [CI]: job("    - run: bash scripts/scan.sh\n    - run: npm test\n") }, CI)).toBe(
      job("    - run: npm test\n"),
    );
  });

  test("a composite action goes with the step that uses it", async () => {
    const files = {
      ".github/actions/scan/action.yml":
        "name: scan\nruns:\n  using: composite\n  steps:\n    - run: grep -q setTenantContext app/a.ts\n      shell: bash\n",
      [CI]: `${HEAD}      - uses: ./.github/actions/scan\n      - run: npm test\n`,
    };
    expect(after(files, ".github/actions/scan/action.yml")).toBeNull();
    expect(await yamlAfter(files, CI)).toBe(`${HEAD}      - run: npm test\n`);
  });

  test("the path of a script that goes leaves the paths that start the workflow", async () => {
    const head = (paths: string): string => `on:\n  push:\n    paths:\n${paths}jobs:\n  a:\n    steps:\n`;
    expect(
      await yamlAfter(
        {
          ...SCAN,
          [CI]: `${head("      - scripts/scan.sh\n      - app/**\n")}      - run: bash scripts/scan.sh\n      - run: npm test\n`,
        },
        CI,
      ),
    ).toBe(`${head("      - app/**\n")}      - run: npm test\n`);
  });
});

describe("what is read", () => {
  const DEMAND = "grep -q setTenantContext app/a.ts";

  test.each([
    ["a tab in the place of blanks", `jobs:\n\ta:\n\t\tsteps:\n\t\t\t- run: ${DEMAND}\n`, 4],
    ["a key that is there twice", `jobs:\n  a:\n    steps:\n      - run: ${DEMAND}\n        run: npm test\n`, 4],
    ["a bracket that is not closed", `on: [push\njobs:\n  a:\n    steps:\n      - run: ${DEMAND}\n`, 5],
    ["text behind a closed quote", `jobs:\n  a:\n    steps:\n      - run: "${DEMAND}" && true\n`, 4],
    ["a second document", `jobs:\n  a:\n    steps:\n      - run: ${DEMAND}\n---\njobs: {}\n`, 4],
    ["a tag", `jobs:\n  a:\n    steps: !reference [b]\n  b:\n    steps:\n      - run: ${DEMAND}\n`, 6],
    ["a key that is merged", `jobs:\n  a:\n    <<: { if: always() }\n    steps:\n      - run: ${DEMAND}\n`, 5],
    ["a key behind a question mark", `jobs:\n  a:\n    steps:\n      - ? run\n        : ${DEMAND}\n`, 5],
    ["two items on a line", `jobs:\n  a:\n    steps:\n      - - run: ${DEMAND}\n`, 4],
  ])("does not go as far as %s: the file is for a person", (_, text, line) => {
    const cleaned = guards({ [CI]: text });
    expect([cleaned.files.size, leftOf(cleaned)]).toEqual([0, [`${CI}:${line} not-read`]]);
  });

  const HEAD = "on: push\njobs:\n  a:\n    steps:\n";
  test.each([
    ["quotes with escapes", `      - run: "grep -q \\"setTenantContext\\" app/a.ts"\n`],
    ["single quotes", `      - run: 'grep -q ''setTenantContext'' app/a.ts'\n`],
    ["a key in quotes", `      - "run": ${DEMAND}\n`],
    ["a text over lines", `      - run: grep -q\n          setTenantContext\n          app/a.ts\n`],
    ["quotes over lines", `      - run: "grep -q\n          setTenantContext app/a.ts"\n`],
    ["a folded block", `      - run: >-\n          grep -q\n          setTenantContext app/a.ts\n`],
    ["a block with a comment and an indentation", `      - run: |2- # why\n          ${DEMAND}\n`],
    ["a dash on a line of its own", `      -\n        name: context\n        run: ${DEMAND}\n`],
    ["brackets beside it", `      - env: { A: "b, c", D: [e,\n          f] }\n        run: ${DEMAND}\n`],
  ])("goes as far as %s", async (_, step) => {
    for (const rest of [
      "      - run: npm test\n",
      "      # last\n      - run: |\n          npm test\n\n          ls\n",
    ])
      for (const end of ["\n", "\r\n"]) {
        const [text, expected] = [`${HEAD}${step}${rest}`, `${HEAD}${rest}`].map((one) => one.replaceAll("\n", end));
        expect(await yamlAfter({ [CI]: text ?? "" }, CI)).toBe(expected);
      }
  });

  test("arguments in brackets keep their blanks", async () => {
    const hooks = (own: string): string =>
      `repos:\n  - repo: local\n    hooks:\n      - id: lint\n        entry: npm run lint\n        language: system\n${own}`;
    const own = `      - id: context\n        entry: bash\n        args: [-c, "${DEMAND}"]\n        language: system\n`;
    const path = ".pre-commit-config.yaml";
    expect(await yamlAfter({ [path]: hooks(own) }, path)).toBe(hooks(""));
  });

  test("what is beside a step stays byte for byte", async () => {
    const word = fc.stringMatching(/^[a-z][a-z0-9 ]{0,12}[a-z]$/);
    const step = fc.oneof(
      word.map((one) => `      - run: echo ${one}\n`),
      word.map((one) => `      - name: "${one}: #" # ${one}\n        run: >\n          echo ${one}\n\n          ls\n`),
      word.map((one) => `      # ${one}\n      - run: |+\n          echo ${one}\n            # ${one}\n`),
      word.map((one) => `      - { name: ${one}, "run": 'echo ''${one}''' }\n`),
      word.map((one) => `      - uses: acme/a@v1\n        with:\n          a: [1, ${one},\n            b]\n`),
      word.map((one) => `      -   name: ${one}\n          run: echo\n            ${one}\n`),
    );
    const guard = fc.constantFrom(
      `      - run: ${DEMAND}\n`,
      `      # every action sets the tenant\n      - name: context\n        run: |\n          ${DEMAND}\n`,
    );
    const work = async (steps: string[], own: string, at: number, end: string): Promise<void> => {
      const text = (all: readonly string[]): string => `${HEAD}${all.join("")}`.replaceAll("\n", end);
      const whole = text(steps.toSpliced(Math.min(at, steps.length), 0, own));
      expect(await yamlAfter({ [CI]: whole }, CI)).toBe(text(steps));
    };
    const ends = fc.constantFrom("\n", "\r\n");
    await fc.assert(fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 5 }), guard, fc.nat(5), ends, work), {
      numRuns: 300,
    });
  });
});

describe("GitLab CI", () => {
  test("items of a script go, and a job without any", async () => {
    expect(
      await yamlAfter(
        {
          ...SCAN,
          ".gitlab-ci.yml": `stages: [test]

guard:
  stage: test
  script:
    - bash scripts/scan.sh

test:
  script:
    - npm test
    - bash scripts/scan.sh
`,
        },
        ".gitlab-ci.yml",
      ),
    ).toBe(`stages: [test]

test:
  script:
    - npm test
`);
  });

  test("commands in brackets go together, or are for a person", async () => {
    const test = "test:\n  script: [npm test, npm run lint]\n";
    const only = { ...SCAN, ".gitlab-ci.yml": `${test}guard:\n  script: [ bash scripts/scan.sh ]\n` };
    expect(await yamlAfter(only, ".gitlab-ci.yml")).toBe(test);
    // the script stays, since it is still run
    const runs = guards({
      ...SCAN,
      ".gitlab-ci.yml": `${test}guard:\n  script: [ npm run build, bash scripts/scan.sh ]\n`,
    });
    expect([runs.files.size, leftOf(runs)]).toEqual([0, ["scripts/scan.sh:2 in-use"]]);
    const demands = guards({
      ".gitlab-ci.yml": `${test}guard:\n  script: [ npm run build, grep -q setTenantContext app/a.ts ]\n`,
    });
    expect([demands.files.size, leftOf(demands)]).toEqual([0, [".gitlab-ci.yml:4 does-more"]]);
  });

  test("a job that others need is for a person; one that refuses the old pattern stays", () => {
    const needed = guards({
      ...SCAN,
      ".gitlab-ci.yml":
        "guard:\n  script:\n    - bash scripts/scan.sh\ntest:\n  needs: [guard]\n  script:\n    - npm test\n",
    });
    expect(needed.left.map(({ path, reason }) => [path, reason])).toContainEqual([".gitlab-ci.yml", "does-more"]);
    const fresh = guards({
      ".gitlab-ci.yml": "guard:\n  script:\n    - if grep -rq set_tenant_context app; then exit 1; fi\n",
    });
    expect([fresh.files.size, leftOf(fresh)]).toEqual([0, []]);
  });
});

describe("pre-commit", () => {
  const HOOKS = `repos:
  - repo: https://example.com/hooks
    rev: v1
    hooks:
      - id: trailing-whitespace
`;
  const local = (entry: string): string =>
    `${HOOKS}  - repo: local\n    hooks:\n      - id: context\n        name: actions set the context\n${entry}`;
  test.each([
    ["a script that goes", "        language: script\n        entry: scripts/scan.sh\n"],
    [
      "a pattern that has to be there",
      "        language: pygrep\n        entry: setTenantContext\n        args: [--negate]\n",
    ],
    ["a command", "        language: system\n        entry: bash -c 'grep -q setTenantContext app/a.ts'\n"],
    [
      "a command with arguments",
      "        language: system\n        entry: grep\n        args: [-q, setTenantContext, app/a.ts]\n",
    ],
    [
      "the drop of the setter",
      "        language: pygrep\n        entry: drop function.*set_tenant_context\n        files: migrations/\n",
    ],
  ])("loses %s", async (_, entry) => {
    expect(await yamlAfter({ ...SCAN, ".pre-commit-config.yaml": local(entry) }, ".pre-commit-config.yaml")).toBe(
      HOOKS,
    );
  });

  test.each([
    ["a pattern that must not be there", "        language: pygrep\n        entry: setTenantContext\n"],
    ["another script", "        language: script\n        entry: scripts/other.sh\n"],
  ])("keeps %s", (_, entry) => {
    const cleaned = guards({ ".pre-commit-config.yaml": local(entry) });
    expect([cleaned.files.size, leftOf(cleaned)]).toEqual([0, []]);
  });
});

describe("lefthook", () => {
  test("loses a command, and a hook without any", async () => {
    expect(
      await yamlAfter(
        {
          ...SCAN,
          "lefthook.yml": `pre-commit:
  parallel: true
  commands:
    scan:
      glob: "*.sql"
      run: bash scripts/scan.sh {staged_files}
    lint:
      run: npx eslint {staged_files}
pre-push:
  commands:
    scan:
      run: bash scripts/scan.sh
`,
        },
        "lefthook.yml",
      ),
    ).toBe(`pre-commit:
  parallel: true
  commands:
    lint:
      run: npx eslint {staged_files}
`);
  });

  test("keeps commands that only look like it", () => {
    const cleaned = guards({
      "lefthook.yml": `pre-commit:\n  jobs:\n    - name: tenant context\n      run: npx vitest related {staged_files}\n    - run: "! grep -q set_tenant_context {staged_files}"\n`,
    });
    expect([cleaned.files.size, leftOf(cleaned)]).toEqual([0, []]);
  });

  test("a script file goes with its entry", async () => {
    const files = {
      ".lefthook/pre-commit/scan.sh": "#!/bin/sh\ngrep -q setTenantContext app/a.ts || exit 1\n",
      "lefthook.yml": `pre-commit:\n  scripts:\n    "scan.sh":\n      runner: bash\n    "lint.sh":\n      runner: bash\n`,
    };
    expect(after(files, ".lefthook/pre-commit/scan.sh")).toBeNull();
    expect(await yamlAfter(files, "lefthook.yml")).toBe(
      `pre-commit:\n  scripts:\n    "lint.sh":\n      runner: bash\n`,
    );
  });
});
