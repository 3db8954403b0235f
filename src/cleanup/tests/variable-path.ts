import {
  constantText,
  isSent,
  isTestFile,
  mentionIn,
  nodesIn,
  rpcName,
  type Binding,
  type Module,
  type Node,
  type Project,
  type Retired,
} from "../code/index.ts";
import { declarationOf } from "./declaration.ts";

/** Finds the places in tests that take the variable's path. */
export interface VariablePath {
  /** the functions of the project that only set the variables */
  setters: ReadonlySet<Binding>;
  /**
   * the nodes below a node that set or read a variable, themselves or through a function or a name of a test file.
   * `calls`: a function that sets the context counts only where it is called, not where it is mocked
   */
  nodesIn(node: Node, module: Module, options?: { calls: boolean }): Node[];
}

/** Read the variable's path in the test files of a project. `setters`: functions of the project that only set it. */
export function variablePath(project: Project, retired: Retired, setters: ReadonlySet<Binding>): VariablePath {
  const touching = new Set<Binding>();
  const isTouching = (node: Node, module: Module, calls: boolean): boolean => {
    if (rpcName(node, module) !== null)
      return [...retired.functions, ...retired.mixed].includes(rpcName(node, module) ?? "");
    if (isText(node)) return mentionIn(textOf(node, module), retired) !== null && isSent(node, module);
    const binding = node.type === "Identifier" ? module.bindingOf.get(node) : undefined;
    if (!binding || binding.declarations.includes(node) || isSpecifier(node, module)) return false;
    const meant = project.meant(binding);
    if (setters.has(meant)) return !calls || isCalled(node, module);
    return touching.has(meant);
  };
  const find: VariablePath["nodesIn"] = (node, module, { calls } = { calls: false }) =>
    [...nodesIn(node)].filter((one) => isTouching(one, module, calls));

  const tests = [...project.modules.values()].filter(({ path }) => isTestFile(path));
  for (let before = -1; before !== touching.size;) {
    before = touching.size;
    for (const module of tests)
      for (const binding of namesThatTouch(module, project, (node) => find(node, module).length > 0))
        touching.add(binding);
  }
  return { setters, nodesIn: find };
}

/** The names of a module that are declared with, or assigned, something that touches. */
function namesThatTouch(module: Module, project: Project, touches: (node: Node) => boolean): Binding[] {
  const declared = module.bindings.filter((binding) => {
    const declaration = declarationOf(binding, project);
    return declaration !== null && touches(declaration);
  });
  const assigned = module.nodes.flatMap((node): Binding[] => {
    if (node.type !== "AssignmentExpression" || node.left.type !== "Identifier" || !touches(node.right)) return [];
    const binding = module.bindingOf.get(node.left);
    return binding ? [binding] : [];
  });
  return [...declared, ...assigned];
}

const isText = (node: Node): boolean =>
  node.type === "TemplateLiteral" || (node.type === "Literal" && typeof node.value === "string");

const textOf = (node: Node, module: Module): string =>
  constantText(node) ?? module.text.slice(node.start + 1, node.end - 1);

const isSpecifier = (node: Node, module: Module): boolean =>
  (module.parents.get(node)?.type ?? "").endsWith("Specifier");

function isCalled(node: Node, module: Module): boolean {
  const parent = module.parents.get(node);
  return parent?.type === "CallExpression" && parent.callee === node;
}
