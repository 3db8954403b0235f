import { fileInText } from "./references.ts";
import type { File, Settled } from "./settle.ts";

/** Pages, which people read. */
export const PAGE = /\.(?:mdx?|txt|rst|adoc)$|(?:^|\/)(?:CHANGELOG|README)/i;

/** What may run or import a file. */
const RUNS = /\.(?:[mc]?[jt]sx?|sh|bash|py|ya?ml|json|toml|mk)$|(?:^|\/)(?:\.husky|\.githooks|Makefile|Dockerfile)/;

/** Files that would go, and something that stays and still needs them. */
export function usesLeft(files: readonly File[], { context, outcomes }: Settled): Map<string, string> {
  const stuck = new Map<string, string>();
  for (const { path, text, kind } of files) {
    const after = outcomes.has(path) ? outcomes.get(path)?.after : text;
    if (typeof after !== "string" || PAGE.test(path) || path.endsWith(".sql") || !(kind !== null || RUNS.test(path)))
      continue;
    if (kind === "code-owners" || kind === "instructions") continue;
    for (const file of context.files) if (needs(path, after, file)) stuck.set(file, path);
  }
  return stuck;
}

/** True if a text names a file by its path outside of comments, or imports it. */
function needs(path: string, text: string, file: string): boolean {
  const stem = file.slice(file.lastIndexOf("/") + 1).replace(/\.\w+$/, "");
  if (!text.includes(stem)) return false;
  const plain = text.replaceAll(/(^|\s)(?:#|\/\/)[^\n]*|\/\*[^]*?\*\//g, "$1");
  if (fileInText(plain, { files: new Set([file]) }) !== null) return true;
  return [...plain.matchAll(/(?:from|import|require)\s*\(?\s*["'](\.[^"']+)["']/g)].some(([, specifier = ""]) => {
    const parts = path.split("/").slice(0, -1);
    for (const part of specifier.split("/"))
      if (part === "..") parts.pop();
      else if (part !== ".") parts.push(part);
    return parts.join("/").replace(/\.\w+$/, "") === file.replace(/\.\w+$/, "");
  });
}
