import { isGone, isTestFile, record, type Scene } from "../draft.ts";
import { cutLines } from "../syntax/cut.ts";
import type { Module } from "../syntax/module.ts";
import type { Node } from "../syntax/node.ts";
import type { ProjectShape } from "../shapes/shape.ts";
import { testCase } from "../shapes/test-case.ts";
import { editedModules } from "./imports.ts";

export const emptiedFiles: ProjectShape = {
  id: "emptied-file",
  title: "delete files in which nothing is left",
  why: "Only imports are left in the file, or, in a file of tests, no test. Files from which others import something stay.",
  examples: [
    {
      before: {
        "lib/context.ts": `import type { Client } from "./client";

export const setContext = async (supabase: Client, tenantId: string): Promise<void> => {
  await supabase.rpc("set_tenant_context", { p_tenant_id: tenantId });
};
`,
        "lib/index.ts": `export { list } from "./list";
export * from "./context";
`,
        "lib/list.ts": `import type { Client } from "./client";
import { setContext } from ".";

export async function list(supabase: Client, tenantId: string) {
  await setContext(supabase, tenantId);
  return supabase.from("invoice").select("id").eq("tenant_id", tenantId);
}
`,
      },
      after: {
        "lib/context.ts": null,
        "lib/index.ts": `export { list } from "./list";
`,
        "lib/list.ts": `import type { Client } from "./client";

export async function list(supabase: Client, tenantId: string) {
  return supabase.from("invoice").select("id").eq("tenant_id", tenantId);
}
`,
      },
    },
    {
      before: {
        "lib/tenancy.js": `"use server";

// größer
import { log } from "./log.js";

export async function setTenancy(supabase, tenantId) {
  await supabase.rpc("set_tenant_context", { p_tenant_id: tenantId });
}
`,
        "lib/log.js": `export const log = console.log;
`,
        "lib/run.js": `import { log } from "./log.js";
import { setTenancy } from "./tenancy.js";

export const run = async (supabase, tenantId) => {
  await setTenancy(supabase, tenantId);
  log(tenantId);
  return supabase.from(tenantId);
};
`,
      },
      after: {
        "lib/log.js": `export const log = console.log;
`,
        "lib/run.js": `import { log } from "./log.js";

export const run = async (supabase, tenantId) => {
  log(tenantId);
  return supabase.from(tenantId);
};
`,
        "lib/tenancy.js": null,
      },
      note: "a directive is nothing that is left",
    },
  ],
  find(scene) {
    for (const module of editedModules(scene)) {
      const left = module.program.body.filter((one) => !isGone(scene, module, one));
      const isEmpty = left.every(
        (one) => (one.type === "ImportDeclaration" && one.specifiers.length > 0) || isDirective(one),
      );
      if ((isEmpty || hasNoTestLeft(module, scene)) && !scene.frozen.has(module.path)) remove(module, scene);
    }
  },
};

const isDirective = (node: Node): boolean => node.type === "ExpressionStatement" && node.expression.type === "Literal";

function hasNoTestLeft(module: Module, scene: Scene): boolean {
  if (!isTestFile(module.path)) return false;
  const cases = module.nodes.filter((one) => testCase(one, module) !== null);
  return cases.length > 0 && cases.every((one) => isGone(scene, module, one));
}

/** Delete a file, with the statements of others that name it and take nothing by name. */
function remove(module: Module, scene: Scene): void {
  const named = scene.project
    .importersOf(module.path)
    .filter((one) => one.module !== module && !isGone(scene, one.module, one.node));
  const isBare = ({ node }: { node: Node }): boolean =>
    node.type === "ExportAllDeclaration" || (node.type === "ImportDeclaration" && node.specifiers.length === 0);
  if (!named.every(isBare)) return;
  const edits = named.map((one) => cutLines(one.module, one.node, one.node, () => false));
  if (record(scene, { path: module.path, at: 0, shape: emptiedFiles.id, what: module.path }, edits))
    scene.draft.deleted.add(module.path);
}
