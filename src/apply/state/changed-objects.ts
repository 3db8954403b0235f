import { policyId, type PolicyId } from "../../pg/policy.ts";
import { columnKey, functionKey, type ColumnKey, type FunctionKey, type QualifiedName } from "../../pg/name.ts";
import type { State } from "./state.ts";

/** An object that differs between two states of one scope. */
export type ChangedObject =
  | { kind: "relation gone" | "row security"; relation: QualifiedName }
  | { kind: "policy"; relation: QualifiedName; policy: PolicyId; how: "added" | "gone" | "changed" }
  | { kind: "default"; relation: QualifiedName; column: ColumnKey }
  | { kind: "function"; function: FunctionKey }
  | { kind: "schema"; schema: string };

/** The objects that differ; `differences` has the same for a person. */
export function changedObjects(expected: State, found: State): ChangedObject[] {
  const changed: ChangedObject[] = [];
  for (const relation of expected.relations) {
    const now = found.relations.find(({ schema, name }) => schema === relation.schema && name === relation.name);
    const on = { schema: relation.schema, name: relation.name };
    if (!now || (relation.exists && !now.exists)) {
      changed.push({ kind: "relation gone", relation: on });
      continue;
    }
    if (relation.rowSecurity !== now.rowSecurity || relation.forceRowSecurity !== now.forceRowSecurity)
      changed.push({ kind: "row security", relation: on });
    for (const name of new Set([...relation.policies, ...now.policies].map((policy) => policy.name))) {
      const [before, after] = [relation, now].map(({ policies }) => policies.find((one) => one.name === name));
      const policy = after ?? before;
      if (policy && JSON.stringify(before) !== JSON.stringify(after))
        changed.push({
          kind: "policy",
          relation: on,
          policy: policyId(policy),
          how: !before ? "added" : !after ? "gone" : "changed",
        });
    }
    for (const { column, expression } of relation.defaults)
      if (now.defaults.find((one) => one.column === column)?.expression !== expression)
        changed.push({ kind: "default", relation: on, column: columnKey(on, column) });
  }
  for (const fn of expected.functions) {
    const now = found.functions.find(
      (other) => other.schema === fn.schema && other.name === fn.name && other.arguments === fn.arguments,
    );
    if (JSON.stringify(now) !== JSON.stringify(fn))
      changed.push({ kind: "function", function: functionKey({ ...fn, identityArguments: fn.arguments }) });
  }
  for (const { name, exists } of expected.schemas)
    if ((found.schemas.find((other) => other.name === name)?.exists ?? false) !== exists)
      changed.push({ kind: "schema", schema: name });
  return changed;
}
