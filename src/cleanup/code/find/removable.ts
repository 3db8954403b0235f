import type { Scene } from "../draft.ts";
import { cutStatements, type StatementCut } from "../syntax/statement.ts";
import type { ContextCall } from "./calls.ts";
import { statementsOf, type CallStatements } from "./result.ts";

/** How a call is removed together with its statements; null if its result is used, or if it cannot go alone. */
export function removable({ module, node }: ContextCall, scene: Scene): (CallStatements & StatementCut) | null {
  const statements = statementsOf(node, module);
  const cut = statements && cutStatements(scene, module, statements.first, statements.last);
  return statements && cut && { ...statements, ...cut };
}
