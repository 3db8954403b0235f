import { isGone, record, type Scene } from "../draft.ts";
import { rpcName } from "../find/calls.ts";
import { cutLines } from "../syntax/cut.ts";
import type { Module } from "../syntax/module.ts";
import { keyName, type Node } from "../syntax/node.ts";
import type { ProjectShape } from "./shape.ts";

export const generatedTypeKey: ProjectShape = {
  id: "generated-type-key",
  title: "delete the function from the generated types",
  why: "Nothing calls it any more. Types that are generated anew after the function was dropped do not hold it either.",
  examples: [
    {
      before: {
        "types/database.types.ts": `export interface Database {
  public: {
    Functions: {
      invoice_total: { Args: { p_id: string }; Returns: number };
      set_tenant_context: {
        Args: { p_tenant_id: string };
        Returns: undefined;
      };
    };
  };
}
`,
      },
      after: {
        "types/database.types.ts": `export interface Database {
  public: {
    Functions: {
      invoice_total: { Args: { p_id: string }; Returns: number };
    };
  };
}
`,
      },
    },
    {
      before: {
        "database.d.ts": `export type Database = {
  public: {
    Functions: {
      größe: { Args: never; Returns: number };
      "set_tenant_context": { Args: { p_tenant_id: string }; Returns: undefined }; // generated
    };
  };
};
`,
      },
      after: {
        "database.d.ts": `export type Database = {
  public: {
    Functions: {
      größe: { Args: never; Returns: number };
    };
  };
};
`,
      },
    },
  ],
  find(scene) {
    for (const module of scene.project.modules.values())
      for (const node of module.nodes) {
        const name = node.type === "TSPropertySignature" ? keyName(node.key) : null;
        if (name === null || !scene.retired.functions.has(name) || isGone(scene, module, node)) continue;
        if (isFunctionOfDatabase(node, module) && !isUsed(name, scene))
          record(scene, { path: module.path, at: node.start, shape: generatedTypeKey.id, what: name }, [
            cutLines(module, node, node, () => false),
          ]);
      }
  },
};

function isFunctionOfDatabase(node: Node, module: Module): boolean {
  const list = module.parents.get(node);
  const annotation = list && module.parents.get(list);
  const holder = annotation && module.parents.get(annotation);
  return holder?.type === "TSPropertySignature" && keyName(holder.key) === "Functions";
}

/** True if a call by `.rpc(…)` or a type names it. */
const isUsed = (name: string, scene: Scene): boolean =>
  [...scene.project.modules.values()].some(
    (module) =>
      module.text.includes(name) &&
      module.nodes.some(
        (node) =>
          ((node.type === "CallExpression" && rpcName(node, module) === name) ||
            (node.type === "TSLiteralType" && node.literal.type === "Literal" && node.literal.value === name)) &&
          !isGone(scene, module, node),
      ),
  );
