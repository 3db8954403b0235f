import type { DeclaredSchema } from "../pipeline/declared.ts";
import { asIs, type Colours } from "./colours.ts";
import { visibleSql } from "./visible-sql.ts";
import { oneLine } from "./visible.ts";

const WORDS: Readonly<Record<DeclaredSchema["tool"], { schema: string; command: string }>> = {
  supabase: { schema: "the declarative schema", command: "supabase db diff" },
  drizzle: { schema: "the schema of Drizzle", command: "drizzle-kit generate" },
};

/** What a person has to change in the files from which the next migration is made. */
export function renderDeclared({ tool, places, notFound, additions }: DeclaredSchema, colours: Colours): string {
  const { schema, command } = WORDS[tool];
  const count = places.length === 1 ? "1 place" : `${places.length} places`;
  const lines = [
    colours.bold(
      `${schema[0]?.toUpperCase()}${schema.slice(1)} is yours to change: \`${command}\` would put back what it holds`,
    ),
    places.length === 0 ? `  no place of it holds an object of the plan` : `  ${count} with the text of before:`,
  ];
  for (const { file, line, object, replacement } of places)
    lines.push(
      "",
      `  ${colours.cyan(oneLine(`${file}:${line}`))}  ${oneLine(object)}${replacement === null ? ": remove it" : ", which becomes"}`,
      ...(replacement === null ? [] : asIs(indented(replacement), colours)),
    );
  if (additions.length > 0)
    lines.push(
      "",
      `  new objects, to be added:`,
      ...asIs(
        additions.flatMap((sql) => indented(`${sql.trimEnd()};`)),
        colours,
      ),
    );
  if (notFound.length > 0)
    lines.push(
      "",
      `  ${colours.yellow(`not found in its files, so look for them by hand: ${oneLine(notFound.join(", "))}`)}`,
    );
  return `${lines.join("\n")}\n`;
}

const indented = (text: string): string[] =>
  visibleSql(text)
    .split("\n")
    .map((line) => `    ${line}`.trimEnd());
