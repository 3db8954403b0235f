import {
  applyEdits,
  cutFrom,
  cutLines,
  emptyDraft,
  FOLLOWING_SHAPES,
  isGone,
  isTestFile,
  nodesIn,
  record,
  type Module,
  type Node,
  type Project,
  type Retired,
  type Scene,
} from "../code/index.ts";
import { caseCall } from "./case-call.ts";
import type { TestCase } from "./find-cases.ts";
import { conditionHolds } from "./table.ts";
import type { Unit } from "./units.ts";

/** What an edit leaves without a use goes with it. */
const AFTERWARDS: ReadonlySet<string> = new Set([
  "unused-import",
  "unused-declaration",
  "unused-export",
  "emptied-file",
]);

/**
 * The files without some parts: path → text; null: the file goes. Only files of tests are edited. Pure.
 */
export function editedTests(units: readonly Unit[], project: Project, retired: Retired): Map<string, string | null> {
  const scene: Scene = {
    project,
    retired,
    calls: [],
    setters: new Map(),
    frozen: new Set([...project.modules.keys()].filter((path) => !isTestFile(path))),
    draft: emptyDraft(),
  };
  cutStatements(units, scene);
  for (const unit of units) if (unit.kind === "row") cutRow(unit, units, scene);
  for (let before = -1; before !== scene.draft.changes.length;) {
    before = scene.draft.changes.length;
    for (const shape of FOLLOWING_SHAPES) if (AFTERWARDS.has(shape.id)) shape.find(scene);
  }
  const files = new Map<string, string | null>();
  for (const [path, edits] of scene.draft.edits)
    files.set(path, applyEdits(project.modules.get(path)?.text ?? "", edits));
  for (const path of scene.draft.deleted) files.set(path, null);
  return new Map([...files].toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

/** Remove cases, the suites and loops around them that hold no other case, and halves of cases. */
function cutStatements(units: readonly Unit[], scene: Scene): void {
  const going = new Set(units.flatMap((unit) => (unit.kind === "case" ? [unit.case.statement] : [])));
  const targets = new Map<Module, Set<Node>>();
  const add = (module: Module, node: Node): void => {
    const known = targets.get(module);
    if (known) known.add(node);
    else targets.set(module, new Set([node]));
  };
  for (const unit of units) {
    if (unit.kind === "case") add(unit.case.module, outermost(unit.case, going));
    if (unit.kind === "reads") recordIn(scene, unit.case.module, unit.case.statement, unit.reads);
    if (unit.kind === "half") for (const statement of unit.statements) add(unit.case.module, statement);
  }
  for (const [module, nodes] of targets)
    for (const [first, last] of runsOf(nodes, module))
      recordIn(scene, module, first, [cutLines(module, first, last, () => true)]);
}

/** The case, or the suite or loop around it whose cases all go. */
function outermost({ module, statement }: TestCase, going: ReadonlySet<Node>): Node {
  let found: Node = statement;
  for (let at = module.parents.get(statement); at; at = module.parents.get(at)) {
    if (at.type !== "ForOfStatement" && caseCall(at)?.kind !== "suite") continue;
    const cases = [...nodesIn(at)].filter((one) => caseCall(one)?.kind === "case");
    if (!cases.every((one) => going.has(one))) break;
    found = at;
  }
  return found;
}

/** Statements that follow each other, as first and last: what stands between them goes too. */
function runsOf(nodes: ReadonlySet<Node>, module: Module): [Node, Node][] {
  const runs: [Node, Node][] = [];
  for (const node of [...nodes].toSorted((a, b) => a.start - b.start)) {
    const last = runs.at(-1);
    const parent = module.parents.get(node);
    const siblings = parent?.type === "BlockStatement" || parent?.type === "Program" ? parent.body : [];
    const at = siblings.findIndex((one) => one === node);
    if (last && at > 0 && siblings[at - 1] === last[1]) last[1] = node;
    else runs.push([node, node]);
  }
  return runs;
}

function recordIn(scene: Scene, { path }: Module, at: Node, edits: Parameters<typeof record>[2]): void {
  record(scene, { path, at: at.start, shape: "variable-path", what: "" }, edits);
}

/** Remove rows of a table; a condition on the row that is the same for all rows left is taken away too. */
function cutRow({ table, axis, cases }: Extract<Unit, { kind: "row" }>, all: readonly Unit[], scene: Scene): void {
  const going = new Set(all.flatMap((one) => (one.kind === "row" && one.table.array === table.array ? [one.row] : [])));
  const [first] = going;
  const { module, array, rows } = table;
  if (!first || isGone(scene, module, first)) return;
  recordIn(
    scene,
    module,
    array,
    cutFrom(module.path, module.text, rows, (row) => going.has(row)),
  );
  const left = rows.filter((row) => !going.has(row));
  for (const one of cases) {
    const own = one.axes.find((other) => other.table?.array === array) ?? axis;
    if (one.call.callback)
      for (const node of nodesIn(one.call.callback)) {
        if (node.type !== "ConditionalExpression" && node.type !== "IfStatement") continue;
        const held = new Set(left.map((row) => conditionHolds(node.test, one.module, own, row)));
        const [holds] = held;
        if (held.size !== 1 || holds === null || holds === undefined) continue;
        replaceByBranch(node, holds ? node.consequent : node.alternate, one.module, scene);
      }
  }
}

function replaceByBranch(node: Node, branch: Node | null, module: Module, scene: Scene): void {
  if (branch === null) {
    recordIn(scene, module, node, [cutLines(module, node, node, () => true)]);
    return;
  }
  const { path } = module;
  const block = branch.type === "BlockStatement" && node.type === "IfStatement" ? branch.body : null;
  // names of a block might be those of the block around it
  const declares = block?.some((one) => one.type === "VariableDeclaration" || one.type === "FunctionDeclaration");
  const [first, last] = [block?.[0] ?? branch, block?.at(-1) ?? branch];
  const [from, to] = declares ? [branch, branch] : [first, last];
  const edits = [
    { path, start: node.start, end: from.start, text: "" },
    { path, start: to.end, end: node.end, text: "" },
  ];
  recordIn(scene, module, node, edits);
}
