import { RULE_SETS } from "../src/rewrite/rule-sets.ts";
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

/** When a rule runs: in one word for the list, and as a sentence with its name in the config. */
interface Use {
  byDefault: "on" | "off" | "where touched" | "as decided";
  how: string;
}

const chosen = (name: string, more = ""): string => {
  const set = RULE_SETS.find((one) => one.name === name);
  if (!set) throw new Error(`no rule set ${name}`);
  const effect = set.effect === null ? "" : ` It makes access ${set.effect}.`;
  return `\`rules: { ${set.setting} }\` in the config, or \`rlsmith plan --rules ${name}\` for one run${more}.${effect}`;
};

const USES: Readonly<Record<string, Use>> = {
  "context-to-claim": { byDefault: "on", how: "On: `context` maps the variables." },
  helper: { byDefault: "on", how: "On: `context` maps the variables, and `sessionOnly` decides for functions." },
  "bypass-flag": {
    byDefault: "as decided",
    how: "Each flag under `flags` has a decision; an open one stops the plan.",
  },
  initplan: {
    byDefault: "where touched",
    how: `On for the policies that another rule changes. For all of them: ${chosen("initplan")}`,
  },
  "inline-helper": {
    byDefault: "off",
    how: "Off. `rules: { inlineHelpers: true }` in the config, or `rlsmith plan --inline-helpers` for one run.",
  },
  "claim-path": { byDefault: "off", how: 'Off. `rules: { claimPath: { reason: "…" } }` in the config.' },
  "live-role": { byDefault: "off", how: "Off. `rules: { liveRole: { … } }` in the config ([init](../init.md))." },
  "deny-policy": {
    byDefault: "off",
    how: `Off. ${chosen("deny-policy", '; `denyPolicy: "restrictive"` makes them restrictive instead')}`,
  },
  ...Object.fromEntries(
    ["break-recursion", "to-authenticated", "split-for-all", "merge-permissive"].map((name): [string, Use] => [
      name,
      { byDefault: "off", how: `Off. ${chosen(name)}` },
    ]),
  ),
};

const lowered = (text: string): string => `${text[0]?.toLowerCase()}${text.slice(1)}`;

const useOf = ({ id }: Page): Use => {
  const use = USES[id];
  if (!use) throw new Error(`it is not said when the rule ${id} runs`);
  return use;
};

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
      `# ${page.id}\n\n${page.title[0]?.toUpperCase()}${page.title.slice(1)}.\n\n${page.why}\n\nObligation: ${page.obligation}.\n\nBy default: ${lowered(useOf(page).how)}\n\n${examples.join("\n")}`,
    );
  }
  const rows = pages.map(
    (page) => `| [${page.id}](${page.id}.md) | ${page.title} | ${useOf(page).byDefault} | ${page.obligation} |`,
  );
  files.set(
    "README.md",
    `# Rules\n\nMade from the rules' own data by \`npm run docs\`.\n\nThe smallest change that does the job is the default: variables become claims, and the policies that this touches get the\nInitPlan form. Each page says by which name in the config the other rules are chosen. \`rlsmith init\` asks about those that\nwould change something, with what each of them brings.\n\n| rule | what it does | by default | obligation |\n|---|---|---|---|\n${rows.join("\n")}\n`,
  );
  return files;
}
