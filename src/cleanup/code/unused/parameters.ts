import { isGone, record, type Scene } from "../draft.ts";
import { cutFrom, type Edit } from "../syntax/cut.ts";
import type { Module } from "../syntax/module.ts";
import { isFunction, type FunctionNode, type Node } from "../syntax/node.ts";
import { patternNames, type Binding } from "../syntax/scope.ts";
import { isPure } from "../syntax/pure.ts";
import { pureCallsOf } from "../find/pure-calls.ts";
import type { ProjectShape } from "../shapes/shape.ts";
import { cutProperties } from "./declarations.ts";
import { editedModules } from "./imports.ts";
import { lostItsUses, usesLeft } from "./uses.ts";

export const unusedParameters: ProjectShape = {
  id: "unused-parameter",
  title: "delete parameters that nothing uses any more, and their arguments",
  why: "An edit took away the last use of the parameter. Where every use of the function is a call that can be seen, parameter and arguments go together. Elsewhere the parameter gets a `_` in front of its name, for its place is a part of the function's type.",
  examples: [
    {
      before: `import type { Context } from "./context";

async function invoices(supabase: Client, context: Context, limit: number) {
  await supabase.rpc("set_tenant_context", { p_tenant_id: context.tenantId });
  return supabase.from("invoice").select("id").limit(limit);
}

export const firstTen = async (supabase: Client, context: Context) => invoices(supabase, context, 10);
`,
      after: `import type { Context } from "./context";

async function invoices(supabase: Client, limit: number) {
  return supabase.from("invoice").select("id").limit(limit);
}

export const firstTen = async (supabase: Client, _context: Context) => invoices(supabase, 10);
`,
    },
    {
      before: `export const action = define(async ({ supabase, tenantId }, input: { limit: number }) => {
  await supabase.rpc("set_tenant_context", { p_tenant_id: tenantId });
  return supabase.from("invoice").select("id").limit(input.limit);
});
`,
      after: `export const action = define(async ({ supabase }, input: { limit: number }) => {
  return supabase.from("invoice").select("id").limit(input.limit);
});
`,
    },
  ],
  find(scene) {
    for (const module of editedModules(scene))
      for (const binding of module.bindings)
        if (binding.kind === "parameter" && lostItsUses(scene, module, binding)) cutParameter(binding, module, scene);
  },
};

function cutParameter(binding: Binding, module: Module, scene: Scene): void {
  const [id] = binding.declarations;
  if (!id || isGone(scene, module, id) || isRenamed(scene, module, id)) return;
  const place = placeOf(id, module);
  if (!place) return;
  const { fn, index, parameter } = place;
  const unused = (name: Node): boolean => {
    const one = module.bindingOf.get(name);
    return isGone(scene, module, name) || (one !== undefined && lostItsUses(scene, module, one));
  };
  const change = { path: module.path, at: id.start, shape: unusedParameters.id, what: binding.name };
  if (parameter.type === "ObjectPattern" && !patternNames(parameter).every(unused)) {
    const edits = cutProperties(parameter, unused, module);
    if (edits) record(scene, change, edits);
    return;
  }
  if (parameter.type !== "Identifier" && parameter.type !== "ObjectPattern") return;
  const whole = cutWhole(fn, index, module, scene);
  if (whole && record(scene, change, whole)) return;
  if (parameter.type !== "Identifier" || binding.name.startsWith("_")) return;
  record(scene, change, [{ path: module.path, start: id.start, end: id.start, text: "_" }]);
}

const isRenamed = (scene: Scene, module: Module, id: Node): boolean =>
  (scene.draft.edits.get(module.path) ?? []).some(({ start, end }) => start === id.start && end === id.start);

function placeOf(id: Node, module: Module): { fn: FunctionNode; index: number; parameter: Node } | null {
  let at = id;
  for (let parent = module.parents.get(at); parent; [at, parent] = [parent, module.parents.get(parent)])
    if (isFunction(parent)) {
      const index = parent.params.findIndex((one) => one === at);
      return index === -1 ? null : { fn: parent, index, parameter: at };
    }
  return null;
}

