import { SHAPES, type DecidedFiles, type ShapeExample } from "../src/cleanup/code/index.ts";

const files = (text: string | Readonly<Record<string, string | null>>): string[] =>
  typeof text === "string"
    ? [text]
    : Object.entries(text).map(([path, one]) => (one === null ? `// ${path} is deleted\n` : `// ${path}\n${one}`));

const block = (title: string, text: string | Readonly<Record<string, string | null>>): string =>
  `${title}:\n\n\`\`\`tsx\n${files(text).join("\n")}\`\`\`\n`;

const configText = ({ decided = [] }: Pick<ShapeExample, "decided">): string =>
  decided.length === 0
    ? ""
    : `In the config:\n\n\`\`\`ts\ncleanup: {\n  code: {\n${decided.map(entryText).join("")}  },\n},\n\`\`\`\n\n`;

const entryText = ({ pattern, decision, role, reason }: DecidedFiles): string =>
  `    ${JSON.stringify(pattern)}: { decision: "${decision}", ${role === null ? "" : `role: "${role}", `}reason: ${JSON.stringify(reason)} },\n`;

const exampleText = ({ before, after, note, ...rest }: ShapeExample): string =>
  `${note ? `${note[0]?.toUpperCase()}${note.slice(1)}.\n\n` : ""}${configText(rest)}${block("Before", before)}\n${block("After", after)}`;

/** File name → text of every page under docs/codemods. */
export function codemodPages(): Map<string, string> {
  const pages = SHAPES.map(({ id, title, why, examples }): [string, string] => [
    `${id}.md`,
    `# ${id}\n\n${title[0]?.toUpperCase()}${title.slice(1)}.\n\n${why}\n\n${examples.map(exampleText).join("\n")}`,
  ]);
  const rows = SHAPES.map(({ id, title }) => `| [${id}](${id}.md) | ${title} |`);
  return new Map([
    ...pages,
    [
      "README.md",
      `# Codemods\n\nMade from the codemods' own data by \`npm run docs\`. [\`rlsmith cleanup --code\`](../cleanup.md) runs them. In the examples,\n\`set_tenant_context\` sets \`app.tenant_id\`, whose claim is \`app_metadata.tenant_id\`.\n\n| codemod | what it does |\n|---|---|\n${rows.join("\n")}\n`,
    ],
  ]);
}
