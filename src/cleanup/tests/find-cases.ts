import {
  bare,
  constantText,
  hookOf,
  isFunction,
  isTestFile,
  lineAt,
  type Module,
  type Node,
  type Project,
} from "../code/index.ts";
import { caseCall, escapeText, titlePattern, type CaseCall } from "./case-call.ts";
import { reachOf, type Reach } from "./reach.ts";
import { axisOfEach, axisOfLoop, rowValues, type Axis } from "./table.ts";
import type { VariablePath } from "./variable-path.ts";

/** An axis of a case, with what runs over it. */
export interface CaseAxis extends Axis {
  /** the suite or the case of `.each`; null: a loop */
  call: CaseCall | null;
  /** the expression of the table */
  source: Node | null;
}

/** A test case in the code: one statement, however often it runs. */
export interface TestCase {
  module: Module;
  statement: Node;
  call: CaseCall;
  line: number;
  /** as it is written, with the suites around it */
  name: string;
  /** the suites around it, from the outermost */
  suites: readonly { statement: Node; call: CaseCall }[];
  /** from the outermost */
  axes: readonly CaseAxis[];
  /** the places of its body that take the variable's path */
  touching: readonly Node[];
  /** a hook around it takes it */
  isHookTouching: boolean;
  /** it, a hook around it or a table of it gives SQL of the variable's path to code that is not followed */
  gives: boolean;
  reach: Reach;
}

/** Every test case of the project's test files. */
export const findCases = (project: Project, path: VariablePath): TestCase[] =>
  [...project.modules.values()]
    .filter((module) => isTestFile(module.path))
    .flatMap((module) =>
      module.nodes.flatMap((statement): TestCase[] => {
        const call = caseCall(statement);
        return call?.kind === "case" ? [caseOf(statement, call, module, project, path)] : [];
      }),
    );

function caseOf(statement: Node, call: CaseCall, module: Module, project: Project, path: VariablePath): TestCase {
  const suites: TestCase["suites"][number][] = [];
  const axes: CaseAxis[] = [];
  const add = (one: CaseCall): void => {
    if (one.each)
      axes.unshift({ ...axisOfEach(one.each.table, one.callback, module, project), call: one, source: one.each.table });
  };
  add(call);
  const bodies: Node[] = [module.program];
  for (let at = module.parents.get(statement); at; at = module.parents.get(at)) {
    const suite = caseCall(at);
    if (suite?.kind === "suite") {
      suites.unshift({ statement: at, call: suite });
      add(suite);
      if (suite.callback?.body) bodies.push(suite.callback.body);
    }
    if (at.type === "ForOfStatement")
      axes.unshift({ ...axisOfLoop(at, module, project), call: null, source: at.right });
  }
  const hooks = bodies.flatMap((body) => hooksIn(body, module));
  const parts = [
    ...(call.callback ? [call.callback] : []),
    ...hooks,
    ...axes.flatMap(({ table }) => (table?.module === module ? [table.array] : [])),
  ];
  return {
    module,
    statement,
    call,
    line: lineAt(module.text, statement.start),
    name: [...suites.map((one) => one.call), call].map(({ title }) => shown(title, module)).join(" > "),
    suites,
    axes,
    touching: call.callback ? path.nodesIn(call.callback, module) : [],
    gives:
      parts.some((part) => path.givenIn(part, module).length > 0) ||
      axes.some(({ table }) => table !== null && path.givenIn(table.array, table.module).length > 0),
    isHookTouching: hooks.some((hook) => path.nodesIn(hook, module, { calls: true }).length > 0),
    reach: reachOf(parts, module, project, path.setters),
  };
}

const shown = (title: Node | null, module: Module): string =>
  title === null ? "" : (constantText(title) ?? module.text.slice(title.start, title.end));

/** The functions of `beforeEach` and the like that stand directly in a body. */
function hooksIn(body: Node, module: Module): Node[] {
  if (body.type !== "BlockStatement" && body.type !== "Program") return [];
  return body.body.flatMap((statement): Node[] => {
    if (statement.type !== "ExpressionStatement") return [];
    const call = bare(statement.expression);
    const fn = call.type === "CallExpression" ? call.arguments.find((one) => isFunction(one)) : undefined;
    return fn && hookOf(fn, module) === statement ? [fn] : [];
  });
}

/** The titles under which a case is reported, from the outermost suite. `row`: for one row of one of its axes. */
export function titlesOf(one: TestCase, chosen: { axis: CaseAxis; row: Node } | null): RegExp[] {
  return [...one.suites.map(({ call }) => call), one.call].map((call) => {
    const own = chosen && chosen.axis.call === call ? rowValues(chosen.row) : null;
    // in a loop the title holds the value of the row
    const looped = chosen && chosen.axis.call === null ? loopValue(call, chosen, one.module) : null;
    return looped ?? titlePattern(call.title, own, call.each !== null);
  });
}

/** The title of a call in a loop, with the value of the row for the loop's name; null: it does not use the name. */
function loopValue({ title }: CaseCall, { axis, row }: { axis: CaseAxis; row: Node }, module: Module): RegExp | null {
  const values = rowValues(row);
  const valueOf = (node: Node): string | null => {
    const binding = node.type === "Identifier" ? module.bindingOf.get(node) : undefined;
    const place = axis.parameters.findIndex((one) => binding !== undefined && module.bindingOf.get(one) === binding);
    return place === -1 ? null : (values[place] ?? null);
  };
  if (title?.type === "Identifier") {
    const value = valueOf(title);
    return value === null ? null : new RegExp(`^${escapeText(value)}$`);
  }
  if (title?.type !== "TemplateLiteral") return null;
  const parts = title.quasis.map(({ value }, n) => {
    const expression = title.expressions[n];
    const text = value.cooked ?? value.raw;
    if (!expression) return escapeText(text);
    const found = valueOf(expression);
    return `${escapeText(text)}${found === null ? "[^]*" : escapeText(found)}`;
  });
  return new RegExp(`^${parts.join("")}$`);
}
