import { decide, isGone, record, type Scene } from "../draft.ts";
import { cutFrom, cutItems, cutLines, type Edit } from "../syntax/cut.ts";
import type { Link } from "../project/project.ts";
import type { Module } from "../syntax/module.ts";
import type { Node } from "../syntax/node.ts";
import { patternNames, type Binding } from "../syntax/scope.ts";
import { isPure } from "../syntax/pure.ts";
import { pureCallsOf } from "../find/pure-calls.ts";
import type { ProjectShape } from "../shapes/shape.ts";
import { isPublic } from "./public-api.ts";
import { editedModules } from "./imports.ts";
import { lostItsUses, usesLeft } from "./uses.ts";

export const unusedDeclarations: ProjectShape = {
  id: "unused-declaration",
  title: "delete functions, variables and types that nothing uses any more",
  why: "An edit took away the last use of the name, in its own file and in those that import it. A variable whose value is made by a call stays, for the call may have an effect.",
  examples: [
    {
      before: `interface Scope {
  tenant: string;
}

const SYSTEM: Scope = { tenant: "system" };

export async function purge(supabase: Client) {
  const { tenant } = SYSTEM;
  await supabase.rpc("set_tenant_context", { p_tenant_id: tenant });
  return supabase.from("invoice").delete().lt("created_at", "2020-01-01");
}
`,
      after: `export async function purge(supabase: Client) {
  return supabase.from("invoice").delete().lt("created_at", "2020-01-01");
}
`,
    },
    {
      before: `export async function purge(supabase: Client, nextTenant: () => string) {
  const tenant = nextTenant();
  await supabase.rpc("set_tenant_context", { p_tenant_id: tenant });
  return supabase.from("invoice").delete().lt("created_at", "2020-01-01");
}
`,
      after: `export async function purge(supabase: Client, nextTenant: () => string) {
  const tenant = nextTenant();
  return supabase.from("invoice").delete().lt("created_at", "2020-01-01");
}
`,
      note: "the call may have an effect",
    },
    {
      before: {
        "lib/context.ts": `export async function setContext(supabase: Client, tenantId: string): Promise<void> {
  await supabase.rpc("set_tenant_context", { p_tenant_id: tenantId });
}
`,
        "lib/index.ts": `export { setContext } from "./context";
export { open, type Session } from "./session";
`,
        "lib/session.ts": `import { setContext } from ".";

export interface Session {
  supabase: Client;
}

export async function open(session: Session, tenantId: string) {
  await setContext(session.supabase, tenantId);
  return { session, tenantId };
}
`,
      },
      after: {
        "lib/context.ts": null,
        "lib/index.ts": `export { open, type Session } from "./session";
`,
        "lib/session.ts": `export interface Session {
  supabase: Client;
}

export async function open(session: Session, tenantId: string) {
  return { session, tenantId };
}
`,
      },
      note: "a re-export in a barrel goes with the name",
    },
  ],
  find(scene) {
    for (const module of editedModules(scene)) for (const binding of module.bindings) cutLocal(binding, module, scene);
    for (const binding of exportedCandidates(scene)) {
      const module = scene.project.modules.get(binding.path);
      if (module) cutExported(binding, module, scene);
    }
  },
};

const DECLARES: ReadonlySet<string> = new Set(["function", "class", "type", "variable"]);

/** The statement of a declaration, with its `export`. */
function statementOf(
  binding: Binding,
  module: Module,
): { statement: Node; declarator: Node; exported: boolean } | null {
  const [id] = binding.declarations;
  if (!id || binding.declarations.length !== 1 || !DECLARES.has(binding.kind)) return null;
  let declarator: Node | undefined = module.parents.get(id);
  while (declarator && /Pattern$|^Property$|^RestElement$/.test(declarator.type))
    declarator = module.parents.get(declarator);
  if (!declarator) return null;
  const parent = module.parents.get(declarator);
  const declaration = declarator.type === "VariableDeclarator" ? parent : declarator;
  if (!declaration || (declarator.type === "VariableDeclarator" && declaration.type !== "VariableDeclaration"))
    return null;
  const outer = module.parents.get(declaration);
  const exported = outer?.type === "ExportNamedDeclaration" || outer?.type === "ExportDefaultDeclaration";
  return { statement: exported ? outer : declaration, declarator, exported };
}

function cutLocal(binding: Binding, module: Module, scene: Scene): void {
  const found = statementOf(binding, module);
  if (!found || found.exported || isGone(scene, module, found.declarator)) return;
  if (scene.project.linksTo(binding).length > 0) return;
  const isSetter = scene.setters.has(binding);
  const left = usesLeft(scene, binding, found.statement);
  if (left.live.length > 0 || (left.gone === 0 && !isSetter)) return;
  const edits = cutDeclaration(binding, module, found, scene);
  if (edits) record(scene, changeOf(binding, module, unusedDeclarations.id), edits);
}

const placeOf = (binding: Binding, module: Module) => ({
  path: module.path,
  at: binding.declarations[0]?.start ?? 0,
  what: binding.name,
});

const changeOf = (binding: Binding, module: Module, shape: string) => ({ ...placeOf(binding, module), shape });

