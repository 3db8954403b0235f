import { isPlatformRelation } from "../../pg/platform-objects.ts";
import { finding, type Finding } from "../../finding.ts";
import type { Column, Relation } from "../../pg/catalog.ts";
import { parseExpr } from "../../pg/expr/parse.ts";
import { columnRef } from "../../pg/expr/reads.ts";
import { some } from "../../pg/expr/walk.ts";
import { identForReading } from "../../pg/identifier.ts";
import type { Policy } from "../../pg/policy.ts";
import { applied, rolesUnder } from "./applied.ts";
import { constantOf, constantTests, type ConstantTest } from "./constant-test.ts";
import { type Evidence } from "./evidence.ts";
import { triggerEvents } from "./trigger-events.ts";

/**
 * Policies that let a row be written which no SELECT policy shows. PostgreSQL applies the SELECT policies to the new row
 * of an INSERT or UPDATE that needs SELECT rights, because of its WHERE, its RETURNING or ON CONFLICT, and raises 42501
 * (manual, CREATE POLICY, "Policies Applied by Command Type"; measured on 15).
 */
export function hiddenAfterWriteFindings(evidence: Evidence): Finding[] {
  const found = new Map<string, Finding>();
  for (const { policy } of evidence.classified) {
    const relation = evidence.relationOf({ schema: policy.schema, name: policy.relation });
    if (!relation?.rowSecurity || !policy.permissive || isPlatformRelation(evidence.catalog, policy)) continue;
    for (const command of ["UPDATE", "INSERT"] as const) {
      if (policy.command !== "ALL" && policy.command !== command) continue;
      for (const role of rolesUnder(evidence, relation, policy, command)) {
        const one = hiddenBy(evidence, relation, policy, command, role);
        if (one) found.set(`${one.fingerprint} ${command}`, one);
      }
    }
  }
  // an UPDATE and an INSERT through one policy are one fact
  return [...new Map([...found.values()].toReversed().map((one) => [one.fingerprint, one])).values()].toReversed();
}

function hiddenBy(
  evidence: Evidence,
  relation: Relation,
  policy: Policy,
  command: "UPDATE" | "INSERT",
  role: string,
): Finding | null {
  const shown = applied(evidence, relation, role, "SELECT");
  const [first, ...others] = shown.map(({ using }) => (using === null ? [] : constantTests(parseExpr(using))));
  if (!first) return null;
  // every permissive policy asks for it, or one restrictive policy does
  const fences = applied(evidence, relation, role, "SELECT", false);
  const common = [
    ...first.filter((test) => others.every((tests) => tests.some(({ text }) => text === test.text))),
    ...fences.flatMap(({ using }) => (using === null ? [] : constantTests(parseExpr(using)))),
  ];
  const bound = [policy, ...applied(evidence, relation, role, command, false)];
  const test = common.find(({ column }) => {
    const there = relation.columns.find(({ name }) => name === column);
    return (
      there?.generated === "no" && !bound.some((one) => mentions(one, column)) && !isSet(evidence, relation, column)
    );
  });
  const column = relation.columns.find(({ name }) => name === test?.column);
  if (!test || !column || (command === "INSERT" && !contradicts(column, test))) return null;
  const isMark =
    test.wants.kind === "null" || test.wants.kind === "not" || (test.wants.kind === "boolean" && !test.wants.value);
  const asking = fences.filter(({ using }) => using !== null && asksFor(using, test));
  const saying = asking.length > 0 ? asking : shown;
  const names = saying.map(({ name }) => `\`${identForReading(name)}\``).join(", ");
  const writes = `\`${identForReading(policy.name)}\``;
  return finding(
    "select-narrower-than-write",
    isMark || command === "INSERT" ? "warning" : "info",
    { kind: "policy", schema: policy.schema, relation: policy.relation, policy: policy.name },
    command === "UPDATE"
      ? `${names} ${saying.length === 1 ? "shows" : "show"} only rows with \`${test.text}\`, and ${writes} may write any \`${test.column}\`: an UPDATE with WHERE or RETURNING that writes another value fails with 42501`
      : `${names} ${saying.length === 1 ? "shows" : "show"} only rows with \`${test.text}\`, and a new row has another \`${test.column}\` by default: an INSERT with RETURNING fails with 42501`,
    "let the SELECT policy show the row to whoever may write it, and leave the condition to queries or to a view",
  );
}

const asksFor = (using: string, test: ConstantTest): boolean =>
  constantTests(parseExpr(using)).some(({ text }) => text === test.text);

const mentions = ({ using, check }: Policy, column: string): boolean => {
  const text = check ?? using;
  return text !== null && some(parseExpr(text), (node) => columnRef(node)?.at(-1) === column);
};

/** True if a BEFORE trigger may set the column. */
const isSet = ({ catalog, index, definitionOf }: Evidence, relation: Relation, column: string): boolean =>
  catalog.triggers
    .filter((one) => one.schema === relation.schema && one.relation === relation.name && one.enabled)
    .filter((one) => triggerEvents(one)?.before)
    .flatMap((one) => index.resolve(one.function, []))
    .some((fact) => definitionOf(fact)?.body.includes(column));

/** True if the constant default of a column does not satisfy the test. */
function contradicts({ expression }: Column, test: ConstantTest): boolean {
  const value = expression === null ? null : constantOf(parseExpr(expression));
  if (value === null) return false;
  const { wants } = test;
  if (wants.kind === "null") return true;
  if (wants.kind === "other" || wants.kind === "not" || value.kind === "other" || value.kind !== wants.kind)
    return false;
  return value.value !== wants.value;
}
