import {
  constantText,
  isTestFile,
  nodesIn,
  type Binding,
  type Module,
  type Node,
  type Project,
} from "../code/index.ts";
import { declarationOf, isCallable } from "./declaration.ts";

/** What a part of a test leads to, through the functions that it uses. */
export interface Reach {
  /** every text on the way: SQL, names of relations and of functions in SQL */
  texts: readonly string[];
  /** the functions of the project, outside of its tests, that it uses itself or by functions of the tests */
  functions: ReadonlySet<Binding>;
  /** it expects something, itself or by a function of the tests */
  asserts: boolean;
}

const ASSERTS: ReadonlySet<string> = new Set(["expect", "assert", "expectTypeOf", "assertType", "should"]);

/** Follow the names that some parts of a module use. `setters`: functions that only set the context, which go. */
export function reachOf(
  parts: readonly Node[],
  module: Module,
  project: Project,
  setters: ReadonlySet<Binding>,
): Reach {
  const texts: string[] = [];
  const functions = new Set<Binding>();
  const seen = new Set<Binding>();
  let asserts = false;
  const visit = (part: Node, home: Module, inTests: boolean): void => {
    for (const node of nodesIn(part)) {
      const text = constantText(node);
      if (text !== null) texts.push(text);
      else if (node.type === "TemplateElement") texts.push(node.value.cooked ?? node.value.raw);
      if (node.type !== "Identifier") continue;
      if (inTests && ASSERTS.has(node.name)) asserts = true;
      const binding = home.bindingOf.get(node);
      const meant = binding && project.meant(binding);
      const declaration = meant && declarationOf(meant, project);
      if (!meant || !declaration || setters.has(meant)) continue;
      const isOfTests = isTestFile(meant.path);
      if (inTests && !isOfTests && isCallable(declaration)) functions.add(meant);
      if (seen.has(meant)) continue;
      seen.add(meant);
      const next = project.modules.get(meant.path);
      if (next) visit(declaration, next, inTests && isOfTests);
    }
  };
  for (const part of parts) visit(part, module, true);
  return { texts, functions, asserts };
}
