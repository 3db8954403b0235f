import { isGone, record, type Scene } from "../draft.ts";
import { cutFrom, type Edit } from "../syntax/cut.ts";
import type { Module } from "../syntax/module.ts";
import { isFunction, memberName, type FunctionNode, type Node } from "../syntax/node.ts";
import type { Binding } from "../syntax/scope.ts";
import { cutStatements } from "../syntax/statement.ts";
import { editedModules } from "../unused/imports.ts";
import { usesLeft } from "../unused/uses.ts";
import type { ProjectShape } from "./shape.ts";

export const emptyMiddleware: ProjectShape = {
  id: "empty-middleware",
  title: "take a middleware out of its chain that only calls the next one",
  why: "Without the call nothing is left but `next()`. A middleware that checks something besides stays where it is.",
  examples: [
    {
      before: `export function withContext(): Middleware {
  return async (context, next) => {
    await context.supabase.rpc("set_tenant_context", { p_tenant_id: context.tenantId });
    return next();
  };
}

export function chainOf(options: Options): Middleware[] {
  const middlewares = [withLog(), withContext()];
  if (options.audit) middlewares.push(withAudit());
  middlewares.push(withContext());
  return middlewares;
}
`,
      after: `export function withContext(): Middleware {
  return async (_context, next) => {
    return next();
  };
}

export function chainOf(options: Options): Middleware[] {
  const middlewares = [withLog()];
  if (options.audit) middlewares.push(withAudit());
  return middlewares;
}
`,
      note: "the function stays where somebody outside may import it",
    },
    {
      before: `export const tenant = async (ctx: Ctx, next: Next) => {
  await ctx.supabase.rpc("set_tenant_context", { p_tenant_id: ctx.tenantId });
  return await next();
};

export const chain = [log(), tenant /* größer */, audit()];
`,
      after: `export const tenant = async (_ctx: Ctx, next: Next) => {
  return await next();
};

export const chain = [log(), audit()];
`,
    },
  ],
  find(scene) {
    for (const module of editedModules(scene))
      for (const node of module.nodes)
        if (isFunction(node) && passesOn(node, module, scene)) {
          const binding = factoryOf(node, module);
          if (binding) cutUses(binding, module, scene);
        }
  },
};

/** True for `(context, next) => { return next(); }` from which something was removed. */
function passesOn(fn: FunctionNode, module: Module, scene: Scene): boolean {
  if (fn.body?.type !== "BlockStatement" || fn.params.length !== 2) return false;
  const left = fn.body.body.filter((one) => !isGone(scene, module, one));
  const [only] = left;
  if (left.length !== 1 || left.length === fn.body.body.length || only?.type !== "ReturnStatement") return false;
  const call = only.argument?.type === "AwaitExpression" ? only.argument.argument : only.argument;
  if (call?.type !== "CallExpression" || call.arguments.length > 0) return false;
  const next = module.bindingOf.get(call.callee);
  return next !== undefined && module.bindingOf.get(fn.params[1] ?? fn) === next;
}

/** The name of the function that makes the middleware, or of the middleware itself. */
function factoryOf(fn: FunctionNode, module: Module): Binding | null {
  for (let at: Node | undefined = fn; at; at = module.parents.get(at)) {
    const parent = module.parents.get(at);
    const id = at.type === "FunctionDeclaration" ? at.id : parent?.type === "VariableDeclarator" ? parent.id : null;
    if (id) return module.bindingOf.get(id) ?? null;
    const isReturned =
      parent?.type === "ReturnStatement" || parent?.type === "BlockStatement" || isFunction(parent) || isFunction(at);
    if (!isReturned) return null;
  }
  return null;
}

/** `list.push(withContext())`, and elements of an array. */
function cutUses(binding: Binding, _module: Module, scene: Scene): void {
  for (const { module, node } of usesLeft(scene, binding, null).live) {
    const call = module.parents.get(node);
    const value = call?.type === "CallExpression" && call.callee === node ? call : node;
    const edits = isGone(scene, module, value) ? null : cutValue(value, module, scene);
    if (edits)
      record(scene, { path: module.path, at: node.start, shape: emptyMiddleware.id, what: binding.name }, edits);
  }
}

function cutValue(value: Node, module: Module, scene: Scene): Edit[] | null {
  const parent = module.parents.get(value);
  if (parent?.type === "ArrayExpression") {
    const items = parent.elements.flatMap((one): Node[] => (one === null ? [] : [one]));
    if (items.length !== parent.elements.length) return null;
    return cutFrom(module.path, module.text, items, (one) => one === value || isGone(scene, module, one));
  }
  if (parent?.type !== "CallExpression" || memberName(parent.callee) !== "push" || parent.arguments.length !== 1)
    return null;
  const statement = module.parents.get(parent);
  const cut = statement?.type === "ExpressionStatement" && cutStatements(scene, module, statement, statement);
  return cut ? [cut.edit] : null;
}
