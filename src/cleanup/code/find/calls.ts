import type { Project } from "../project/project.ts";
import type { Retired } from "../retired.ts";
import type { Module } from "../syntax/module.ts";
import { bare, constantText, memberName, type Node } from "../syntax/node.ts";
import type { Binding } from "../syntax/scope.ts";

/** A place where the code sets the context over PostgREST, itself or by a function that does nothing else. */
export interface ContextCall {
  module: Module;
  /** the call with what is chained to it and concerns it alone, such as `.throwOnError()` */
  node: Node;
  /** null: `.rpc("…")` */
  callee: Binding | null;
  /** the arguments of the call */
  arguments: readonly Node[];
  /** the name that is called, for messages */
  name: string;
  /** the function in SQL checks something besides: its calls are looked at by a person */
  mixed: boolean;
}

/** Methods of PostgREST's builder that change nothing about what the call does. */
const CHAINED: ReadonlySet<string> = new Set([
  "single",
  "maybeSingle",
  "throwOnError",
  "abortSignal",
  "returns",
  "overrideTypes",
  "retry",
]);

/** Every call in a module. `setters`: functions of the project that only set the context. */
export function callsIn(
  module: Module,
  project: Project,
  retired: Retired,
  setters: ReadonlySet<Binding>,
): ContextCall[] {
  if (!mayCall(module, project, retired, setters)) return [];
  return module.nodes.flatMap((node): ContextCall[] => {
    if (node.type !== "CallExpression") return [];
    const found = rpcName(node, module);
    if (found !== null && (retired.functions.has(found) || retired.mixed.has(found)))
      return [
        {
          module,
          node: withChain(node, module),
          callee: null,
          arguments: node.arguments,
          name: found,
          mixed: !retired.functions.has(found),
        },
      ];
    const callee = calleeOf(node.callee, module, project);
    if (callee === null || !setters.has(callee)) return [];
    return [
      { module, node: withChain(node, module), callee, arguments: node.arguments, name: callee.name, mixed: false },
    ];
  });
}

/** A prefilter by text: a name that is called stands in the module, except for a default import. */
const mayCall = (module: Module, project: Project, retired: Retired, setters: ReadonlySet<Binding>): boolean =>
  [...retired.functions, ...retired.mixed].some((name) => module.text.includes(name)) ||
  [...setters].some((one) => module.text.includes(one.name) || project.isDefault(one));

/** The function in SQL that `.rpc(name, …)` calls, without its schema. */
export function rpcName(node: Node, module: Module): string | null {
  if (node.type !== "CallExpression" || memberName(node.callee) !== "rpc") return null;
  const [first] = node.arguments;
  const text = constantText(first) ?? constantOf(first, module);
  return text === null ? null : text.replace(/^.*\./, "");
}

/** The text that a `const` of the module holds. */
function constantOf(node: Node | undefined, module: Module): string | null {
  const declared = node?.type === "Identifier" ? module.bindingOf.get(node)?.declarations[0] : undefined;
  const declarator = declared && module.parents.get(declared);
  return declarator?.type === "VariableDeclarator" ? constantText(declarator.init) : null;
}

/** The declaration of the function that is called: by its name, or as a member of `import * as`. */
function calleeOf(node: Node, module: Module, project: Project): Binding | null {
  const callee = bare(node);
  if (callee.type === "Identifier") {
    const binding = module.bindingOf.get(callee);
    return binding ? project.meant(binding) : null;
  }
  if (callee.type !== "MemberExpression" || callee.object.type !== "Identifier") return null;
  const space = module.bindingOf.get(callee.object)?.declarations[0];
  const specifier = space && module.parents.get(space);
  const statement = specifier && module.parents.get(specifier);
  if (specifier?.type !== "ImportNamespaceSpecifier" || statement?.type !== "ImportDeclaration") return null;
  const target = project.target(module, statement.source.value);
  const exported = target && project.exportsOf(target).get(memberName(callee) ?? "");
  return exported ? project.meant(exported) : null;
}

function withChain(call: Node, module: Module): Node {
  const member = module.parents.get(call);
  const outer = member && module.parents.get(member);
  if (member?.type !== "MemberExpression" || member.object !== call || outer?.type !== "CallExpression") return call;
  if (outer.callee !== member || !CHAINED.has(memberName(member) ?? "")) return call;
  return withChain(outer, module);
}

/** Where the value of an expression goes, past `await`, `void` and type syntax. */
export interface Position {
  /** the outermost expression: the call, or `await call` */
  outer: Node;
  parent: Node;
  awaited: boolean;
}

export function positionOf(node: Node, module: Module): Position {
  let [outer, awaited] = [node, false];
  for (;;) {
    const parent = module.parents.get(outer) ?? module.program;
    const passes =
      parent.type === "AwaitExpression" ||
      (parent.type === "UnaryExpression" && parent.operator === "void") ||
      parent.type === "TSAsExpression" ||
      parent.type === "TSNonNullExpression" ||
      parent.type === "ChainExpression";
    if (!passes) return { outer, parent, awaited };
    if (parent.type === "AwaitExpression") awaited = true;
    outer = parent;
  }
}
