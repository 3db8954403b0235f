import { posix } from "node:path";
import { isTestFile, type Scene } from "../draft.ts";
import { importedFrom, type DriverId } from "../find/drivers/index.ts";
import { HELPERS, helperTests, helperText, styleOf, type CodeStyle } from "../helper/index.ts";
import type { Link } from "../project/project.ts";
import type { Edit } from "../syntax/cut.ts";
import type { Module } from "../syntax/module.ts";
import type { Node } from "../syntax/node.ts";
import type { Binding } from "../syntax/scope.ts";

/** The function that a helper exports. */
export const SET_CLAIMS = "setClaims";

/** A helper that is there, or that will be written, and the import that a module needs of it. */
export interface HelperUse {
  /** new files: path → text */
  files: ReadonlyMap<string, string>;
  /** the name of its function in the module: `setClaims`, or `setPrismaClaims` beside that of another driver */
  name: string;
  imports: Edit[];
  /** the name that the module has imported already; null: the import is new */
  imported: Binding | null;
}

/** How a module can call the helper of a driver; null: it cannot import it, or its names are taken. */
export function helperFor(driver: DriverId, module: Module, scene: Scene): HelperUse | null {
  if (driver === "supabase-server") return null;
  const template = HELPERS[driver];
  const ending = /\.([mc]?[jt]s)x?$/.exec(module.path)?.[1] ?? "";
  // CommonJS has no import
  const hasImports = module.program.body.some(({ type }) => type === "ImportDeclaration");
  if (ending.startsWith("c") || (!hasImports && /\brequire\(/.test(module.text))) return null;
  const style = styleOf(module, scene.project);
  const folder = folderFor(template.name, module, scene);
  const path = posix.join(folder, `${template.name}.${ending}`);
  const files = filesOf(path, driver, style, scene);
  if (files === null) return null;
  const imported = importedHelper(path, module, scene);
  if (imported) return { files, name: imported.name, imports: [], imported };
  const plain = importOf(path, SET_CLAIMS, module, style);
  // a module that uses two drivers imports two helpers
  const isTaken = (scene.draft.edits.get(module.path) ?? []).some(
    ({ text }) => text !== plain.text && text.includes(`import { ${SET_CLAIMS} } from `),
  );
  const name = isTaken ? nameBeside(template.name) : SET_CLAIMS;
  if (module.bindings.some((one) => one.name === name)) return null;
  return { files, name, imports: [isTaken ? importOf(path, name, module, style) : plain], imported: null };
}

/** The name by which a module has imported the function of a helper that is there; null: it has not, or another scope has the name. */
function importedHelper(path: string, module: Module, { project }: Scene): Binding | null {
  const there = project.modules.get(path);
  const meant = there && project.exported(there, SET_CLAIMS);
  if (!meant) return null;
  const link = project.linksTo(meant).find((one) => one.module === module && isValue(one));
  const local = link?.local ?? null;
  return local && module.bindings.filter(({ name }) => name === local.name).length === 1 ? local : null;
}

/** False for `import type`. */
function isValue({ module, node }: Link): boolean {
  const statement = module.parents.get(node);
  return (
    node.type === "ImportSpecifier" &&
    node.importKind !== "type" &&
    statement?.type === "ImportDeclaration" &&
    statement.importKind !== "type"
  );
}

/** `postgres-js-claims` → `setPostgresJsClaims` */
const nameBeside = (template: string): string =>
  `set${template
    .split("-")
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join("")}`;

/** The new files; none if the helper is there. Null: another file has its name, or must not be written. */
function filesOf(
  path: string,
  driver: keyof typeof HELPERS,
  style: CodeStyle,
  scene: Scene,
): Map<string, string> | null {
  const { project, draft, frozen } = scene;
  const { roles } = scene.retired;
  const there = project.modules.get(path);
  if (there) return project.exportsOf(there).has(SET_CLAIMS) ? new Map() : null;
  if (draft.created.has(path)) return new Map();
  const test = path.replace(/(\.\w+)$/, ".test$1");
  if (frozen.has(path)) return null;
  const template = HELPERS[driver];
  const files = new Map([[path, helperText(template, style, roles)]]);
  const isMissing = style.runner !== null && !project.modules.has(test) && !frozen.has(test);
  return isMissing ? files.set(test, helperTests(template, style, roles)) : files;
}

/** Where the helper is: where it was put before, a folder for the database, or beside the module. */
function folderFor(name: string, module: Module, { project, draft }: Scene): string {
  const paths = [...project.modules.keys(), ...draft.created.keys()];
  const isHelper = (path: string): boolean => new RegExp(`(?:^|/)${name}\\.\\w+$`).test(path) && !isTestFile(path);
  const known = paths.find(isHelper);
  if (known !== undefined) return posix.dirname(known);
  const folders = paths.filter((path) => !isTestFile(path)).map((path) => posix.dirname(path));
  const ofDatabase = folders
    .filter((folder) => /(?:^|\/)(?:db|database)$/.test(folder))
    .toSorted((a, b) => a.length - b.length || (a < b ? -1 : 1));
  return ofDatabase[0] ?? posix.dirname(module.path);
}

/** `import { setClaims } from "…";` below the last import. */
function importOf(helper: string, name: string, module: Module, style: CodeStyle): Edit {
  const relative = posix.relative(posix.dirname(module.path), helper).replace(/\.\w+$/, "");
  const specifier = (relative.startsWith(".") ? relative : `./${relative}`) + style.importEnding;
  const quote = style.singleQuotes ? "'" : '"';
  const imported = name === SET_CLAIMS ? name : `${SET_CLAIMS} as ${name}`;
  const line = `import { ${imported} } from ${quote}${specifier}${quote}${style.semicolons ? ";" : ""}`;
  const last = module.program.body.findLast(({ type }) => type === "ImportDeclaration");
  if (last) return { path: module.path, start: last.end, end: last.end, text: `${style.lineEnd}${line}` };
  const start = startOf(module);
  return { path: module.path, start, end: start, text: `${line}${style.lineEnd}${style.lineEnd}` };
}

/** Behind `#!`, a byte order mark, comments at the top and directives. */
function startOf({ program, text }: Module): number {
  const directive = program.body.findLast(
    (one): boolean => one.type === "ExpressionStatement" && "directive" in one && Boolean(one.directive),
  );
  if (directive) return text.indexOf("\n", directive.end) + 1 || text.length;
  const first = program.body[0];
  return first ? text.lastIndexOf("\n", first.start) + 1 : text.length;
}

/** True if a module's `sql` is the one that the helper of its driver imports. */
export function hasOwnSql(driver: DriverId, tag: Node | null, module: Module): boolean {
  if (driver !== "drizzle" && driver !== "kysely") return true;
  const from = tag && importedFrom(tag, module);
  return driver === "kysely" ? from === "kysely" : from === "drizzle-orm";
}
