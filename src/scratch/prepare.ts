import { isContrib } from "./extensions.ts";
import type { MigrationsFolder } from "./layout.ts";

/** Contrib extensions that the files may ask for: the embedded database has to know them when it boots. A name too many does no harm. */
export function extensionsNamed(folder: MigrationsFolder): string[] {
  const names = new Set<string>();
  for (const file of folder.files)
    for (const match of file.sql.matchAll(/create\s+extension\s+(?:if\s+not\s+exists\s+)?"?([\w-]+)"?/gi)) {
      const name = match[1]?.toLowerCase() ?? "";
      if (isContrib(name)) names.add(name);
    }
  // earthdistance needs cube
  if (names.has("earthdistance")) names.add("cube");
  return [...names];
}
