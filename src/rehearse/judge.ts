import type { Catalog } from "../pg/catalog.ts";
import type { Regime } from "../pg/context.ts";
import { parseExpr } from "../pg/expr/parse.ts";
import { relationsIn } from "../pg/expr/relations.ts";
import { nameKey, relationKey, type NameKey } from "../pg/name.ts";
import type { AnnouncedChange } from "../plan/index.ts";
import { meaningOf } from "../request/index.ts";
import type { Outcome } from "./outcome.ts";
import type { Attempt } from "./statements.ts";

/** A difference, with the facts that decide if the plan accounts for it. */
export interface Situation {
  regime: Regime;
  attempt: Attempt;
  before: Outcome;
  after: Outcome;
  /** the answer to the same statement without context, after the migration; null: it was not run */
  withoutContext: Outcome | null;
}

type Direction = "looser" | "tighter" | "denied either way";

/** The reason why the plan accounts for a difference; null: it does not. */
export function announcedBy(
  situation: Situation,
  announced: readonly AnnouncedChange[],
  catalog: Catalog,
): string | null {
  const { regime, attempt, before, after, withoutContext } = situation;
  const followsToken =
    regime === "foreign" && withoutContext !== null && JSON.stringify(after) === JSON.stringify(withoutContext);
  // where every statement failed before, no variable decided, and there may be none
  const failed = before.kind === "error" && !raisedOverValue(before.sqlstate) && rowsOf(before) === 0;
  if (followsToken && !failed) return FOLLOWS_TOKEN;
  const direction = directionOf(before, after);
  const reached = reachOf(catalog, relationKey(attempt));
  const fits = announced.find(
    (change) =>
      (change.regime === null || change.regime === regime) &&
      (direction === "denied either way" || change.change === "either" || change.change === direction) &&
      concerns(change, attempt, reached),
  );
  if (fits) return fits.reason;
  if (followsToken) return FOLLOWS_TOKEN;
  // a denial by error that became a plain denial: nobody gains, nobody loses
  if (
    direction === "denied either way" &&
    before.kind === "error" &&
    raisedOverValue(before.sqlstate) &&
    // the planner folds the old expression before the privilege of the relation is looked at
    (after.kind === "rows" || after.sqlstate === "42501")
  )
    return "the old expression raised, the new one denies";
  return null;
}

const FOLLOWS_TOKEN = "access follows the token instead of the variable";

/** Errors that an expression raises over a value: no such setting, malformed values, JSON of another shape. */
function raisedOverValue(sqlstate: string): boolean {
  const meaning = meaningOf(sqlstate);
  return (meaning.kind === "undefined" && meaning.what === "object") || (meaning.kind === "data" && meaning.invalid);
}

function directionOf(before: Outcome, after: Outcome): Direction {
  const [was, is] = [rowsOf(before), rowsOf(after)];
  if (before.kind === "rows" && after.kind === "rows" && before.keys && after.keys) {
    const [old, now] = [new Set(before.keys), new Set(after.keys)];
    if (after.keys.every((key) => old.has(key))) return "tighter";
    if (before.keys.every((key) => now.has(key))) return "looser";
  }
  // an error that comes after the policies (a unique or foreign key) means that they let the row pass
  if (was === is) return "denied either way";
  return is > was ? "looser" : "tighter";
}

function rowsOf(outcome: Outcome): number {
  if (outcome.kind === "rows") return outcome.rows;
  const { kind } = meaningOf(outcome.sqlstate);
  return kind === "constraint" || kind === "plpgsql" ? 1 : 0;
}

function concerns(change: AnnouncedChange, attempt: Attempt, reached: ReadonlySet<NameKey>): boolean {
  const name = relationKey(change);
  if (name === relationKey(attempt)) return attempt.commands.some((command) => change.commands.includes(command));
  // a policy's sub-query, or a view, reads another relation under its SELECT policies
  return reached.has(name) && change.commands.includes("SELECT");
}

const cache = new WeakMap<Catalog, Map<NameKey, Set<NameKey>>>();

/**
 * Relations that are read when this one is: by sub-queries of its policies, by sub-queries of theirs, and so on. A view
 * may read any relation.
 */
function reachOf(catalog: Catalog, relation: NameKey): ReadonlySet<NameKey> {
  const known = cache.get(catalog) ?? new Map<NameKey, Set<NameKey>>();
  cache.set(catalog, known);
  const found = known.get(relation);
  if (found) return found;
  const reached = new Set<NameKey>();
  known.set(relation, reached);
  const views = new Set(catalog.relations.filter((r) => r.kind === "view").map(nameKey));
  if (views.has(relation)) for (const policy of catalog.policies) reached.add(relationKey(policy));
  const visit = (name: NameKey): void => {
    for (const policy of catalog.policies)
      if (relationKey(policy) === name)
        for (const text of [policy.using, policy.check])
          for (const inner of text === null ? [] : relationsIn(parseExpr(text))) {
            const next = nameKey(inner);
            if (reached.has(next)) continue;
            reached.add(next);
            visit(next);
          }
  };
  visit(relation);
  return reached;
}
