import { readFileSync } from "node:fs";
import { ToolError, messageOf } from "./errors.ts";
import type { Catalog } from "./pg/catalog.ts";

/**
 * Read a catalog from JSON: as `rlsmith inspect --format json` prints it, or the catalog alone. Throws ToolError
 * (usage).
 */
export function readCatalog(file: string): Catalog {
  let content: unknown;
  try {
    content = JSON.parse(readFileSync(file, "utf8"));
  } catch (error) {
    throw new ToolError(
      "usage",
      "NO_CATALOG",
      `\`${file}\` cannot be read: ${messageOf(error)}`,
      "write one with `rlsmith inspect --format json > catalog.json`",
      { cause: error },
    );
  }
  const inside = isRecord(content) && isRecord(content["catalog"]) ? content["catalog"] : content;
  const lists = ["relations", "policies", "functions", "triggers", "types", "roles"];
  const isCatalog =
    isRecord(inside) &&
    inside["format"] === "rlsmith-catalog" &&
    inside["formatVersion"] === 1 &&
    lists.every((list) => Array.isArray(inside[list]));
  if (!isCatalog)
    throw new ToolError(
      "usage",
      "NO_CATALOG",
      `\`${file}\` is not a catalog of this version`,
      "write it again with `rlsmith inspect --format json > catalog.json`",
    );
  return inside as unknown as Catalog; // the checks above cover the ways in which a file of rlsmith can be wrong
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);
