import type { PlFunction, Statement } from "../../pg/plpgsql/node.ts";
import { filledBy, nestedIn, visitStatements } from "../../pg/plpgsql/visit.ts";
import { namesIn, treesOf } from "./use.ts";

const LOOPS: ReadonlySet<Statement["kind"]> = new Set([
  "loop",
  "while",
  "for-integer",
  "for-query",
  "for-execute",
  "for-cursor",
  "foreach",
]);

/** For each statement in a loop, the names of the variables that may have another value in each round of it. */
export function changingIn({ block, variables }: PlFunction): ReadonlyMap<Statement, ReadonlySet<string>> {
  const found = new Map<Statement, ReadonlySet<string>>();
  const visit = (statement: Statement, around: ReadonlySet<string>): void => {
    if (around.size > 0) found.set(statement, around);
    const changing = LOOPS.has(statement.kind) ? new Set([...around, ...setIn(statement)]) : around;
    // a variable of a block in the loop takes its default in each round
    const all = LOOPS.has(statement.kind) ? withDefaults(changing, variables) : changing;
    for (const { body } of nestedIn(statement)) for (const one of body) visit(one, all);
  };
  visit(block, new Set());
  return found;
}

/** The variables that a loop or a statement in it sets. */
function setIn(loop: Statement): Set<string> {
  const names = new Set<string>();
  visitStatements([loop], (statement) => {
    for (const { name } of filledBy(statement)) names.add(name);
    if (statement.kind === "assign") names.add(statement.target.name);
  });
  return names;
}

/** With the variables whose default is made from these. */
function withDefaults(names: ReadonlySet<string>, variables: PlFunction["variables"]): Set<string> {
  const found = new Set(names);
  for (let size = -1; size !== found.size;) {
    size = found.size;
    for (const one of variables)
      if ("initial" in one && one.initial && [...namesIn(treesOf(one.initial)?.tree)].some((name) => found.has(name)))
        found.add(one.name);
  }
  return found;
}