/** Exported declarations that lost an import or a use, and functions that only set the context. */
function exportedCandidates(scene: Scene): Set<Binding> {
  const touched = touchedModules(scene).flatMap((module) => [
    ...module.bindings.filter(
      (one) => one.kind === "import" || one.references.some((use) => isGone(scene, module, use)),
    ),
    ...scene.project.exportsOf(module).values(),
  ]);
  // re-exports have no local name
  const reexported = touchedModules(scene).flatMap((module) =>
    module.program.body.flatMap((statement) => {
      if (statement.type !== "ExportNamedDeclaration" || !statement.source) return [];
      const to = scene.project.target(module, statement.source.value);
      return to ? [...scene.project.exportsOf(to).values()] : [];
    }),
  );
  return new Set([...scene.setters.keys(), ...touched, ...reexported].map((one) => scene.project.meant(one)));
}

const touchedModules = ({ project, draft }: Scene): Module[] =>
  [...project.modules.values()].filter(({ path }) => draft.edits.has(path) || draft.deleted.has(path));

function cutExported(binding: Binding, module: Module, scene: Scene): void {
  const found = statementOf(binding, module);
  if (!found || isGone(scene, module, found.declarator)) return;
  const links = scene.project.linksTo(binding);
  if (!found.exported && !links.some((link) => link.module === module)) return;
  const isSetter = scene.setters.has(binding);
  const left = usesLeft(scene, binding, found.statement);
  const wasImported = links.some(({ local }) => local !== null);
  if (!isSetter && (left.gone === 0 || !wasImported)) return;
  const outside = left.live.some((use) => use.module !== module);
  if (outside || scene.project.open.has(module.path)) return;
  if (isPublic(binding, module, scene.project)) {
    if (isSetter) decide(scene, { ...placeOf(binding, module), reason: "public-api" });
    return;
  }
  if (isSetter && links.length === 0) {
    decide(scene, { ...placeOf(binding, module), reason: "not-imported" });
    return;
  }
  const specifiers = cutLinks(left.links, scene);
  if (left.live.length === 0) {
    const edits = cutDeclaration(binding, module, found, scene);
    if (edits) record(scene, changeOf(binding, module, unusedDeclarations.id), [...edits, ...specifiers]);
    return;
  }
  const unexported = isSetter ? null : withoutExport(found, module, scene);
  if (unexported) record(scene, changeOf(binding, module, "unused-export"), [unexported, ...specifiers]);
}

/** Take the `export` off a declaration of one name; null: there is none, or it is off already. */
function withoutExport({ statement }: { statement: Node }, module: Module, { draft }: Scene): Edit | null {
  if (statement.type !== "ExportNamedDeclaration" || !statement.declaration) return null;
  const { declaration } = statement;
  const names =
    declaration.type === "VariableDeclaration" ? declaration.declarations.flatMap((one) => patternNames(one.id)) : [0];
  const [start, end] = [statement.start, declaration.start];
  const isOff = (draft.edits.get(module.path) ?? []).some((one) => one.start === start && one.end === end);
  return names.length !== 1 || isOff ? null : { path: module.path, start, end, text: "" };
}

/** Remove imports and re-exports of a name that nobody uses. */
function cutLinks(links: readonly Link[], scene: Scene): Edit[] {
  return links.flatMap(({ module, node }): Edit[] => {
    const statement = module.parents.get(node);
    if (statement?.type !== "ImportDeclaration" && statement?.type !== "ExportNamedDeclaration") return [];
    const goes = (one: Node): boolean => links.some((link) => link.node === one) || isGone(scene, module, one);
    const specifiers: readonly Node[] = statement.specifiers;
    return specifiers.every(goes)
      ? [cutLines(module, statement, statement, () => false)]
      : cutItems(module.path, specifiers, goes);
  });
}

function cutDeclaration(
  binding: Binding,
  module: Module,
  { statement, declarator, exported }: { statement: Node; declarator: Node; exported: boolean },
  scene: Scene,
): Edit[] | null {
  const whole = (): Edit[] => [cutLines(module, statement, statement, () => true)];
  if (declarator.type !== "VariableDeclarator") return whole();
  const declaration = exported
    ? (statement as Extract<Node, { type: "ExportNamedDeclaration" }>).declaration
    : statement;
  if (declaration?.type !== "VariableDeclaration") return null;
  const isSetter = scene.setters.has(binding);
  const unused = (id: Node): boolean => {
    const one = module.bindingOf.get(id);
    return (
      one === binding ||
      isGone(scene, module, id) ||
      (one !== undefined && !exported && lostItsUses(scene, module, one))
    );
  };
  if (patternNames(declarator.id).every(unused)) {
    if (!isSetter && declarator.init !== null && !isPure(declarator.init, pureCallsOf(module, scene.project)))
      return null;
    const goes = (one: Node): boolean => one === declarator || isGone(scene, module, one);
    return declaration.declarations.every(goes)
      ? whole()
      : cutFrom(module.path, module.text, declaration.declarations, goes);
  }
  if (declarator.id.type !== "ObjectPattern") return null;
  return cutProperties(declarator.id, unused, module);
}

/** Remove names of `{ a, b }`; null if a `...rest` would then hold them, or if one is nested. */
export function cutProperties(
  pattern: Extract<Node, { type: "ObjectPattern" }>,
  unused: (id: Node) => boolean,
  module: Module,
): Edit[] | null {
  const properties: readonly Node[] = pattern.properties;
  if (properties.some(({ type }) => type === "RestElement")) return null;
  const goes = (one: Node): boolean => {
    const names = one.type === "Property" ? patternNames(one.value) : [];
    return names.length > 0 && names.every(unused);
  };
  return properties.some(goes) ? cutFrom(module.path, module.text, properties, goes) : null;
}
