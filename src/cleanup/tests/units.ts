import { bare, isTestFile, memberName, nodesIn, type Edit, type Node, type Project } from "../code/index.ts";
import type { CaseAxis, TestCase } from "./find-cases.ts";
import { titlesOf } from "./find-cases.ts";
import { halvesOf } from "./halves.ts";
import { isIdle } from "./proves-nothing.ts";
import { isReached, type Table } from "./table.ts";
import type { VariablePath } from "./variable-path.ts";

/** A case as it runs for some rows of its tables. */
export interface Instance {
  case: TestCase;
  /** the patterns of its titles in a report */
  titles: readonly RegExp[];
}

/** The reason why a part of the variable's path is not looked at further. */
export type Unclear = "mixed" | "order-of-calls" | "several-tables" | "table-in-use" | "sql-not-followed";

/** A part of the tests that takes the variable's path, and that goes or stays as a whole. */
export type Unit = {
  unclear: Unclear | null;
  instances: readonly Instance[];
  /** the reason of the config, where it has decided that the part goes, or reads the claim */
  decided?: string;
} & (
  | { kind: "case"; case: TestCase }
  /** a row of a table over which cases run: the other rows do the same without the variables */
  | { kind: "row"; table: Table; row: Node; axis: CaseAxis; cases: readonly TestCase[]; twins: readonly Instance[] }
  /** statements of a case: the other ones do the same without the variables */
  | { kind: "half"; case: TestCase; statements: readonly Node[] }
  /** the places of a case that read a variable: they read its claim, and the case stays */
  | { kind: "reads"; case: TestCase; reads: readonly Edit[] }
);

/** The cases whose text a part is in. */
export const casesOf = (unit: Unit): readonly TestCase[] => (unit.kind === "row" ? unit.cases : [unit.case]);

/** The parts of the cases that take the variable's path; a case that proves nothing is none, for it is reported as such. */
export function unitsOf(cases: readonly TestCase[], project: Project, path: VariablePath): Unit[] {
  const dual = new Map(cases.map((one) => [one, one.axes.filter((axis) => isDual(one, axis, path))]));
  const tables = new Map<Node, { table: Table; axis: CaseAxis }>();
  for (const axis of [...dual.values()].flat())
    if (axis.table && !tables.has(axis.table.array)) tables.set(axis.table.array, { table: axis.table, axis });

  const rows = [...tables.values()].flatMap(({ table, axis }) => rowUnits({ table, axis }, cases, dual, project, path));
  const taken = new Set(rows.flatMap(({ cases: own }) => own));
  const left = cases.filter((one) => !taken.has(one) && !isIdle(one, project));
  const takes = (one: TestCase): boolean => one.touching.length > 0 || one.isHookTouching;
  const single = left.filter(takes).map((one) => caseUnit(one, path));
  const given = left
    .filter((one) => !takes(one) && one.gives)
    .map((one): Unit => ({
      kind: "case",
      case: one,
      unclear: "sql-not-followed",
      instances: [{ case: one, titles: titlesOf(one, null) }],
    }));
  return [...rows, ...single, ...given];
}

/** True if some rows of an axis take the variable's path, and some do not. */
function isDual(one: TestCase, axis: CaseAxis, path: VariablePath): boolean {
  if (!axis.table) return false;
  const takes = axis.table.rows.map((row) => takesPath(one, axis, row, path));
  return takes.includes(true) && takes.includes(false);
}

function takesPath({ call, touching, module }: TestCase, axis: CaseAxis, row: Node, path: VariablePath): boolean {
  if (axis.table && path.nodesIn(row, axis.table.module).length > 0) return true;
  const { callback } = call;
  if (callback === null) return false;
  // a name of the body that holds the path is as far as what it was given
  const isLocal = (node: Node): boolean => {
    const [declared] = module.bindingOf.get(node)?.declarations ?? [];
    return declared !== undefined && declared.start >= callback.start && declared.end <= callback.end;
  };
  return touching.some((node) => !isLocal(node) && isReached(node, callback, module, axis, row));
}

type RowUnit = Extract<Unit, { kind: "row" }>;

function rowUnits(
  { table, axis }: { table: Table; axis: CaseAxis },
  cases: readonly TestCase[],
  dual: ReadonlyMap<TestCase, readonly CaseAxis[]>,
  project: Project,
  path: VariablePath,
): RowUnit[] {
  const own = cases.flatMap((one) => {
    const found = one.axes.find((other) => other.table?.array === table.array);
    return found ? [{ case: one, axis: found }] : [];
  });
  const isVariable = (row: Node): boolean => own.some((one) => takesPath(one.case, one.axis, row, path));
  const claims = table.rows.filter((row) => !isVariable(row));
  const instancesOf = (row: Node): Instance[] =>
    own.map((one) => ({ case: one.case, titles: titlesOf(one.case, { axis: one.axis, row }) }));
  const sources = new Set(own.flatMap((one) => (one.axis.source ? [bare(one.axis.source)] : [])));
  const unclear: Unclear | null = own.some((one) => (dual.get(one.case)?.length ?? 0) > 1)
    ? "several-tables"
    : claims.length === 0 || !isTestFile(table.module.path) || isUsedElsewhere(table, sources, project)
      ? "table-in-use"
      : null;
  return table.rows.filter(isVariable).map((row) => ({
    kind: "row",
    unclear,
    table,
    row,
    axis,
    cases: own.map((one) => one.case),
    instances: instancesOf(row),
    twins: claims.flatMap(instancesOf),
  }));
}

/** True if the list is used for something besides the axes. */
function isUsedElsewhere(table: Table, sources: ReadonlySet<Node>, project: Project): boolean {
  let at: Node | undefined = table.array;
  while (at && at.type !== "VariableDeclarator") {
    if (sources.has(at) || at.type === "ExpressionStatement" || at.type === "ForOfStatement") return false;
    at = table.module.parents.get(at);
  }
  const binding = at && table.module.bindingOf.get(at.id);
  return !binding || project.usesOf(binding).some(({ node }) => !sources.has(node));
}

function caseUnit(one: TestCase, path: VariablePath): Unit {
  const instances = [{ case: one, titles: titlesOf(one, null) }];
  const halves = halvesOf(one);
  const isMixed = path.readsMore(one.touching, one.module);
  const unclear = hasOrderedMocks(one) ? "order-of-calls" : isMixed ? "mixed" : null;
  if (!halves) return { kind: "case", case: one, unclear, instances };
  if (!halves.isTwin) return { kind: "case", case: one, unclear: unclear ?? "mixed", instances };
  return { kind: "half", case: one, statements: halves.variable, unclear, instances };
}

/** Mocks that answer one call after the other: a call that goes would give its answer to the next. */
const hasOrderedMocks = ({ call }: TestCase): boolean =>
  call.callback !== null &&
  [...nodesIn(call.callback)].filter((node) => /^mock\w+Once$/.test(memberName(node) ?? "")).length > 1;
