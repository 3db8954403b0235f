import { readFileSync } from "node:fs";

const FOLDER = "../queries/";

/** The text of `queries/<name>.sql`, with its `{{…}}` filled in by SQL that is quoted already. */
export function query(name: string, parts: Readonly<Record<string, string>> = {}): string {
  const text = readFileSync(new URL(`${FOLDER}${name}.sql`, import.meta.url), "utf8");
  return text.replaceAll(/\{\{(\w+)\}\}/g, (_, part: string) => {
    const given = parts[part];
    if (given === undefined) throw new Error(`queries/${name}.sql: no value for ${part}`);
    return given;
  });
}
