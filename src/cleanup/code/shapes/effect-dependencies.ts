import { isGone, record } from "../draft.ts";
import { cutFrom } from "../syntax/cut.ts";
import { memberName, nodesIn, type Node } from "../syntax/node.ts";
import { editedModules } from "../unused/imports.ts";
import type { ProjectShape } from "./shape.ts";

const EFFECTS: ReadonlySet<string> = new Set([
  "useEffect",
  "useLayoutEffect",
  "useCallback",
  "useMemo",
  "useInsertionEffect",
]);

export const effectDependencies: ProjectShape = {
  id: "effect-dependencies",
  title: "delete dependencies of an effect that it does not read any more",
  why: "The dependency was there for the arguments of the call. Without them the effect does not depend on it.",
  examples: [
    {
      before: {
        "tile.tsx": `export function Tile({ tenantId, query }: { tenantId: string; query: string }) {
  useEffect(() => {
    void supabase.rpc("set_tenant_context", { p_tenant_id: tenantId });
    load(query);
  }, [tenantId, query]);
  return <b title={tenantId}>{query}</b>;
}
`,
      },
      after: {
        "tile.tsx": `export function Tile({ tenantId, query }: { tenantId: string; query: string }) {
  useEffect(() => {
    load(query);
  }, [query]);
  return <b title={tenantId}>{query}</b>;
}
`,
      },
    },
    {
      before: {
        "board.jsx": `export function Board({ tenant, role }) {
  const refresh = React.useCallback(
    async () => {
      await supabase.rpc("set_tenant_context", { p_tenant_id: tenant.id, p_role: role /* größe */ });
      await load();
    },
    [tenant.id, /* the role */ role],
  );
  return (
    <Button onClick={refresh} title={role}>
      {tenant.name} – größer
    </Button>
  );
}
`,
      },
      after: {
        "board.jsx": `export function Board({ tenant, role }) {
  const refresh = React.useCallback(
    async () => {
      await load();
    },
    [],
  );
  return (
    <Button onClick={refresh} title={role}>
      {tenant.name} – größer
    </Button>
  );
}
`,
      },
    },
  ],
  find(scene) {
    for (const module of editedModules(scene))
      for (const node of module.nodes) {
        if (node.type !== "CallExpression" || isGone(scene, module, node)) continue;
        const name = node.callee.type === "Identifier" ? node.callee.name : memberName(node.callee);
        const [callback, list] = node.arguments;
        if (!EFFECTS.has(name ?? "") || !callback || list?.type !== "ArrayExpression") continue;
        const read = [...nodesIn(callback)];
        const textOf = (one: Node): string => module.text.slice(one.start, one.end);
        const items = list.elements.flatMap((one): Node[] => (one === null ? [] : [one]));
        const fresh = items.filter((item) => {
          const same = read.filter((one) => one.type === item.type && textOf(one) === textOf(item));
          return !isGone(scene, module, item) && same.length > 0 && same.every((one) => isGone(scene, module, one));
        });
        if (fresh.length === 0) continue;
        record(
          scene,
          { path: module.path, at: list.start, shape: effectDependencies.id, what: fresh.map(textOf).join(", ") },
          cutFrom(module.path, module.text, items, (one) => fresh.includes(one) || isGone(scene, module, one)),
        );
      }
  },
};
