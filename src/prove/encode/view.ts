import type { Relation } from "../../pg/catalog.ts";
import { as } from "../../pg/expr/node.ts";
import { nameParts } from "../../pg/expr/shape.ts";
import { some } from "../../pg/expr/walk.ts";
import { isScalarBuiltIn } from "../pure.ts";
import { builtInName, calledFunction, ownFunctions } from "./called.ts";
import type { Encoder } from "./context.ts";
import { findRelation, type Frame, type Select } from "./frame.ts";
import { parseOnce } from "./parse-once.ts";
import { isTokenFunction } from "./platform.ts";

/**
 * The query of a view, where it stands, and the names of its columns. A view reads its relations with the rights of its
 * owner, or of the one who asks where security_invoker is set; functions, and current_user, are those of the one who asks
 * in either case (manual, 41.5). Null where the definition is not known, or where both would matter.
 */
export function queryOfView(
  encoder: Encoder,
  view: Relation,
  frame: Frame,
): { select: Select; frame: Frame; columns: readonly string[] } | null {
  const select = selectOf(encoder, view);
  if (!select) return null;
  const within: Frame = {
    scopes: [],
    parameters: new Map(),
    withQueries: new Map(),
    role: view.securityInvoker === true ? frame.role : view.owner,
    searchPath: ["public"],
    written: false,
    loose: false,
    refusesAmbiguity: false,
    depth: frame.depth,
    active: frame.active,
    calls: frame.calls,
  };
  if (within.role !== frame.role && !isOfOneRole(encoder, select, within, frame.role)) return null;
  return { select, frame: within, columns: view.columns.map(({ name }) => name) };
}

function selectOf({ side }: Encoder, view: Relation): Select | null {
  const definition = side.viewDefinition(view);
  if (definition === null) return null;
  const { tree } = parseOnce(`(${definition.replace(/;\s*$/, "")})`);
  return as("SelectStmt", as("SubLink", tree)?.subselect);
}

/**
 * No matter for whom it runs: it calls functions that give every role the same and that the one who asks may execute, and
 * reads relations whose row security does not bind the owner of the view.
 */
function isOfOneRole(encoder: Encoder, select: Select, within: Frame, asks: string): boolean {
  const { side } = encoder;
  return !some(select, (node) => {
    if (as("SQLValueFunction", node)) return true;
    const range = as("RangeVar", node);
    if (range) {
      const relation = findRelation(side, within, range.schemaname, range.relname ?? "");
      if (relation?.kind !== "view") return !relation || !side.bypasses(relation, within.role);
      // with security_invoker it is read for the one who asks, from inside another view too (manual, CREATE VIEW)
      const inner = relation.securityInvoker === true ? null : selectOf(encoder, relation);
      return !inner || !isOfOneRole(encoder, inner, { ...within, role: relation.owner }, asks);
    }
    const made = as("FuncCall", node);
    if (!made) return false;
    const called = calledFunction(nameParts(made.funcname));
    const own = ownFunctions(side, within, called);
    const builtIn = builtInName(called);
    if (builtIn !== null) return own.length > 0 || !isScalarBuiltIn(builtIn);
    const isToken = called.schema !== null && isTokenFunction({ schema: called.schema, name: called.name });
    return !isToken || !own.every((fn) => side.mayExecute(fn, asks));
  });
}
