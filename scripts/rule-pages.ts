import { EXPRESSION_RULES } from "../src/rewrite/expression.ts";
import { helper } from "../src/rewrite/helper.ts";
import { POLICY_RULES } from "../src/rewrite/policies.ts";
import type { PolicySketch } from "../src/rewrite/policy-rule.ts";
import { breakRecursion } from "../src/rewrite/rules/break-recursion.ts";

interface Page {
  id: string;
  title: string;
  why: string;
  obligation: string;
  examples: readonly { before: string; after: string; note?: string }[];
}

const sketch = (policies: readonly PolicySketch[]): string =>
  policies
    .map((policy) =>
      [
        `${policy.name}: ${policy.permissive === false ? "restrictive " : ""}for ${policy.command.toLowerCase()}`,
        policy.roles ? `to ${policy.roles.join(", ")}` : "",
        policy.using === undefined ? "" : `using (${policy.using})`,
        policy.check === undefined ? "" : `with check (${policy.check})`,
      ]
        .filter(Boolean)
        .join(" "),
    )
    .join("\n");

const pages: Page[] = [
  ...EXPRESSION_RULES,
  helper,
  breakRecursion,
  ...POLICY_RULES.map((rule) => ({
    ...rule,
    examples: rule.examples.map((example) => ({
      before: sketch(example.before),
      after: sketch(example.after),
      ...(example.note === undefined ? {} : { note: example.note }),
    })),
  })),
];

/** File name → text of every page under docs/rules. */
export function rulePages(): Map<string, string> {
  const files = new Map<string, string>();
  for (const page of pages) {
    const examples = page.examples.map(
      ({ before, after, note }) =>
        `${note ? `${note[0]?.toUpperCase()}${note.slice(1)}:\n\n` : ""}\`\`\`sql\n-- before\n${before}\n-- after\n${after}\n\`\`\`\n`,
    );
    files.set(
      `${page.id}.md`,
      `# ${page.id}\n\n${page.title[0]?.toUpperCase()}${page.title.slice(1)}.\n\n${page.why}\n\nObligation: ${page.obligation}.\n\n${examples.join("\n")}`,
    );
  }
  const rows = pages.map((page) => `| [${page.id}](${page.id}.md) | ${page.title} | ${page.obligation} |`);
  files.set(
    "README.md",
    `# Rules\n\nMade from the rules' own data by \`npm run docs\`.\n\n| rule | what it does | obligation |\n|---|---|---|\n${rows.join("\n")}\n`,
  );
  return files;
}
