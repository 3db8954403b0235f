import { isGone, record, type Scene } from "../draft.ts";
import { cutItems, type Edit } from "../syntax/cut.ts";
import type { Module } from "../syntax/module.ts";
import type { Node } from "../syntax/node.ts";
import { editedModules } from "../unused/imports.ts";
import type { ProjectShape } from "./shape.ts";

export const deadErrorCode: ProjectShape = {
  id: "dead-error-code",
  title: "delete error codes that nothing throws any more",
  why: "The code was made in a place that is deleted, and nowhere else. It is left in unions of types and as a key of look-up tables, which nobody can reach.",
  examples: [
    {
      before: `export type Code = "FORBIDDEN" | "CONTEXT_FAILED" | "INTERNAL_ERROR";

const STATUS: Readonly<Record<Code, number>> = {
  FORBIDDEN: 403,
  CONTEXT_FAILED: 500,
  INTERNAL_ERROR: 500,
};

export async function run(supabase: Client, tenantId: string, work: (tenantId: string) => Promise<number>) {
  const { error } = await supabase.rpc("set_tenant_context", { p_tenant_id: tenantId });
  if (error) throw new Failure("CONTEXT_FAILED", STATUS.CONTEXT_FAILED);
  return (await work(tenantId)) || STATUS.INTERNAL_ERROR;
}
`,
      after: `export type Code = "FORBIDDEN" | "INTERNAL_ERROR";

const STATUS: Readonly<Record<Code, number>> = {
  FORBIDDEN: 403,
  INTERNAL_ERROR: 500,
};

export async function run(_supabase: Client, tenantId: string, work: (tenantId: string) => Promise<number>) {
  return (await work(tenantId)) || STATUS.INTERNAL_ERROR;
}
`,
    },
    {
      before: {
        "errors.mts": `/** Zustände, größtenteils. */
export const MESSAGES = {
  CONTEXT_FAILED: "kein Kontext", // nie schön
  NOT_FOUND: "nicht gefunden",
} as const;

export type Message = keyof typeof MESSAGES;
`,
        "run.mts": `import { MESSAGES } from "./errors.mjs";

export async function run(supabase: Client, tenantId: string) {
  const { error } = await supabase.rpc("set_tenant_context", { p_tenant_id: tenantId });
  if (error) {
    return { code: "CONTEXT_FAILED" };
  }
  return { text: MESSAGES.NOT_FOUND, tenantId };
}
`,
      },
      after: {
        "errors.mts": `/** Zustände, größtenteils. */
export const MESSAGES = {
  NOT_FOUND: "nicht gefunden",
} as const;

export type Message = keyof typeof MESSAGES;
`,
        "run.mts": `import { MESSAGES } from "./errors.mjs";

export async function run(_supabase: Client, tenantId: string) {
  return { text: MESSAGES.NOT_FOUND, tenantId };
}
`,
      },
      note: "a key of a look-up table",
    },
  ],
  find(scene) {
    for (const code of goneCodes(scene)) cutCode(code, scene);
  },
};

const CODE = /^[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+$/;

/** Codes in what was removed: arguments of `new`, values that are returned or looked up. */
function goneCodes(scene: Scene): Set<string> {
  const modules = [...scene.project.modules.values()].filter(({ path }) => scene.draft.deleted.has(path));
  return new Set(
    [...editedModules(scene), ...modules].flatMap((module) =>
      module.nodes.flatMap((node) => {
        if (node.type !== "Literal" || typeof node.value !== "string" || !CODE.test(node.value)) return [];
        const parent = module.parents.get(node)?.type;
        const isMade = parent === "NewExpression" || parent === "Property" || parent === "ReturnStatement";
        return isMade && isGone(scene, module, node) ? [node.value] : [];
      }),
    ),
  );
}

function cutCode(code: string, scene: Scene): void {
  const left = [...scene.project.modules.values()]
    .filter(({ text }) => text.includes(code))
    .flatMap((module) => mentionsOf(code, module).map((node) => ({ module, node })))
    .filter(({ module, node }) => !isGone(scene, module, node));
  const [first] = left;
  if (!first) return;
  const edits = left.map(({ module, node }) => cutMention(node, module, scene));
  if (edits.some((one) => one === null)) return;
  record(
    scene,
    { path: first.module.path, at: first.node.start, shape: deadErrorCode.id, what: code },
    edits.flatMap((one) => one ?? []),
  );
}

const mentionsOf = (code: string, module: Module): Node[] =>
  module.nodes.filter((node) => {
    if (node.type === "Literal") return node.value === code;
    return node.type === "Identifier" && node.name === code;
  });

/** Remove a member of a union, or a property of a table; null if the code is used there. */
function cutMention(node: Node, module: Module, scene: Scene): Edit[] | null {
  const parent = module.parents.get(node);
  const outer = parent && module.parents.get(parent);
  if (!parent || !outer) return null;
  const goes = (one: Node): boolean => one === parent || isGone(scene, module, one);
  if (parent.type === "TSLiteralType" && outer.type === "TSUnionType" && !outer.types.every(goes))
    return cutItems(module.path, outer.types, goes);
  if (
    parent.type === "Property" &&
    parent.key === node &&
    outer.type === "ObjectExpression" &&
    !outer.properties.every(goes)
  )
    return cutItems(module.path, outer.properties, goes);
  return null;
}
