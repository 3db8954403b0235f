import type { Project } from "../project/project.ts";
import type { Module } from "../syntax/module.ts";
import type { CodeStyle, TestRunner } from "./render.ts";

/** How a module is written, and what runs the tests of its project. */
export function styleOf(module: Module, project: Project): CodeStyle {
  const { text, path } = module;
  const imports = text.match(/^import\b[^;]*?["'][^"'\n]+["'];?/gm) ?? [];
  const most = (is: (one: string) => boolean): boolean => imports.filter(is).length * 2 > imports.length;
  return {
    typed: /\.[mc]?tsx?$/.test(path),
    singleQuotes: most((one) => one.includes("'")),
    semicolons: imports.length === 0 ? /;\r?$/m.test(text) : most((one) => one.endsWith(";")),
    indent: /^(\t| {2,})\S/m.exec(text)?.[1] ?? "  ",
    lineEnd: text.includes("\r\n") ? "\r\n" : "\n",
    importEnding: importEnding(module, project),
    runner: runnerOf(project),
  };
}

/** `.mjs` for `.mts`; otherwise what other imports of the project's own files end with. */
function importEnding({ path, text }: Module, { modules }: Project): string {
  if (/\.m[jt]s$/.test(path)) return ".mjs";
  const relative = /\bfrom\s+["']\.[^"']*?(\.[jt]s)?["']/;
  const found = relative.exec(text) ?? [...modules.values()].map((one) => relative.exec(one.text)).find(Boolean);
  return found?.[1] ?? "";
}

function runnerOf({ modules }: Project): TestRunner {
  const texts = [...modules.values()].map(({ text }) => text);
  const imports = (name: string): boolean => texts.some((text) => new RegExp(`from\\s+["']${name}["']`).test(text));
  if (imports("vitest")) return "vitest";
  if (imports("@jest/globals")) return "jest-globals";
  if (imports("node:test")) return "node";
  const hasTests = [...modules.values()].some(
    ({ path, text }) => /\.(?:test|spec)\.\w+$/.test(path) && /\bexpect\(/.test(text),
  );
  return hasTests ? "jest" : null;
}
