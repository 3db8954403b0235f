import { describe, expect, test } from "vitest";
import { after, guards, leftOf } from "./support.ts";

const PATHS = [
  ".github/copilot-instructions.md",
  "AGENTS.md",
  "packages/api/CLAUDE.md",
  ".cursor/rules/database.mdc",
  ".windsurfrules",
  ".github/instructions/sql.instructions.md",
  ".claude/agents/reviewer.md",
];

describe.each(PATHS)("%s", (path) => {
  test("loses what tells to write the old pattern", () => {
    const text = `---
description: database
---
# Rules

- Money is in cents.
- Call \`setTenantContext\` at the top of each action.
  It needs the tenant.
- Write policies with \`current_setting('app.tenant_id', true)\`:
  - with a fallback to the claim
- Tests run against a database.
`;
    expect(after({ [path]: text }, path)).toBe(`---
description: database
---
# Rules

- Money is in cents.
- Tests run against a database.
`);
    expect(leftOf(guards({ [path]: text }))).toEqual([]);
  });

  test("keeps what refuses it", () => {
    const cleaned = guards({
      [path]:
        "# Rules\n\n- Never call `set_tenant_context`; the claims are enough.\n- Do not read `current_setting('app.tenant_id')`.\n",
    });
    expect([cleaned.files.size, leftOf(cleaned), cleaned.forbids.length]).toEqual([0, [], 2]);
  });
});

describe("a page", () => {
  test("goes when it is about nothing else", () => {
    const text =
      "---\nglobs: db/**\n---\n\n# Tenant context\n\nEach RPC begins with `perform set_tenant_context(p_tenant);`.\n";
    expect(after({ ".cursor/rules/context.mdc": text }, ".cursor/rules/context.mdc")).toBeNull();
  });

  test("loses a section with its heading, and an example with its line", () => {
    const text = `# Rules

Begin each RPC like this:

\`\`\`sql
perform set_tenant_context(p_tenant);
\`\`\`

## Context

Each action calls \`setTenantContext\`.

## Money

Money is in cents.
`;
    expect(after({ "AGENTS.md": text }, "AGENTS.md")).toBe("# Rules\n\n## Money\n\nMoney is in cents.\n");
  });

  test.each([
    ["a story", "Until May each action called `setTenantContext`."],
    ["both in one sentence", "Never query before `setTenantContext`."],
    ["no call without it", "There is no query without `setTenantContext`."],
    ["a heading alone", "## How `set_tenant_context` works\n\nSee the wiki."],
    ["a function that does more", "Call `check_and_set_tenant` first."],
  ])("that is in doubt is for a person: %s", (_, text) => {
    const cleaned = guards({ "AGENTS.md": `# Rules\n\n${text}\n` });
    expect(cleaned.files.size).toBe(0);
    expect(cleaned.left).toHaveLength(1);
  });

  test("a sentence about something else does not go with the one beside it", () => {
    const text =
      "# Rules\n\nCall `setTenantContext` in each transaction, before the first query.\nMoney is in cents.\n";
    const cleaned = guards({ "AGENTS.md": text });
    expect(cleaned.files.size).toBe(0);
    expect(cleaned.left).toMatchObject([{ reason: "does-more" }]);
  });

  test("another variable, and a longer name, are something else", () => {
    const cleaned = guards({
      "AGENTS.md": "Read `current_setting('app.locale')` for texts. Reset `app.tenant_id_cache`.\n",
    });
    expect([cleaned.files.size, leftOf(cleaned), cleaned.mentions]).toEqual([0, [], []]);
  });
});
