/**
 * A function that gets a Supabase client must see to the RLS context: it is made by a wrapper, or it calls
 * injectRLSContext before its first query.
 *
 * Wrong: `export const listVisits = async (supabase) => supabase.from("visit").select("id");`
 * Right: `export const listVisits = defineAction({ … }, async ({ supabase }) => supabase.from("visit").select("id"));`
 */
const WRAPPERS = new Set(["defineAction", "withServerAction", "withTenantScope", "withFloorScope"]);
const QUERIES = new Set(["from", "rpc"]);

/** @type {import("eslint").Rule.RuleModule} */
export default {
  meta: {
    type: "problem",
    docs: { description: "require injectRLSContext before the first query (ADR-015)" },
    messages: { missing: "call injectRLSContext(), or use defineAction(), before the first query (ADR-015)" },
    schema: [],
  },
  create(context) {
    const functions = [];
    const enter = (node) => {
      const call = node.parent;
      const wrapped = call?.type === "CallExpression" && WRAPPERS.has(call.callee?.name);
      functions.push({ wrapped, injected: false });
    };
    const leave = () => void functions.pop();
    return {
      FunctionDeclaration: enter,
      FunctionExpression: enter,
      ArrowFunctionExpression: enter,
      "FunctionDeclaration:exit": leave,
      "FunctionExpression:exit": leave,
      "ArrowFunctionExpression:exit": leave,
      CallExpression(node) {
        const current = functions.at(-1);
        if (current === undefined) return;
        if (node.callee.name === "injectRLSContext") current.injected = true;
        const { object, property } = node.callee.type === "MemberExpression" ? node.callee : {};
        if (object?.name !== "supabase" || !QUERIES.has(property?.name)) return;
        if (node.arguments[0]?.value === "set_rls_context") current.injected = true;
        else if (!functions.some(({ wrapped, injected }) => wrapped || injected)) {
          context.report({ node, messageId: "missing" });
        }
      },
    };
  },
};
