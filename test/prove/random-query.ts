import { conversionsWith, type Conversions } from "../../src/prove/logic/functions.ts";
import type { Formula, Row, Term } from "../../src/prove/logic/formula.ts";
import { Logic } from "../../src/prove/logic/logic.ts";
import { enumSort, SORT, TYPE } from "../../src/prove/logic/sort.ts";
import {
  columnIsNull,
  columnIsTrue,
  fold,
  input,
  jsonIs,
  jsonText,
  output,
  readable,
  settingIsSet,
} from "../../src/prove/logic/symbol.ts";
import type { SolverOptions } from "../../src/prove/solve/state.ts";
import { nameKey, type NameKey } from "../../src/pg/name.ts";

/** A small pseudo-random generator (mulberry32): the same numbers for the same seed, on every machine. */
export function newRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

export interface RandomQuery {
  logic: Logic;
  conversions: Conversions;
  rows: SolverOptions["rows"];
  table: SolverOptions["table"];
  formulas: Formula[];
}

const LABELS = ["dealer", "boss", "admin"];
const ROLE = enumSort(nameKey({ schema: "public", name: "role" }));

const table = (name: string): NameKey => nameKey({ schema: "public", name });
const [DOCS, MEMBERS, ORGS] = [table("docs"), table("members"), table("orgs")];

/** Which tables a quantifier over one may ask for inside: never in a circle, so that every answer is complete. */
const INSIDE: ReadonlyMap<NameKey, readonly NameKey[]> = new Map([
  [DOCS, [MEMBERS, ORGS]],
  [MEMBERS, [ORGS]],
]);

/**
 * A question over a row of `docs`, settings and a token: boolean combinations of what policies are made of, with quantifiers over members and
 * orgs under both signs, up to three deep.
 */
export function randomQuery(seed: number): RandomQuery {
  const random = newRandom(seed);
  const logic = new Logic();
  const conversions = conversionsWith(new Map([[ROLE, LABELS]]));
  const pick = <T>(items: readonly T[]): T => items[Math.floor(random() * items.length)] as T; // the list is not empty
  const target = logic.constantRow(null, "row");
  const document = logic.setting("request.jwt.claims");

  const textTerm = (rows: readonly Row[]): Term => {
    const row = pick(rows);
    switch (Math.floor(random() * 7)) {
      case 0:
        return logic.setting(pick(["app.a", "app.b"]));
      case 1:
        return logic.apply(jsonText(pick([["t"], ["m", "t"]])), [document]);
      case 2:
        return logic.constant(SORT.text, pick(["", "a", "A", "7", " 7", "07", "boss", UPPER, LOWER]));
      case 3:
        return logic.apply(fold("lower"), [logic.column(SORT.text, row, "name")]);
      case 4:
        return logic.apply(output(TYPE.uuid), [logic.column(SORT.uuid, row, "id")]);
      case 5:
        return logic.apply(output(TYPE.integer), [logic.column(SORT.int, row, "n")]);
      default:
        return logic.column(SORT.text, row, "name");
    }
  };
  const uuidTerm = (rows: readonly Row[]): Term =>
    random() < 0.35
      ? logic.apply(input(TYPE.uuid), [textTerm(rows)])
      : random() < 0.1
        ? logic.constant(SORT.uuid, LOWER)
        : logic.column(SORT.uuid, pick(rows), pick(["id", "org"]));
  const intTerm = (rows: readonly Row[]): Term =>
    random() < 0.3
      ? logic.constant(SORT.int, Math.floor(random() * 4))
      : random() < 0.3
        ? logic.apply(input(TYPE.integer), [textTerm(rows)])
        : logic.column(SORT.int, pick(rows), "n");

  const atom = (rows: readonly Row[]): Formula => {
    const row = pick(rows);
    switch (Math.floor(random() * 12)) {
      case 0:
        return logic.equal(textTerm(rows), textTerm(rows));
      case 1:
      case 2:
        return logic.equal(uuidTerm(rows), uuidTerm(rows));
      case 3:
        return logic.atMost(intTerm(rows), intTerm(rows));
      case 4:
        return logic.less(intTerm(rows), intTerm(rows));
      case 5:
        return logic.predicate(readable(TYPE[pick(["uuid", "integer", "boolean"] as const)]), null, [textTerm(rows)]);
      case 6:
        return logic.predicate(settingIsSet("app.a"), null, []);
      case 7:
        return logic.predicate(columnIsNull(pick(["name", "n"])), row, []);
      case 8:
        return logic.predicate(columnIsTrue("flag"), row, []);
      case 9:
        return logic.equal(
          logic.column(ROLE, row, "role"),
          random() < 0.6 ? logic.constant(ROLE, pick(LABELS)) : logic.column(ROLE, pick(rows), "role"),
        );
      case 10:
        return logic.predicate(
          jsonIs(pick(["has", "some", "object"] as const), pick([["t"], ["m", "t"], ["m"]])),
          null,
          [document],
        );
      default:
        return logic.equal(intTerm(rows), intTerm(rows));
    }
  };

  const formula = (depth: number, rows: readonly Row[], table: NameKey, bound: number): Formula => {
    const inside = INSIDE.get(table) ?? [];
    if (depth > 0 && bound < 3 && inside.length > 0 && random() < 0.3) {
      const next = pick(inside);
      const row = logic.boundRow(next, bound);
      const link = logic.equal(
        logic.column(SORT.uuid, row, "org"),
        logic.column(SORT.uuid, pick(rows), pick(["id", "org"])),
      );
      const body = logic.and(random() < 0.8 ? link : logic.true, formula(depth - 1, [...rows, row], next, bound + 1));
      const some = logic.exists(row, body);
      return random() < 0.5 ? some : logic.not(some);
    }
    if (depth === 0 || random() < 0.15) return random() < 0.5 ? atom(rows) : logic.not(atom(rows));
    const parts = Array.from({ length: 2 + Math.floor(random() * 2) }, () => formula(depth - 1, rows, table, bound));
    return random() < 0.5 ? logic.and(...parts) : logic.or(...parts);
  };

  const count = 2 + Math.floor(random() * 6);
  return {
    logic,
    conversions,
    rows: random() < 0.7 ? [{ row: target, table: DOCS }] : [],
    table: (name) => ({
      uniqueKeys: name === DOCS ? [] : [["id"]],
      notNull: new Set(["id", "org", "role", "flag"]),
    }),
    formulas: Array.from({ length: count }, () => formula(1 + Math.floor(random() * 3), [target], DOCS, 0)),
  };
}

const LOWER = "aaaaaaaa-aaaa-4aaa-8aaa-aaaaaaaaaaaa";
const UPPER = LOWER.toUpperCase();
