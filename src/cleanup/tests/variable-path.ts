import {
  constantText,
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
import { sendingOf } from "./sending.ts";

/** Finds the places in tests that take the variable's path. */
export interface VariablePath {
  /** the functions of the project that only set the variables */
  setters: ReadonlySet<Binding>;
  /**
   * the nodes below a node that set or read a variable, themselves or through a function or a name of a test file.
   * `calls`: a function that sets the context counts only where it is called, not where it is mocked
   */
  nodesIn(node: Node, module: Module, options?: { calls: boolean }): Node[];
  /** the SQL below a node that names a variable or its setter, and is given to code that is not followed */
  givenIn(node: Node, module: Module): Node[];
  /**
   * true if one of these nodes reads a variable together with something else of the session, such as the role: what is
   * expected of that does not end with the variable
   */
  readsMore(nodes: readonly Node[], module: Module): boolean;
}

/** Read the variable's path in the test files of a project. `setters`: functions of the project that only set it. */
export function variablePath(project: Project, retired: Retired, setters: ReadonlySet<Binding>): VariablePath {
  const touching = new Set<Binding>();
  const isNaming = (node: Node, module: Module): boolean => mentionIn(textOf(node, module), retired) !== null;
  const isTouching = (node: Node, module: Module, calls: boolean): boolean => {
    if (rpcName(node, module) !== null)
      return [...retired.functions, ...retired.mixed].includes(rpcName(node, module) ?? "");
    if (isText(node)) return isNaming(node, module) && sendingOf(node, module, project) === "sent";
    const binding = node.type === "Identifier" ? module.bindingOf.get(node) : undefined;
    if (!binding || binding.declarations.includes(node) || isSpecifier(node, module)) return false;
    const meant = project.meant(binding);
    if (setters.has(meant)) return !calls || isCalled(node, module);
    return touching.has(meant);
  };
  const find: VariablePath["nodesIn"] = (node, module, { calls } = { calls: false }) =>
    [...nodesIn(node)].filter((one) => isTouching(one, module, calls));

  const tests = [...project.modules.values()].filter(({ path }) => isTestFile(path));
  addNames(touching, tests, project, (node, module) => find(node, module).length > 0);
  const giving = new Set<Binding>();
  const isGiving = (node: Node, module: Module): boolean => {
    if (isText(node))
      return isNaming(node, module) && RUNS.test(textOf(node, module)) && sendingOf(node, module, project) === "given";
    const binding = node.type === "Identifier" ? module.bindingOf.get(node) : undefined;
    return binding !== undefined && !binding.declarations.includes(node) && giving.has(project.meant(binding));
  };
  const givenIn: VariablePath["givenIn"] = (node, module) => [...nodesIn(node)].filter((one) => isGiving(one, module));
  addNames(giving, tests, project, (node, module) => givenIn(node, module).length > 0);
  const readsMore: VariablePath["readsMore"] = (nodes, module) =>
    nodes.some((node) => textsAt(node, module, project).some((text) => asksForMore(text, retired)));
  return { setters, nodesIn: find, givenIn, readsMore };
}

/** The beginning of SQL that sets or reads a variable where it runs; the text of a migration is none. */
const RUNS = /^\s*(?:select|set|reset|call|do|with|begin|insert|update|delete)\b/i;

/** Add the names that are made of what is looked for, also by way of each other. */
function addNames(
  names: Set<Binding>,
  modules: readonly Module[],
  project: Project,
  holds: (node: Node, module: Module) => boolean,
): void {
  for (let before = -1; before !== names.size;) {
    before = names.size;
    for (const module of modules)
      for (const binding of namesThatTouch(module, project, (node) => holds(node, module))) names.add(binding);
  }
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
