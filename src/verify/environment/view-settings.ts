import type { Catalog, PgFunction } from "../../pg/catalog.ts";
import { isPlatformFunction } from "../../pg/platform-objects.ts";
import { nameKey, type NameKey } from "../../pg/name.ts";
import { documentsRead } from "./request-documents.ts";
import { settingsRead } from "./settings-read.ts";
import type { Surface } from "./surface.ts";
import type { TestEnvironment } from "./test-environment.ts";

/**
 * The variables, and the headers and cookies, that the definitions of views read as well. Views are no part of the
 * catalog's texts: their definitions are read with the surface.
 */
export function withViews(
  { catalog, context, unmapped }: Pick<TestEnvironment, "catalog" | "context" | "unmapped">,
  { views }: Surface,
): Pick<TestEnvironment, "unmapped" | "documents"> {
  const texts = views.map(({ definition }) => definition);
  const known = new Set([...context.variables, ...unmapped].map(({ setting }) => setting));
  const more = [...settingsRead(catalog, texts)]
    .filter(([setting]) => !known.has(setting))
    .map(([setting, constants]) => ({ setting, constants }));
  return { unmapped: [...unmapped, ...more], documents: documentsRead(catalog, texts) };
}

/** Views that read a variable in their definition, or may call a function that does. */
export function viewsOfVariables({ functions }: Catalog, { views }: Surface): ReadonlySet<NameKey> {
  const readers = functions.filter(({ body }) => READ.test(body)).map(({ name }) => name);
  return new Set(
    views
      .filter(({ definition }) => READ.test(definition) || readers.some((name) => definition.includes(name)))
      .map(nameKey),
  );
}

/** Functions whose body reads a variable, or names another function that does. */
export function functionsOfVariables(catalog: Catalog): ReadonlySet<PgFunction> {
  const own = catalog.functions.filter((fn) => !isPlatformFunction(catalog, fn));
  const readers = own.filter(({ body }) => READ.test(body));
  const calls = (body: string): boolean => readers.some(({ name }) => body.includes(name));
  return new Set([...readers, ...own.filter(({ body }) => calls(body))]);
}

const READ = /\bcurrent_setting\(/i;
