import { API_ROLES } from "../retired.ts";
import type { HelperTemplate } from "./template.ts";

/** How a project is written. */
export interface CodeStyle {
  typed: boolean;
  singleQuotes: boolean;
  semicolons: boolean;
  /** one step of indentation */
  indent: string;
  lineEnd: "\n" | "\r\n";
  /** what an import of `./name` ends with: `""`, `.js`, `.ts` */
  importEnding: string;
  runner: TestRunner;
}

/** What runs the tests of a project; null: nothing that is known, so the helper gets none. */
export type TestRunner = "vitest" | "jest" | "jest-globals" | "node" | null;

/** The text of a helper in the style of a project. `roles`: those that a token may name. */
export const helperText = ({ code }: HelperTemplate, style: CodeStyle, roles = API_ROLES): string =>
  styled(code.replace("@refused", roles.map((role) => `role !== ${JSON.stringify(role)}`).join(" && ")), style);

/** The text of its tests. */
export const helperTests = ({ tests, name }: HelperTemplate, style: CodeStyle, roles = API_ROLES): string =>
  styled(
    withAssertions(tests, style.runner)
      .replaceAll('"@role"', JSON.stringify(roles[0]))
      .replace("@imports\n", importsOf(style.runner))
      .replace(`"./${name}"`, `"./${name}${style.importEnding}"`),
    style,
  );

function importsOf(runner: TestRunner): string {
  switch (runner) {
    case "vitest":
      return 'import { expect, test } from "vitest";\n';
    case "jest-globals":
      return 'import { expect, test } from "@jest/globals";\n';
    case "node":
      return 'import assert from "node:assert/strict";\nimport { test } from "node:test";\n';
    default:
      return "";
  }
}

function withAssertions(text: string, runner: TestRunner): string {
  const isNode = runner === "node";
  return text
    .replaceAll(/@equal\((.*); (.*)\)/g, isNode ? "assert.deepEqual($1, $2);" : "expect($1).toEqual($2);")
    .replaceAll(/@rejects\((.*)\)/g, isNode ? "await assert.rejects($1);" : "await expect($1()).rejects.toThrow();");
}

function styled(text: string, { typed, singleQuotes, semicolons, indent, lineEnd }: CodeStyle): string {
  const plain = typed ? text.replaceAll(/[«»]/g, "") : text.replaceAll(/«[^»]*»/g, "");
  const quoted = singleQuotes ? plain.replaceAll(/"([^"'\n]*)"/g, "'$1'") : plain;
  const ended = semicolons ? quoted : quoted.replaceAll(/;$/gm, "");
  const indented = ended.replaceAll(/^(?: {2})+/gm, (blanks) => indent.repeat(blanks.length / 2));
  return `${indented.trim()}\n`.replaceAll(/\n{3,}/g, "\n\n").replaceAll("\n", lineEnd);
}
