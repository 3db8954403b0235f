import { isGone } from "../draft.ts";
import { positionOf } from "../find/calls.ts";
import { cutItems, type Edit } from "../syntax/cut.ts";
import { memberName, type Node } from "../syntax/node.ts";
import type { CallShape } from "./shape.ts";
import { take } from "./take.ts";

const GROUPS: ReadonlySet<string> = new Set(["all", "allSettled"]);

export const promiseAllElement: CallShape = {
  id: "promise-all-element",
  title: "delete an element of `Promise.all`, with its place in the pattern",
  why: "The requests ran at the same time, in transactions of their own. The place in the pattern goes with the element, so that every other name keeps its value.",
  examples: [
    {
      before: `export async function load(supabase: Client, tenantId: string) {
  const [, settings, users] = await Promise.all([
    supabase.rpc("set_tenant_context", { p_tenant_id: tenantId }),
    supabase.from("settings").select("*").eq("tenant_id", tenantId).single(),
    supabase.from("user").select("id").eq("tenant_id", tenantId),
  ]);
  return { settings, users };
}
`,
      after: `export async function load(supabase: Client, tenantId: string) {
  const [settings, users] = await Promise.all([
    supabase.from("settings").select("*").eq("tenant_id", tenantId).single(),
    supabase.from("user").select("id").eq("tenant_id", tenantId),
  ]);
  return { settings, users };
}
`,
    },
    {
      before: `export async function load(supabase: Client, tenantId: string) {
  const [settings] = await Promise.all([
    supabase.from("settings").select("*").eq("tenant_id", tenantId).single(),
    supabase.rpc("set_tenant_context", { p_tenant_id: tenantId }),
  ]);
  return settings;
}
`,
      after: `export async function load(supabase: Client, tenantId: string) {
  const [settings] = await Promise.all([
    supabase.from("settings").select("*").eq("tenant_id", tenantId).single(),
  ]);
  return settings;
}
`,
      note: "the last one has no place in the pattern",
    },
  ],
  take(call, scene) {
    const { module } = call;
    const { outer, parent } = positionOf(call.node, module);
    const all = parent.type === "ArrayExpression" ? module.parents.get(parent) : null;
    if (parent.type !== "ArrayExpression" || all?.type !== "CallExpression") return false;
    const { callee } = all;
    if (callee.type !== "MemberExpression" || callee.object.type !== "Identifier") return false;
    if (callee.object.name !== "Promise" || !GROUPS.has(memberName(callee) ?? "")) return false;
    const elements = parent.elements.flatMap((one): Node[] => (one === null ? [] : [one]));
    if (elements.length !== parent.elements.length || elements.some(({ type }) => type === "SpreadElement"))
      return false;
    const isCut = (one: Node): boolean => one === outer || isGone(scene, module, one);
    // nothing would be left
    if (elements.every(isCut)) return false;
    const cut = cutItems(module.path, elements, (one) => one === outer);
    const { parent: holder, awaited } = positionOf(all, module);
    if (holder.type === "ExpressionStatement") return take(this.id, call, scene, cut);
    const pattern = holder.type === "VariableDeclarator" && awaited ? holder.id : null;
    if (pattern?.type !== "ArrayPattern") return false;
    const place = cutPlace(module, pattern, elements.indexOf(outer));
    return place !== null && take(this.id, call, scene, [...cut, ...place]);
  },
};

/** Remove a place of `[, a, b]`; null if a name in it is used. */
function cutPlace(
  module: { path: string; text: string },
  pattern: Extract<Node, { type: "ArrayPattern" }>,
  index: number,
): Edit[] | null {
  const { elements } = pattern;
  if (index >= elements.length) return [];
  const [element, next] = [elements[index], elements[index + 1]];
  // a name there holds the answer, which somebody may look at
  if (element !== null) return null;
  const before = elements.slice(0, index).findLast((one) => one !== null);
  const from = before ? module.text.indexOf(",", before.end) + 1 : pattern.start + 1;
  const comma = module.text.indexOf(",", from);
  const end = next ? next.start : comma + 1;
  return [{ path: module.path, start: before ? from : pattern.start + 1, end, text: before ? " " : "" }];
}
