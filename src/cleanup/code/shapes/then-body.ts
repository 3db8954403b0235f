import { decide } from "../draft.ts";
import { positionOf } from "../find/calls.ts";
import { memberName } from "../syntax/node.ts";
import type { CallShape } from "./shape.ts";
import { take } from "./take.ts";

export const thenBody: CallShape = {
  id: "then-body",
  title: "keep what follows the call in `.then(…)`",
  why: "The callback takes nothing from the call. What it returns is what `.then(…)` returns.",
  examples: [
    {
      before: `export const scoped = (supabase: Client, tenantId: string, work: (tenantId: string) => Promise<number>) =>
  supabase.rpc("set_tenant_context", { p_tenant_id: tenantId }).then(() => work(tenantId));
`,
      after: `export const scoped = (_supabase: Client, tenantId: string, work: (tenantId: string) => Promise<number>) =>
  work(tenantId);
`,
    },
    {
      before: `export function balance(supabase: Client, tenantId: string, show: (text: string) => void) {
  return supabase
    .rpc("set_tenant_context", { p_tenant_id: tenantId })
    .then(() => supabase.from("balance").select("amount").eq("tenant_id", tenantId).single())
    .then(({ data }) => show(data.amount));
}
`,
      after: `export function balance(supabase: Client, tenantId: string, show: (text: string) => void) {
  return supabase.from("balance").select("amount").eq("tenant_id", tenantId).single()
    .then(({ data }) => show(data.amount));
}
`,
    },
    {
      before: `export function start(supabase: Client, tenantId: string, show: (text: string) => void) {
  return supabase.rpc("set_tenant_context", { p_tenant_id: tenantId }).then(async () => {
    const { data } = await supabase.from("balance").select("amount").eq("tenant_id", tenantId).single();
    show(data.amount);
  });
}
`,
      after: `export function start(supabase: Client, tenantId: string, show: (text: string) => void) {
  return (async () => {
    const { data } = await supabase.from("balance").select("amount").eq("tenant_id", tenantId).single();
    show(data.amount);
  })();
}
`,
      note: "an async callback with a block is called at once",
    },
  ],
  take(call, scene) {
    const { module } = call;
    const { parent } = positionOf(call.node, module);
    const chained = parent.type === "MemberExpression" ? module.parents.get(parent) : null;
    if (parent.type !== "MemberExpression" || memberName(parent) !== "then" || chained?.type !== "CallExpression")
      return false;
    const [callback] = chained.arguments;
    const takesNothing =
      (callback?.type === "ArrowFunctionExpression" || callback?.type === "FunctionExpression") &&
      callback.params.length === 0 &&
      chained.arguments.length === 1;
    const refuse = (): boolean => {
      decide(scene, { path: module.path, at: call.node.start, reason: "then-with-result", what: call.name });
      return true;
    };
    if (!takesNothing || !callback.body) return refuse();
    const { path } = module;
    const around = (start: number, end: number, before: string, after: string): boolean =>
      take(this.id, call, scene, [
        { path, start: chained.start, end: start, text: before },
        { path, start: end, end: chained.end, text: after },
      ]);
    if (callback.body.type !== "BlockStatement") {
      const wrap = callback.body.type === "ObjectExpression" || callback.body.type === "ConditionalExpression";
      return around(callback.body.start, callback.body.end, wrap ? "(" : "", wrap ? ")" : "");
    }
    // a callback that is not async may return no promise
    const isStatement = module.parents.get(chained)?.type === "ExpressionStatement";
    return callback.async ? around(callback.start, callback.end, isStatement ? "void (" : "(", ")()") : refuse();
  },
};
