import { describe, expect, test } from "vitest";
import { after, guards, leftOf, type Files } from "./support.ts";

const rule = (body: string, message = "call setTenantContext() first"): string => `export default {
  meta: { messages: { missing: "${message}" } },
  create(context) {
    let seen = false;
    return {
      CallExpression(node) {
        ${body}
      },
      "Program:exit"(node) {
        ${body.includes("seen") ? `if (!seen) context.report({ node, messageId: "missing" });` : ""}
      },
    };
  },
};
`;
const DEMANDS = rule(`if (node.callee.name === "setTenantContext") seen = true;`);

const CONFIG = `import context from "./eslint-rules/require-context.js";
import ts from "typescript-eslint";

export default [
  ...ts.configs.recommended,
  {
    plugins: { app: { rules: { "require-context": context } } },
    rules: {
      "no-console": "error",
      "app/require-context": "error",
    },
  },
];
`;

describe("a rule that demands the old pattern", () => {
  test("goes with its registration, its setting and the comments that disable it", () => {
    const files: Files = {
      "eslint-rules/require-context.js": DEMANDS,
      "eslint.config.js": CONFIG,
      "app/a.ts": `// eslint-disable-next-line app/require-context -- no tenant here
export const a = 1; // eslint-disable-line no-console, app/require-context
/* eslint-disable app/require-context */
export const b = 2; // eslint-disable-line app/require-context
`,
    };
    expect(after(files, "eslint-rules/require-context.js")).toBeNull();
    expect(after(files, "eslint.config.js")).toBe(`import ts from "typescript-eslint";

export default [
  ...ts.configs.recommended,
  {
    rules: {
      "no-console": "error",
    },
  },
];
`);
    expect(after(files, "app/a.ts")).toBe(`export const a = 1; // eslint-disable-line no-console
export const b = 2;
`);
    expect(leftOf(guards(files))).toEqual([]);
  });

  test("an entry of the configuration that has nothing else goes too", () => {
    const files: Files = {
      "eslint-rules/require-context.js": DEMANDS,
      "eslint.config.cjs": `const rule = require("./eslint-rules/require-context.js");
module.exports = [
  { ignores: ["dist"] },
  { files: ["app/**"], plugins: { app: { rules: { "require-context": rule } } }, rules: { "app/require-context": ["error", { a: 1 }] } },
];
`,
    };
    expect(after(files, "eslint.config.cjs")).toBe(`module.exports = [
  { ignores: ["dist"] },
];
`);
  });

  test("by an index of rules, and a configuration in JSON", () => {
    const files: Files = {
      "eslint-rules/require-context.js": DEMANDS,
      "eslint-rules/index.js": `import context from "./require-context.js";\nimport other from "./other.js";\n\nexport default { rules: { "require-context": context, other } };\n`,
      "eslint-rules/other.js": "export default {};\n",
      ".eslintrc.json": `{\n  "plugins": ["app"],\n  "rules": { "app/other": "warn", "app/require-context": "error" }\n}\n`,
      ".oxlintrc.json": `{ "jsPlugins": ["./eslint-rules/require-context.js", "./b.js"], "rules": { "app/require-context": "error" } }\n`,
    };
    expect(after(files, "eslint-rules/index.js")).toBe(
      `import other from "./other.js";\n\nexport default { rules: { other } };\n`,
    );
    expect(after(files, ".eslintrc.json")).toBe(`{\n  "plugins": ["app"],\n  "rules": { "app/other": "warn" }\n}\n`);
    expect(after(files, ".oxlintrc.json")).toBe(`{ "jsPlugins": ["./b.js"] }\n`);
  });

  test("that is used in another way stays, and is for a person", () => {
    const files: Files = {
      "eslint-rules/require-context.js": DEMANDS,
      "eslint.config.js": `import context from "./eslint-rules/require-context.js";\nexport default [wrap(context)];\n`,
    };
    const cleaned = guards(files);
    expect(cleaned.files.size).toBe(0);
    expect(cleaned.left).toMatchObject([
      { path: "eslint-rules/require-context.js", reason: "in-use", what: "eslint.config.js" },
    ]);
  });

  test("its test goes with it", () => {
    const files: Files = {
      "eslint-rules/require-context.js": DEMANDS,
      "eslint-rules/require-context.test.js": `import { RuleTester } from "eslint";\nimport rule from "./require-context.js";\n\nnew RuleTester().run("require-context", rule, { valid: [], invalid: [] });\nconst tester = new RuleTester();\ntester.run("again", rule, {});\n`,
    };
    expect(after(files, "eslint-rules/require-context.test.js")).toBeNull();
  });
});

describe("a rule that only looks like it stays", () => {
  test.each([
    [
      "it reports the call",
      rule(
        `if (node.callee.name === "setTenantContext") context.report({ node, messageId: "missing" });`,
        "setTenantContext is gone",
      ),
    ],
    [
      "it reports what an early return lets through",
      rule(
        `if (node.callee.name !== "setTenantContext") return;\n        context.report({ node, messageId: "missing" });`,
        "do not call setTenantContext",
      ),
    ],
    [
      "it reports a selector",
      `export default { create: (context) => ({ "CallExpression[callee.name='setTenantContext']": (node) => context.report({ node }) }) };\n`,
    ],
  ])("%s", (_, text) => {
    const cleaned = guards({ "eslint-rules/no-context.js": text });
    expect([cleaned.files.size, leftOf(cleaned), cleaned.forbids.length]).toEqual([0, [], 1]);
  });

  test.each([
    [
      "a list of names",
      rule(`if (NAMES.has(node.callee.name)) context.report({ node });`) +
        `const NAMES = new Set(["setTenantContext"]);\n`,
      "not-certain",
    ],
    [
      "words that refuse",
      rule(`if (node.callee.name === "setTenantContext") seen = true;`, "never call setTenantContext"),
      "not-certain",
    ],
  ])("%s is not certain", (_, text, reason) => {
    const cleaned = guards({ "eslint-rules/context.js": text });
    expect([cleaned.files.size, cleaned.left.map((one) => one.reason)]).toEqual([0, [reason]]);
  });

  test("no-restricted-syntax in the configuration", () => {
    const cleaned = guards({
      "eslint.config.js": `export default [\n  {\n    rules: {\n      "no-restricted-syntax": ["error", { selector: "CallExpression[callee.name='setTenantContext']", message: "gone" }],\n    },\n  },\n];\n`,
    });
    expect([cleaned.files.size, leftOf(cleaned)]).toEqual([0, []]);
    const demanded = guards({
      "eslint.config.js": `export default [\n  {\n    rules: {\n      "no-restricted-syntax": ["error", { selector: "Program:not(:has(CallExpression[callee.name='setTenantContext']))" }],\n    },\n  },\n];\n`,
    });
    expect(leftOf(demanded)).toEqual(["eslint.config.js:4 not-certain"]);
  });
});
