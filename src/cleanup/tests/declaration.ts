import { isFunction, type Binding, type Node, type Project } from "../code/index.ts";

/** The node that declares a name: a function, a class, or `name = …` of a variable. Null: a parameter, an import. */
export function declarationOf(binding: Binding, project: Project): Node | null {
  const module = project.modules.get(binding.path);
  const [id] = binding.declarations;
  if (!module || !id || !["function", "class", "variable"].includes(binding.kind)) return null;
  for (let at = module.parents.get(id); at; at = module.parents.get(at)) {
    if (at.type === "VariableDeclarator" || at.type === "FunctionDeclaration" || at.type === "ClassDeclaration")
      return at;
    if (isFunction(at)) return null;
  }
  return null;
}

/** True if a name is called: a function, a class, or a variable that holds a function. */
export function isCallable(declaration: Node): boolean {
  return declaration.type !== "VariableDeclarator" || isFunction(declaration.init);
}
