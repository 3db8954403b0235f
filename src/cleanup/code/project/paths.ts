import { posix } from "node:path";

/** The aliases of one tsconfig: a pattern with at most one `*`, and where it leads, relative to the project. */
export interface Aliases {
  /** the folder of the tsconfig, relative to the project */
  folder: string;
  paths: Readonly<Record<string, readonly string[]>>;
}

/** A package of a workspace, by its name. */
export interface WorkspacePackage {
  name: string;
  folder: string;
  /** files that its package.json names as entries, relative to the project */
  entries: readonly string[];
  private: boolean;
}

const EXTENSIONS = [".ts", ".tsx", ".mts", ".cts", ".js", ".jsx", ".mjs", ".cjs", ".d.ts"];

/** The file of the project that a path without an extension, with a foreign one, or of a folder means. */
function fileAt(path: string, files: ReadonlySet<string>): string | null {
  const known = (candidate: string): boolean => files.has(candidate);
  if (known(path)) return path;
  const stem = path.replace(/\.([mc]?)jsx?$/, "");
  return (
    [
      ...EXTENSIONS.map((extension) => path + extension),
      ...(stem === path ? [] : EXTENSIONS.map((extension) => stem + extension)),
      ...EXTENSIONS.map((extension) => posix.join(path, `index${extension}`)),
    ].find(known) ?? null
  );
}

/** The file of the project that an import means; null: a package, or nothing that is known. */
export function resolveImport(
  from: string,
  specifier: string,
  project: { files: ReadonlySet<string>; aliases: readonly Aliases[]; packages: readonly WorkspacePackage[] },
): string | null {
  if (specifier.startsWith(".")) return fileAt(posix.join(posix.dirname(from), specifier), project.files);
  const nearest = project.aliases
    .filter(({ folder }) => folder === "" || from.startsWith(`${folder}/`))
    .toSorted((a, b) => b.folder.length - a.folder.length)[0];
  for (const [pattern, targets] of Object.entries(nearest?.paths ?? {})) {
    const [head = "", tail] = pattern.split("*");
    if (tail === undefined ? specifier !== head : !specifier.startsWith(head) || !specifier.endsWith(tail)) continue;
    const middle = tail === undefined ? "" : specifier.slice(head.length, specifier.length - tail.length);
    for (const target of targets) {
      const found = fileAt(posix.normalize(target.replace("*", middle)), project.files);
      if (found !== null) return found;
    }
  }
  const workspace = project.packages.find(({ name }) => specifier === name || specifier.startsWith(`${name}/`));
  if (!workspace) return null;
  const inside = specifier.slice(workspace.name.length + 1);
  const places =
    inside === ""
      ? [...workspace.entries, posix.join(workspace.folder, "src"), workspace.folder]
      : [posix.join(workspace.folder, inside), posix.join(workspace.folder, "src", inside)];
  for (const place of places) {
    const found = fileAt(posix.normalize(place), project.files);
    if (found !== null) return found;
  }
  return null;
}

/**
 * The files that an import may mean which leads to nothing: an alias of a bundler, for one. Where it is not known whether
 * a file is imported, it counts as imported.
 */
export function mayMean(specifier: string, files: ReadonlySet<string>): string[] {
  const tail = stemOf(specifier.slice(specifier.indexOf("/") + 1));
  return [...files].filter((file) => {
    const stem = stemOf(file).replace(/\/index$/, "");
    return stem === tail || stem.endsWith(`/${tail}`);
  });
}

const stemOf = (path: string): string => path.replace(/(?:\.d)?\.[mc]?[jt]sx?$/, "");

/** `paths` of a tsconfig, relative to the project. */
export function aliasesOf(folder: string, tsconfig: unknown): Aliases {
  const { baseUrl, paths } =
    (tsconfig as { compilerOptions?: { baseUrl?: string; paths?: Record<string, string[]> } } | null)
      ?.compilerOptions ?? {};
  const base = posix.join(folder, baseUrl ?? ".");
  const mapped = Object.entries(paths ?? {}).map(([pattern, targets]): [string, string[]] => [
    pattern,
    targets.map((target) => posix.join(base, target)),
  ]);
  // with baseUrl, a bare name is looked for below it
  const bare: [string, string[]][] = baseUrl === undefined ? [] : [["*", [posix.join(base, "*")]]];
  return { folder, paths: Object.fromEntries([...mapped, ...bare]) };
}

/** A JSON with comments and trailing commas, as tsconfig.json may be; null if it is none. */
export function parseJsonc(text: string): unknown {
  const plain = text
    .replaceAll(/("(?:[^"\\]|\\.)*")|\/\/[^\n]*|\/\*[^]*?\*\//g, (_all, quoted: string | undefined) => quoted ?? "")
    .replaceAll(/("(?:[^"\\]|\\.)*")|,(\s*[}\]])/g, (_all, quoted: string | undefined, end: string) => quoted ?? end);
  try {
    return JSON.parse(plain) as unknown;
  } catch {
    return null;
  }
}
