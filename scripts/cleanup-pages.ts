import { SHAPES, type Shape } from "../src/cleanup/sql/index.ts";

const DOES: Readonly<Record<Shape["does"], string>> = {
  delete: "deletes",
  replace: "replaces",
  keep: "keeps, and says something",
  ask: "asks",
};

const page = ({ id, title, why, does, examples }: Shape): string =>
  `${[
    `# ${id}`,
    `${sentence(title)}`,
    why,
    `What the clean-up does: it ${DOES[does]}.`,
    ...examples.flatMap(({ before, after, note }) => [
      ...(note === undefined ? [] : [`${sentence(note)}`]),
      after === null
        ? ["```sql", "-- before", before, "-- after: for a person", "```"].join("\n")
        : ["```sql", "-- before", before, "-- after", after, "```"].join("\n"),
    ]),
  ].join("\n\n")}\n`;

const sentence = (text: string): string =>
  `${text.charAt(0).toUpperCase()}${text.slice(1)}${text.endsWith(".") ? "" : "."}`;

const index = (): string =>
  `${[
    "# Shapes of function bodies",
    "The forms in which a function body uses a session variable, in the order in which `rlsmith cleanup --sql` looks for them.",
    [
      "| shape | the clean-up | |",
      "|---|---|---|",
      ...SHAPES.map(({ id, title, does }) => `| [${id}](${id}.md) | ${DOES[does]} | ${title} |`),
    ].join("\n"),
  ].join("\n\n")}\n`;

/** File name → text of every page under docs/cleanup-shapes. */
export const cleanupPages = (): Map<string, string> =>
  new Map([["README.md", index()], ...SHAPES.map((shape): [string, string] => [`${shape.id}.md`, page(shape)])]);
