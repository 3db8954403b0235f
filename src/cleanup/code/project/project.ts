import type { Module, SourceFile } from "../syntax/module.ts";
import { constantText, keyName, type Node } from "../syntax/node.ts";
import { patternNames, type Binding } from "../syntax/scope.ts";
import { mayMean, resolveImport, type Aliases, type WorkspacePackage } from "./paths.ts";

/** A specifier that leads from one module to a name of another: an import, or a re-export. */
export interface Link {
  module: Module;
  node: Extract<Node, { type: "ImportSpecifier" | "ImportDefaultSpecifier" | "ExportSpecifier" }>;
  /** the local name of an import */
  local: Binding | null;
}

/** The modules of a project, and what each name means across them. */
export interface Project {
  modules: ReadonlyMap<string, Module>;
  packages: readonly WorkspacePackage[];
  /** the module that an import of a module means */
  target(module: Module, specifier: string): Module | null;
  /** the declaration that a name means, in whatever module it is */
  meant(binding: Binding): Binding;
  /** every specifier that leads to a declaration */
  linksTo(binding: Binding): readonly Link[];
  /** every use of a declaration in any module, without the specifiers */
  usesOf(binding: Binding): { module: Module; node: Node }[];
  /** the declaration that a module exports under a name, also through other modules */
  exported(module: Module, name: string): Binding | null;
  /** the names under which a module exports a declaration of its own */
  exportsOf(module: Module): ReadonlyMap<string, Binding>;
  /** true if a module exports a declaration as its default: importers call it as they like */
  isDefault(binding: Binding): boolean;
  /** files whose names may be used in ways that are not followed: `import * as`, `import()`, `require` */
  open: ReadonlySet<string>;
  /** files that may be imported from a place that is not read */
  opaque: ReadonlySet<string>;
  /** the specifiers of every import, re-export and `import()` that leads to a file */
  importersOf(path: string): readonly { module: Module; node: Node }[];
}

/** A file that is not looked into, and the reason. What it imports is not touched. */
export interface UnreadFile extends SourceFile {
  why: "not-parsed" | "script-block";
}

export interface ProjectInput {
  modules: readonly Module[];
  unread?: readonly UnreadFile[];
  aliases: readonly Aliases[];
  packages: readonly WorkspacePackage[];
}

