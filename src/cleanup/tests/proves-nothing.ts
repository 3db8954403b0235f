import { isFunction, nodesIn, type Module, type Node, type Project } from "../code/index.ts";
import { declarationOf } from "./declaration.ts";
import type { TestCase } from "./find-cases.ts";

/** Why a test proves nothing about row security. */
export type ProvesNothing =
  /** it connects as the service role, which row security does not bind */
  | "service-role"
  /** it expects nothing */
  | "expects-nothing"
  /** it returns before it expects something, where the environment has no value */
  | "needs-environment"
  /** all that it expects stands in a branch that need not be reached */
  | "expects-in-branch"
  /** it is skipped */
  | "skipped";

/** A test that proves nothing, with its place. */
export interface IdleTest {
  path: string;
  line: number;
  name: string;
  why: ProvesNothing;
}

/** The cases that prove nothing; they are reported, and stay. */
export const idleTests = (cases: readonly TestCase[], project: Project): IdleTest[] =>
  cases.flatMap((one) => {
    const why = idleness(one, project);
    return why === null ? [] : [{ path: one.module.path, line: one.line, name: one.name, why }];
  });

/** True if a case proves nothing. */
export const isIdle = (one: TestCase, project: Project): boolean => idleness(one, project) !== null;

function idleness(one: TestCase, project: Project): ProvesNothing | null {
  const { call, module, suites } = one;
  const calls = [...suites.map((suite) => suite.call), call];
  if (calls.some(({ modifiers }) => modifiers.includes("skip") || modifiers.includes("todo"))) return "skipped";
  if (calls.some(({ condition }) => condition !== null && readsEnvironment(condition, module, project)))
    return "needs-environment";
  const body = call.callback?.body;
  if (!body) return null;
  if (!one.reach.asserts) return "expects-nothing";
  if (returnsEarly(body, module, project)) return "needs-environment";
  if (isServiceOnly(body, module, project)) return "service-role";
  const expected = [...nodesIn(body)].filter(isExpect);
  return expected.length > 0 && expected.every((node) => isInBranch(node, body, module)) ? "expects-in-branch" : null;
}

const isExpect = (node: Node): boolean =>
  node.type === "CallExpression" && node.callee.type === "Identifier" && node.callee.name === "expect";

/** `if (!process.env.X) return;` before anything is expected. */
function returnsEarly(body: Node, module: Module, project: Project): boolean {
  if (body.type !== "BlockStatement") return false;
  for (const statement of body.body) {
    if ([...nodesIn(statement)].some(isExpect)) return false;
    if (statement.type !== "IfStatement" || !readsEnvironment(statement.test, module, project)) continue;
    const { consequent } = statement;
    const last = consequent.type === "BlockStatement" ? consequent.body.at(-1) : consequent;
    if (last?.type === "ReturnStatement") return true;
  }
  return false;
}

/** True if an expression reads the environment, itself or by a constant. */
function readsEnvironment(part: Node, module: Module, project: Project, depth = 3): boolean {
  return [...nodesIn(part)].some((node) => {
    if (/^(?:process\.env|import\.meta\.env|Deno\.env)\b/.test(module.text.slice(node.start, node.end))) return true;
    const binding = node.type === "Identifier" ? module.bindingOf.get(node) : undefined;
    const meant = binding && project.meant(binding);
    const declaration = meant && declarationOf(meant, project);
    const home = meant && project.modules.get(meant.path);
    if (depth === 0 || declaration?.type !== "VariableDeclarator" || !declaration.init || !home) return false;
    return !isFunction(declaration.init) && readsEnvironment(declaration.init, home, project, depth - 1);
  });
}

const SERVICE = /service_?role/i;

/** True if every function of the project that the body calls itself connects as the service role. */
function isServiceOnly(body: Node, module: Module, project: Project): boolean {
  const called = [...nodesIn(body)].flatMap((node) => {
    if (node.type !== "CallExpression" || node.callee.type !== "Identifier") return [];
    const binding = module.bindingOf.get(node.callee);
    const meant = binding && project.meant(binding);
    const declaration = meant && declarationOf(meant, project);
    const home = meant && project.modules.get(meant.path);
    // a function without statements of its own, such as one that makes an id, connects nobody
    const connects = declaration && home && /client|connect|pool|supabase|session/i.test(meant.name);
    return connects ? [home.text.slice(declaration.start, declaration.end)] : [];
  });
  return (
    called.length > 0 &&
    called.every((text) => SERVICE.test(text)) &&
    !/set\s+(?:local\s+)?role/i.test(textOf(body, module))
  );
}

const textOf = (node: Node, module: Module): string => module.text.slice(node.start, node.end);

/** True if a node stands in a branch, or in a `catch`, of the body. */
function isInBranch(node: Node, body: Node, module: Module): boolean {
  for (let at = node; at !== body;) {
    const parent = module.parents.get(at);
    if (!parent) return false;
    if (parent.type === "IfStatement" && at !== parent.test) return true;
    if (parent.type === "CatchClause") return true;
    if (parent.type === "LogicalExpression" && at === parent.right) return true;
    if (parent.type === "ConditionalExpression" && at !== parent.test) return true;
    at = parent;
  }
  return false;
}
