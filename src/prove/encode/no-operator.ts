import { typeOfSort, type ScalarType } from "../logic/sort.ts";
import type { Side } from "../side.ts";
import type { Frame } from "./frame.ts";
import { isTerm, type Value } from "./value.ts";

/**
 * A comparison for which PostgreSQL finds no operator: the statement of a body in PL/pgSQL that it stands in raises
 * 42883 when it is analysed, whatever rows there are (manual, 10.2 and 43.11.2). Elsewhere such an expression cannot be
 * made, or is analysed at another time.
 */
export function noteWithoutOperator(side: Side, frame: Frame, left: Value, right: Value): void {
  if (frame.statement && lacksOperator(side, left, right)) frame.statement.lacksOperator = true;
}

function lacksOperator({ catalog }: Side, left: Value, right: Value): boolean {
  const { dependencies } = catalog;
  // a cast that somebody made may turn one into the other
  if (!dependencies || dependencies.casts.some(({ context }) => context === "implicit")) return false;
  const [one, two] = [typeOf(left), typeOf(right)];
  if (!one || !two || one.sort === two.sort) return false;
  return [one, two].some(isOfItsOwn) && [one, two].every((type) => isOfItsOwn(type) || isPlain(type));
}

/** pg_cast has no implicit cast from or to these, and pg_operator only operators between two values of the one type. */
const isOfItsOwn = ({ kind }: ScalarType): boolean => kind === "uuid" || kind === "enum";

const isPlain = ({ kind }: ScalarType): boolean => ["text", "smallint", "integer", "bigint"].includes(kind);

/** The type of a value, or of an array's elements; null for a constant whose type is not settled, and what is not read. */
function typeOf(value: Value): ScalarType | null {
  if (value.kind === "scalar") return value.type;
  if (value.kind !== "array") return null;
  const [items] = value.cases.map((one) => one.items);
  // NULL
  if (items === undefined) return typeOfSort(value.element);
  if (isTerm(items)) return items.sort.kind === "array" ? typeOfSort(items.sort.element) : null;
  const [first] = items;
  return first?.kind === "scalar" ? first.type : null;
}
