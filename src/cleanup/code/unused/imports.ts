import { isGone, record, type Scene } from "../draft.ts";
import { cutItems, cutLines, type Edit } from "../syntax/cut.ts";
import type { Module } from "../syntax/module.ts";
import type { Node } from "../syntax/node.ts";
import type { ProjectShape } from "../shapes/shape.ts";
import { lostItsUses } from "./uses.ts";

type Import = Extract<Node, { type: "ImportDeclaration" }>;

export const unusedImports: ProjectShape = {
  id: "unused-import",
  title: "delete imports that nothing uses any more",
  why: "An edit took away the last use of the name. Imports that were not used before stay.",
  examples: [
    {
      before: `import { log, type Client, type Tenant } from "./client";
import { notUsedBefore } from "./other";

export async function list(supabase: Client, tenant: string) {
  await supabase.rpc("set_tenant_context", { p_tenant_id: tenant as Tenant });
  log(tenant);
  return supabase.from("invoice").select("id");
}
`,
      after: `import { log, type Client } from "./client";
import { notUsedBefore } from "./other";

export async function list(supabase: Client, tenant: string) {
  log(tenant);
  return supabase.from("invoice").select("id");
}
`,
    },
    {
      before: `import helpers, { größe /* of it */ } from "./helpers";
import * as tenants from "./tenants";
import React from "react";

export class Store {
  @action()
  async load(supabase: Client) {
    await supabase.rpc("set_tenant_context", { p_tenant_id: tenants.current, p_size: größe });
    return helpers.load(supabase);
  }
}
`,
      after: `import helpers from "./helpers";
import React from "react";

export class Store {
  @action()
  async load(supabase: Client) {
    return helpers.load(supabase);
  }
}
`,
      note: "in a method, and of every kind of import",
    },
  ],
  find(scene) {
    for (const module of editedModules(scene))
      for (const statement of module.program.body)
        if (statement.type === "ImportDeclaration" && !isGone(scene, module, statement))
          cutUnused(statement, module, scene);
  },
};

/** The modules in which something is edited, in the order of the project. */
export const editedModules = ({ project, draft }: Scene): Module[] =>
  [...project.modules.values()].filter(({ path }) => draft.edits.has(path) && !draft.deleted.has(path));

function cutUnused(statement: Import, module: Module, scene: Scene): void {
  const fresh = statement.specifiers.filter((one) => {
    const binding = module.bindingOf.get(one.local);
    return binding !== undefined && !isGone(scene, module, one) && lostItsUses(scene, module, binding);
  });
  if (fresh.length === 0) return;
  const goes = (one: Node): boolean => fresh.some((other) => other === one) || isGone(scene, module, one);
  const what = fresh.map(({ local }) => local.name).join(", ");
  record(
    scene,
    { path: module.path, at: statement.start, shape: unusedImports.id, what },
    statement.specifiers.every(goes)
      ? [cutLines(module, statement, statement, () => false)]
      : cutSpecifiers(statement, module, goes),
  );
}

/** `import a, { b, c } from "…"`: some of the names. */
function cutSpecifiers(statement: Import, module: Module, goes: (one: Node) => boolean): Edit[] {
  const { path, text } = module;
  const named = statement.specifiers.filter(({ type }) => type === "ImportSpecifier");
  const first = statement.specifiers.find(({ type }) => type !== "ImportSpecifier");
  const open = text.indexOf("{", first?.end ?? statement.start);
  if (first && named.length > 0 && named.every(goes))
    return [{ path, start: first.end, end: text.indexOf("}", open) + 1, text: "" }];
  const left = named.filter((one) => !goes(one));
  // `import { type A }` would leave an import of the module itself, which `import type { A }` does not
  const onlyTypes =
    statement.importKind !== "type" &&
    (!first || goes(first)) &&
    left.length > 0 &&
    left.every((one) => one.type === "ImportSpecifier" && one.importKind === "type");
  const asTypes = onlyTypes
    ? [
        { path, start: statement.start + "import".length, end: statement.start + "import".length, text: " type" },
        ...left.map(({ start }) => ({
          path,
          start,
          end: start + (/^type\s+/.exec(text.slice(start))?.[0].length ?? 0),
          text: "",
        })),
      ]
    : [];
  return [
    ...asTypes,
    ...(first && goes(first) ? [{ path, start: first.start, end: open, text: "" }] : []),
    ...cutItems(path, named, goes),
  ];
}
