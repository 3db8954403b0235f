import type { Catalog } from "../pg/catalog.ts";
import type { NameKey } from "../pg/name.ts";
import { findApart } from "./apart.ts";
import type { Decided } from "./decide.ts";
import type { EncoderOptions } from "./encode/context.ts";
import { enumSorts } from "./encode/types.ts";
import { conversionsWith, type Conversions } from "./logic/functions.ts";
import type { Formula } from "./logic/formula.ts";
import { Logic } from "./logic/logic.ts";
import { newSide, type Side } from "./side.ts";
import type { TableFacts } from "./solve/state.ts";
import { findUnchanged } from "./uses.ts";

/** The state that all verdicts of one comparison share. The maps are memos: policies repeat themselves. */
export interface Comparison {
  before: Side;
  after: Side;
  logic: Logic;
  conversions: Conversions;
  isUnchanged: EncoderOptions["isUnchanged"];
  apart: EncoderOptions["apart"];
  /** microseconds since 1970: `now()` in models */
  now: number;
  /** when the work on the present verdict has to end, as performance.now() counts */
  deadline: number;
  /** by the ids of the formulas that were asked */
  decided: Map<string, Decided>;
  opaques: EncoderOptions["opaques"];
  encoded: EncoderOptions["encoded"];
  subQueries: EncoderOptions["subQueries"];
  /** assumptions that speak of no row, in logic, by name */
  assumed: Map<string, Formula>;
  /** names of those that were found not to contradict themselves */
  satisfiable: Set<string>;
}

/** Something took longer than it may: the verdict is unknown, and nothing hangs. */
export class BudgetExceeded extends Error {}

export function newComparison(before: Catalog, after: Catalog): Comparison {
  const [first, second] = [newSide(before), newSide(after)];
  const isUnchanged = findUnchanged(before, after);
  return {
    before: first,
    after: second,
    logic: new Logic(),
    conversions: conversionsWith(new Map([...enumSorts(before.types), ...enumSorts(after.types)])),
    isUnchanged,
    apart: findApart(first, second, isUnchanged),
    now: Math.floor(Date.now() / 1000) * 1_000_000,
    deadline: Number.POSITIVE_INFINITY,
    decided: new Map(),
    opaques: new Map(),
    encoded: new Map(),
    subQueries: { count: 0 },
    assumed: new Map(),
    satisfiable: new Set(),
  };
}

/** Throws when the time is up. */
export function tick(shared: Comparison): void {
  if (performance.now() > shared.deadline) throw new BudgetExceeded();
}

/** The facts about a table's columns that hold on both sides: a state has to be one of either. */
export function tableFacts(shared: Comparison, table: NameKey): TableFacts {
  const sides = [shared.before, shared.after].flatMap((side) => side.relationByKey(table) ?? []);
  const columnsOf = (key: readonly string[]): string => JSON.stringify(key.toSorted());
  const keys = sides.map(({ uniqueKeys }) => new Set(uniqueKeys.map(columnsOf)));
  const [first] = sides;
  return {
    uniqueKeys: first?.uniqueKeys.filter((key) => keys.every((known) => known.has(columnsOf(key)))) ?? [],
    notNull: new Set(
      first?.columns
        .map(({ name: column }) => column)
        .filter((column) => sides.every(({ columns }) => columns.some((one) => one.name === column && one.notNull))),
    ),
  };
}
