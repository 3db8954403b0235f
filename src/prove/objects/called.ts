import type { PgFunction } from "../../pg/catalog.ts";
import { as } from "../../pg/expr/node.ts";
import { parseExpr, parseStatements } from "../../pg/expr/parse.ts";
import { rangeVar } from "../../pg/expr/relations.ts";
import { nameParts } from "../../pg/expr/shape.ts";
import { walk as walkTree } from "../../pg/expr/walk.ts";
import { nameKey, type NameKey } from "../../pg/name.ts";
import type { ChangeReason } from "./change.ts";
import { extraOf, mayEnter, walk, type Walked } from "./paths.ts";
import type { World, Worlds } from "./world.ts";

interface Names {
  relations: readonly NameKey[];
  functions: readonly NameKey[];
}

/** The qualified names in an expression or a statement as PostgreSQL prints it; none where the grammar does not read it. */
export function namesIn(sql: string): Names {
  const relations = new Set<NameKey>();
  const functions = new Set<NameKey>();
  const trees = [parseExpr, parseStatements].flatMap((parse): unknown[] => {
    try {
      return [parse(sql)];
    } catch {
      return [];
    }
  });
  walkTree(trees[0] ?? null, (node) => {
    const range = rangeVar(node);
    if (range?.relname !== undefined && range.schemaname !== undefined)
      relations.add(nameKey({ schema: range.schemaname, name: range.relname }));
    const [name, schema] = nameParts(as("FuncCall", node)?.funcname).toReversed();
    if (name !== undefined && schema !== undefined) functions.add(nameKey({ schema, name }));
  });
  return { relations: [...relations], functions: [...functions] };
}

/** The functions of the project that an expression or a statement calls, with all that they come to. */
export const calledBy = (world: World, sql: string): Walked[] =>
  namesIn(sql).functions.flatMap((name) =>
    (world.functionsByKey.get(name) ?? []).map((fn: PgFunction) => walk(world, { kind: "function", fn })),
  );

/** The texts of the functions that an expression or a statement calls: it means the same where they are the same. */
export const calledTexts = (world: World, sql: string): string =>
  JSON.stringify(
    calledBy(world, sql).map(({ path, reached }) => [
      path.kind === "function" && [path.fn.securityDefiner, path.fn.owner],
      reached.texts,
    ]),
  );

/** What else a function does than to give a value. */
const SIDE_EFFECT =
  /\b(?:insert|update|delete|truncate|merge|copy|execute|call|perform|notify|pg_notify|set_config|raise|setval|nextval|dblink\w*|lo_\w+|pg_advisory\w*)\b/i;

/**
 * What roles come to past row security where a statement of theirs evaluates the expression now, by functions that they
 * could not call before: EXECUTE is asked of who runs the statement, USAGE on the schema of the function is not. Null
 * where that is nothing. `but`: the values that functions give are compared elsewhere, and what else they do counts.
 */
export function reachedByCalls(
  { before, after }: Worlds,
  users: readonly string[],
  sql: string,
  but: "values" | null = null,
): ChangeReason | null {
  const calls = calledBy(after, sql).filter(
    ({ reached }) =>
      but === null || reached.unfollowed || reached.setsVariables || SIDE_EFFECT.test(reached.texts.join("\n")),
  );
  const relations = new Set<NameKey>();
  for (const walked of calls)
    for (const role of users) {
      if (mayEnter({ ...walked, world: before }, "EXECUTE", role)) continue;
      if (walked.reached.unfollowed && isDefiner(walked)) return { kind: "dynamic SQL" };
      for (const relation of extraOf(walked, "EXECUTE", role).certain) relations.add(relation);
    }
  return relations.size === 0 ? null : { kind: "past row security, by request", by: "new", relations: [...relations] };
}

const isDefiner = ({ path }: Walked): boolean => path.kind === "function" && path.fn.securityDefiner;
