import type { PgFunction } from "../../pg/catalog.ts";

/** A call of current_setting; the first group is the constant that it names, the second a name that stands for it. */
const CALL =
  /current_setting\s*\(\s*(?:([eE]?'(?:[^']|'')*')(?:\s*::\s*text)?\s*[,)]|("?[\w$]+"?)(?:\s*::\s*text)?\s*[,)])?/gi;

/**
 * True for a function that reads a setting whose name it computes, so that it may be any. One that reads the setting
 * named by its own argument is none: its callers name it.
 */
export function readsComputedName(fn: PgFunction): boolean {
  const text = fn.sqlStandardBody ? fn.definition : fn.body;
  return [...text.matchAll(CALL)].some(([, constant, name]) => {
    if (constant !== undefined) return false;
    return name === undefined || !(/^\$?\d+$/.test(name) || fn.argumentNames.includes(name.replaceAll('"', "")));
  });
}