/** The parameter and the arguments of all calls; null if not all uses of the function are calls that can be edited. */
function cutWhole(fn: FunctionNode, index: number, module: Module, scene: Scene): Edit[] | null {
  const own = (): Edit[] =>
    cutFrom(module.path, module.text, fn.params, (one) => one === fn.params[index] || isGone(scene, module, one));
  const name = nameOf(fn, module);
  if (name === null) {
    // a callback may have fewer parameters than it is given
    const isArgument = module.parents.get(fn)?.type === "CallExpression";
    const isLast = fn.params.slice(index + 1).every((one) => isGone(scene, module, one));
    return isArgument && isLast ? own() : null;
  }
  const { binding, exported } = name;
  const left = usesLeft(scene, binding, null);
  const isComponent = /^[A-Z]/.test(binding.name) && /\.[jt]sx$/.test(module.path);
  if (scene.project.open.has(module.path) || (exported && left.linked === 0 && !isComponent)) return null;
  const edits = [own()];
  for (const use of left.live) {
    const cut = cutArgument(use.node, use.module, index, fn, scene);
    if (cut === null) return null;
    edits.push(cut);
  }
  return edits.flat();
}

function nameOf(fn: FunctionNode, module: Module): { binding: Binding; exported: boolean } | null {
  const parent = module.parents.get(fn);
  const isDeclared = (fn.type as string) === "FunctionDeclaration";
  const id = isDeclared ? fn.id : parent?.type === "VariableDeclarator" ? parent.id : null;
  // a type of the variable says which parameters there are
  if (id?.type !== "Identifier" || (!isDeclared && id.typeAnnotation)) return null;
  const binding = module.bindingOf.get(id);
  if (!binding || binding.declarations.length !== 1) return null;
  const statement = isDeclared ? fn : parent && module.parents.get(parent);
  const outer = statement && module.parents.get(statement);
  return {
    binding,
    exported: outer?.type === "ExportNamedDeclaration" || outer?.type === "ExportDefaultDeclaration",
  };
}

function cutArgument(use: Node, module: Module, index: number, fn: FunctionNode, scene: Scene): Edit[] | null {
  const call = module.parents.get(use);
  if (use.type === "JSXIdentifier") return cutAttributes(use, module, fn.params[index]);
  if (call?.type !== "CallExpression" || call.callee !== use) return null;
  if (call.arguments.slice(0, index + 1).some(({ type }) => type === "SpreadElement")) return null;
  const argument = call.arguments[index];
  if (!argument || isGone(scene, module, argument)) return [];
  if (!isPure(argument, pureCallsOf(module, scene.project))) return null;
  return cutFrom(module.path, module.text, call.arguments, (one) => one === argument || isGone(scene, module, one));
}

/** `<Component name={…} />`: the attributes that a destructured parameter takes. */
function cutAttributes(use: Node, module: Module, parameter: Node | undefined): Edit[] | null {
  const element = module.parents.get(use);
  if (element?.type === "JSXClosingElement") return [];
  if (element?.type !== "JSXOpeningElement" || parameter?.type !== "ObjectPattern") return null;
  const names = new Set(
    parameter.properties.flatMap((one) =>
      one.type === "Property" && one.key.type === "Identifier" ? [one.key.name] : [],
    ),
  );
  if (element.attributes.some(({ type }) => type === "JSXSpreadAttribute")) return null;
  return element.attributes.flatMap((one): Edit[] => {
    if (one.type !== "JSXAttribute" || one.name.type !== "JSXIdentifier" || !names.has(one.name.name)) return [];
    const space = /\s*$/.exec(module.text.slice(0, one.start))?.[0].length ?? 0;
    return [{ path: module.path, start: one.start - space, end: one.end, text: "" }];
  });
}
