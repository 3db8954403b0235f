import { readdirSync } from "node:fs";
import { basename, join } from "node:path";
import { folderOnDisk } from "./disk.ts";
import { TOOL_NAMES, type ToolName } from "./names.ts";
import { sqlFiles } from "./reading.ts";
import { detectTool, TOOLS } from "./tools.ts";

/** A migrations folder, and the tool whose marks it bears. */
export interface FoundFolder {
  /** absolute */
  folder: string;
  layout: ToolName;
}

/** The folders of a project that its tools use by default. */
export const USUAL_PLACES = [...new Set(TOOL_NAMES.flatMap((name) => TOOLS[name].usualPlaces))];

/** How many folders below the named one a project of a monorepo is looked for: `apps/web/supabase/migrations` is 4. */
const DEPTH = 4;

/** Folders of generated, foreign or invented files. */
const SKIPPED: ReadonlySet<string> = new Set(
  [
    "node_modules vendor third_party bower_components",
    "dist build out target coverage tmp temp",
    "test tests __tests__ fixtures __fixtures__ testdata example examples templates",
  ].flatMap((names) => names.split(" ")),
);

/** Names of folders whose numbered .sql files are migrations of no known tool. */
const PLAIN_NAMES: ReadonlySet<string> = new Set(["migrations", "migrate", "migration"]);

/**
 * The migrations folders of the projects below a folder, by path: those with the marks of a tool (of the given one, if
 * there are any of it); if there is none, folders of numbered .sql files that are named `migrations`.
 */
export function foldersBelow(path: string, wanted: ToolName | undefined): FoundFolder[] {
  const found = new Map<string, ToolName>();
  let level = [path];
  for (let depth = 0; depth <= DEPTH && level.length > 0; depth += 1) {
    const below: string[] = [];
    for (const folder of level) {
      // the named folder itself has been looked at
      const places = folder === path ? [] : [folder, ...USUAL_PLACES.map((place) => join(folder, place))];
      for (const place of places) {
        const layout = layoutOf(place);
        if (layout !== null) found.set(place, layout);
      }
      if (!found.has(folder)) below.push(...foldersIn(folder));
    }
    level = below;
  }
  const all = [...found].map(([folder, layout]) => ({ folder, layout })).toSorted(byPath);
  const marked = all.filter(({ layout }) => layout !== "plain");
  const fitting = all.filter(({ layout }) => layout === wanted);
  return [fitting, marked, all].find((folders) => folders.length > 0) ?? [];
}

/** The tool whose marks a folder bears; a plain folder needs a name and numbers, since a seed or a dump is one too. */
function layoutOf(folder: string): ToolName | null {
  const contents = folderOnDisk(folder);
  const layout = detectTool(contents);
  if (layout !== "plain") return layout;
  return PLAIN_NAMES.has(basename(folder)) && sqlFiles(contents).every((name) => /^V?\d/.test(name)) ? layout : null;
}

/** The folders directly in a folder, without links, hidden ones, and those of foreign files. */
function foldersIn(folder: string): string[] {
  try {
    return readdirSync(folder, { withFileTypes: true })
      .filter((entry) => entry.isDirectory() && !entry.name.startsWith(".") && !SKIPPED.has(entry.name))
      .map(({ name }) => join(folder, name));
  } catch {
    // a folder that the user may not read holds no project of his
    return [];
  }
}

const byPath = (a: FoundFolder, b: FoundFolder): number => (a.folder < b.folder ? -1 : 1);
