import { decide, type Scene } from "../draft.ts";
import { positionOf, type ContextCall } from "../find/calls.ts";
import { isPure } from "../syntax/pure.ts";
import { cutStatements } from "../syntax/statement.ts";
import { memberName, nodesIn, type Node } from "../syntax/node.ts";
import type { Binding } from "../syntax/scope.ts";
import type { CallShape } from "./shape.ts";
import { take } from "./take.ts";

export const resultUsed: CallShape = {
  id: "result-used",
  title: "put the argument in the place of the result",
  why: "The function returns what it was given: the argument itself, or an object of some of its members, and only those are read.",
  examples: [
    {
      before: `async function setContext(supabase: Client, context: Context): Promise<{ tenantId: string }> {
  await supabase.rpc("set_tenant_context", { p_tenant_id: context.tenantId });
  return { tenantId: context.tenantId };
}

export async function list(supabase: Client, context: Context) {
  const scope = await setContext(supabase, context);
  return supabase.from("invoice").select("id").eq("tenant_id", scope.tenantId);
}
`,
      after: `export async function list(supabase: Client, context: Context) {
  return supabase.from("invoice").select("id").eq("tenant_id", context.tenantId);
}
`,
    },
    {
      before: `async function setContext(supabase: Client, tenantId: string) {
  const { error } = await supabase.rpc("set_tenant_context", { p_tenant_id: tenantId });
  if (error) throw error;
  return tenantId;
}

export async function list(supabase: Client, user: User) {
  const tenant = await setContext(supabase, user.tenantId);
  return supabase.from("invoice").select("id").eq("tenant_id", tenant);
}
`,
      after: `export async function list(supabase: Client, user: User) {
  return supabase.from("invoice").select("id").eq("tenant_id", user.tenantId);
}
`,
    },
  ],
  take(call, scene) {
    const { module } = call;
    const uses = call.callee && namedUses(call);
    const argument = uses && argumentOf(call, scene, uses.result);
    const cut = uses && argument && cutStatements(scene, module, uses.statement, uses.statement);
    if (uses && argument && cut && isPure(argument) && keepsItsMeaning(argument, uses.result, call)) {
      const text = module.text.slice(argument.start, argument.end);
      const edits = uses.result.references.map(({ start, end }) => ({ path: module.path, start, end, text }));
      if (take(this.id, call, scene, [cut.edit, ...edits])) {
        for (const one of namesIn(argument, call)) scene.draft.added.add(one);
        return true;
      }
    }
    decide(scene, { path: module.path, at: call.node.start, reason: "result-used", what: call.name });
    return true;
  },
};

/** `const scope = await call;` */
function namedUses({ node, module }: ContextCall): { statement: Node; result: Binding } | null {
  const { outer, parent, awaited } = positionOf(node, module);
  if (!awaited || parent.type !== "VariableDeclarator" || parent.init !== outer) return null;
  const statement = module.parents.get(parent);
  const result = module.bindingOf.get(parent.id);
  if (statement?.type !== "VariableDeclaration" || statement.declarations.length !== 1 || !result) return null;
  return statement.kind === "const" ? { statement, result } : null;
}

/** The argument that the function gives back, if all that is read of its result is in it. */
function argumentOf(call: ContextCall, { setters }: Scene, result: Binding): Node | null {
  const returned = call.callee && setters.get(call.callee)?.returned;
  if (returned?.kind !== "argument") return null;
  const argument = call.arguments[returned.index];
  if (!argument || argument.type === "SpreadElement") return null;
  if (argument.type !== "Identifier" && argument.type !== "MemberExpression") return null;
  const isRead = (node: Node): boolean => {
    const parent = call.module.parents.get(node);
    if (parent?.type === "Property" && parent.shorthand) return false;
    if (returned.members === null) return true;
    return (
      parent?.type === "MemberExpression" &&
      parent.object === node &&
      returned.members.has(memberName(parent) ?? "") &&
      call.module.parents.get(parent)?.type !== "AssignmentExpression"
    );
  };
  return result.references.every(isRead) ? argument : null;
}

/** True if the argument is the same where the result is read: nobody assigns to it, and no other name hides it. */
function keepsItsMeaning(argument: Node, result: Binding, call: ContextCall): boolean {
  const { module } = call;
  const [root] = namesIn(argument, call);
  if (!root) return false;
  const isWritten = module.nodes.some((node) => {
    if (node.type !== "AssignmentExpression" && node.type !== "UpdateExpression") return false;
    const target: Node = node.type === "AssignmentExpression" ? node.left : node.argument;
    return [...nodesIn(target)].some((one) => module.bindingOf.get(one) === root);
  });
  const contains = (outer: Node, one: Node): boolean => outer.start <= one.start && one.end <= outer.end;
  const hiding = module.bindings.filter(({ name }) => name === root.name).filter((one) => one !== root);
  const isHidden = (use: Node): boolean => {
    for (let at = module.parents.get(use); at && !contains(at, argument); at = module.parents.get(at))
      for (const { declarations } of hiding) if (declarations.some((one) => at && contains(at, one))) return true;
    return false;
  };
  return !isWritten && !result.references.some(isHidden);
}

const namesIn = (argument: Node, { module }: ContextCall): Binding[] => {
  const root = argument.type === "MemberExpression" ? argument.object : argument;
  const binding = module.bindingOf.get(root);
  return binding ? [binding] : [];
};
