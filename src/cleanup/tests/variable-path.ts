import {
  constantText,
  isSent,
  isTestFile,
  mentionIn,
  nodesIn,
  rpcName,
  splitTopLevel,
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
  /**
   * true if one of these nodes reads a variable together with something else of the session, such as the role: what is
   * expected of that does not end with the variable
   */
  readsMore(nodes: readonly Node[], module: Module): boolean;
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
  const readsMore: VariablePath["readsMore"] = (nodes, module) =>
    nodes.some((node) => textsAt(node, module, project).some((text) => asksForMore(text, retired)));
  return { setters, nodesIn: find, readsMore };
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

/** The text that a node is, or those of the constant that it names. */
function textsAt(node: Node, module: Module, project: Project): string[] {
  if (isText(node)) return [textOf(node, module)];
  const binding = node.type === "Identifier" ? module.bindingOf.get(node) : undefined;
  const meant = binding && project.meant(binding);
  const declaration = meant && declarationOf(meant, project);
  const home = meant && project.modules.get(meant.path);
  if (!home || declaration?.type !== "VariableDeclarator" || declaration.init === null) return [];
  return isText(declaration.init) ? [textOf(declaration.init, home)] : [];
}

/** True if a SELECT without FROM has an item that names a variable, and one that names none. */
function asksForMore(sql: string, retired: Retired): boolean {
  const select = /^\s*select\s/i.exec(sql);
  if (!select || /\bfrom\b/i.test(sql) || mentionIn(sql, retired) !== "names") return false;
  const items = splitTopLevel(sql, select[0].length, sql.length);
  return items === null || items.some(({ start, end }) => mentionIn(sql.slice(start, end), retired) === null);
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