/** Follow the imports of a project's modules. */
export function projectOf({ modules, unread = [], aliases, packages }: ProjectInput): Project {
  const byPath = new Map(modules.map((module) => [module.path, module]));
  const files = new Set(byPath.keys());
  const resolved = new Map<string, Module | null>();
  const target = (module: Module, specifier: string): Module | null => {
    const key = JSON.stringify([module.path, specifier]);
    const known = resolved.get(key);
    if (known !== undefined) return known;
    const path = resolveImport(module.path, specifier, { files, aliases, packages });
    const found = path === null ? null : (byPath.get(path) ?? null);
    resolved.set(key, found);
    return found;
  };

  const exports = new Map(modules.map((module) => [module.path, ownExports(module)]));
  const exported = (module: Module, name: string, seen: ReadonlySet<string> = new Set()): Binding | null => {
    const own = exports.get(module.path)?.get(name);
    if (own) return own.kind === "import" ? meant(own, seen) : own;
    const key = JSON.stringify([module.path, name]);
    if (seen.has(key)) return null;
    const next = new Set([...seen, key]);
    for (const statement of module.program.body) {
      if (statement.type === "ExportNamedDeclaration" && statement.source) {
        const specifier = statement.specifiers.find((one) => keyName(one.exported) === name);
        const to = specifier && target(module, statement.source.value);
        if (specifier && to) return exported(to, keyName(specifier.local) ?? "", next);
      }
      if (statement.type === "ExportAllDeclaration" && statement.exported === null) {
        const to = target(module, statement.source.value);
        const found = to && exported(to, name, next);
        if (found) return found;
      }
    }
    return null;
  };
  const meant = (binding: Binding, seen: ReadonlySet<string> = new Set()): Binding => {
    if (binding.kind !== "import") return binding;
    const module = byPath.get(binding.path);
    const [id] = binding.declarations;
    const specifier = id && module?.parents.get(id);
    const statement = specifier && module?.parents.get(specifier);
    if (!module || statement?.type !== "ImportDeclaration") return binding;
    const to = target(module, statement.source.value);
    if (!to) return binding;
    if (specifier?.type === "ImportSpecifier") return exported(to, keyName(specifier.imported) ?? "", seen) ?? binding;
    if (specifier?.type === "ImportDefaultSpecifier") return exported(to, "default", seen) ?? binding;
    return binding;
  };

  const links = new Map<Binding, Link[]>();
  const open = new Set<string>();
  const opaque = new Set<string>();
  for (const { path, text } of unread)
    for (const [, specifier = ""] of text.matchAll(/\b(?:from|import|require)\s*\(?\s*["']([^"']+)["']/g)) {
      const to = resolveImport(path, specifier, { files, aliases, packages });
      if (to !== null) opaque.add(to);
    }
  const guessed = new Set<string>();
  const importers = new Map<string, { module: Module; node: Node }[]>();
  const link = (to: Binding | null, one: Link): void => {
    if (to) links.set(to, [...(links.get(to) ?? []), one]);
  };
  for (const module of modules)
    for (const node of module.nodes) {
      const specifier = importedFrom(node);
      const to = specifier === null ? null : target(module, specifier);
      if (!to && specifier !== null && !guessed.has(specifier)) {
        guessed.add(specifier);
        if (!specifier.startsWith("node:")) for (const path of mayMean(specifier, files)) opaque.add(path);
      }
      if (!to) continue;
      importers.set(to.path, [...(importers.get(to.path) ?? []), { module, node }]);
      if (node.type === "ImportDeclaration")
        for (const one of node.specifiers) {
          const local = module.bindingOf.get(one.local) ?? null;
          if (one.type === "ImportNamespaceSpecifier") open.add(to.path);
          else if (local) link(meant(local), { module, node: one, local });
        }
      else if (node.type === "ExportNamedDeclaration")
        for (const one of node.specifiers)
          link(exported(to, keyName(one.local) ?? ""), { module, node: one, local: null });
      else if (node.type === "ExportAllDeclaration" && node.exported !== null) open.add(to.path);
      else if (node.type === "ImportExpression" || node.type === "CallExpression") open.add(to.path);
    }
  // `export { a }` of an imported or own name
  for (const module of modules)
    for (const statement of module.program.body)
      if (statement.type === "ExportNamedDeclaration" && !statement.source)
        for (const one of statement.specifiers) {
          const local = module.bindingOf.get(one.local);
          if (local) link(meant(local), { module, node: one, local: null });
        }

  return {
    modules: byPath,
    packages,
    target,
    meant: (binding) => meant(binding),
    linksTo: (binding) => links.get(binding) ?? [],
    exported: (module, name) => exported(module, name),
    usesOf: (binding) => {
      const locals = [binding, ...(links.get(binding) ?? []).flatMap(({ local }) => (local ? [local] : []))];
      return locals.flatMap((one) => {
        const module = byPath.get(one.path);
        if (!module) return [];
        return one.references
          .filter((node) => module.parents.get(node)?.type !== "ExportSpecifier")
          .map((node) => ({ module, node }));
      });
    },
    exportsOf: (module) => exports.get(module.path) ?? new Map<string, Binding>(),
    isDefault: (binding) => exports.get(binding.path)?.get("default") === binding,
    open: new Set([...open, ...opaque]),
    opaque,
    importersOf: (path) => importers.get(path) ?? [],
  };
}

/** The specifier of a node that leads to another module. */
function importedFrom(node: Node): string | null {
  switch (node.type) {
    case "ImportDeclaration":
    case "ExportAllDeclaration":
      return node.source.value;
    case "ExportNamedDeclaration":
      return node.source?.value ?? null;
    case "ImportExpression":
      return constantText(node.source);
    case "TSImportType":
      return node.source.value;
    case "CallExpression":
      return node.callee.type === "Identifier" && node.callee.name === "require"
        ? constantText(node.arguments[0])
        : null;
    default:
      return null;
  }
}

/** The names that a module exports, with their local declarations or imports. */
function ownExports(module: Module): Map<string, Binding> {
  const found = new Map<string, Binding>();
  const add = (name: string, id: Node | null | undefined): void => {
    const binding = id && module.bindingOf.get(id);
    if (binding) found.set(name, binding);
  };
  for (const statement of module.program.body) {
    if (statement.type === "ExportDefaultDeclaration") {
      const { declaration } = statement;
      if (declaration.type === "Identifier") add("default", declaration);
      else if ("id" in declaration) add("default", declaration.id);
    }
    if (statement.type !== "ExportNamedDeclaration" || statement.source) continue;
    const { declaration } = statement;
    if (declaration?.type === "VariableDeclaration")
      for (const id of declaration.declarations.flatMap((one) => patternNames(one.id))) add(id.name, id);
    else if (declaration && "id" in declaration && declaration.id?.type === "Identifier")
      add(declaration.id.name, declaration.id);
    for (const one of statement.specifiers) add(keyName(one.exported) ?? "", one.local);
  }
  return found;
}
