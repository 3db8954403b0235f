import type { MigrationsFolder } from "../migration-tools/index.ts";
import { callOf, KNOWN_EXTENSIONS, ownFunctionLike, PREINSTALLED, qualifiedUseOf } from "./extension-objects.ts";
import { isContrib } from "./extensions.ts";

const CREATE = /create\s+extension\s+(?:if\s+not\s+exists\s+)?"?([\w-]+)"?/gi;

const withoutComments = (sql: string): string => sql.replaceAll(/--[^\n]*/g, "");

/**
 * The contrib extensions that the files may create: the embedded database needs them at start-up. An unused name does
 * no harm.
 */
export function extensionsNamed(folder: MigrationsFolder): string[] {
  const names = new Set<string>(["extensions", "public"].flatMap((schema) => extensionsImplied(folder, schema)));
  for (const extension of KNOWN_EXTENSIONS)
    if (isContrib(extension) && folder.files.some(({ sql }) => qualifiedUseOf(extension).test(withoutComments(sql))))
      names.add(extension);
  for (const file of folder.files)
    for (const match of file.sql.matchAll(CREATE)) {
      const name = match[1]?.toLowerCase() ?? "";
      if (isContrib(name)) names.add(name);
    }
  // earthdistance requires cube
  if (names.has("earthdistance")) names.add("cube");
  return [...names];
}

/**
 * The extensions that the files use before any file creates them, in the schema in which the project's server is
 * expected to have them: those of a new Supabase project by their calls, others where the files name that schema.
 */
export function extensionsImplied(folder: MigrationsFolder, schema: string): string[] {
  const open = new Map(
    KNOWN_EXTENSIONS.filter((extension) => !folder.files.some(({ sql }) => ownFunctionLike(extension).test(sql))).map(
      (extension) => [
        extension,
        PREINSTALLED.includes(extension) ? callOf(extension, schema) : qualifiedUseOf(extension, schema),
      ],
    ),
  );
  const implied: string[] = [];
  for (const file of folder.files) {
    if (open.size === 0) break;
    const text = withoutComments(file.sql);
    const created = [...text.matchAll(CREATE)].map((match) => ({ name: match[1]?.toLowerCase(), at: match.index }));
    for (const [extension, use] of open) {
      const used = text.search(use);
      const made = created.find(({ name }) => name === extension)?.at ?? -1;
      if (used < 0 && made < 0) continue;
      if (used >= 0 && (made < 0 || used < made)) implied.push(extension);
      open.delete(extension);
    }
  }
  return implied;
}
