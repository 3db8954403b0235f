import { as, type Expr } from "../../pg/expr/node.ts";
import { boolConst, call, conjuncts } from "../../pg/expr/shape.ts";
import { walk } from "../../pg/expr/walk.ts";
import { columnRef, settingRead } from "../../pg/expr/reads.ts";
import { relationOf } from "../../pg/name.ts";
import { isSessionVariable, usesIn } from "../expression/index.ts";
import { reach } from "../functions/index.ts";
import { disjuncts, withoutInitPlan, type ReadPolicy, type Reading } from "./reading.ts";

const TOKEN = { kind: "function", schema: "auth", name: "jwt" } as const;

/**
 * The session variables that open a permissive policy by themselves: a branch of it reads them, and no column, relation,
 * claim or role. Whoever sets them to the right word, or at all, passes. Empty where a restrictive policy of the
 * relation looks at the row, since that one still decides.
 */
export function switchesOf(reading: Reading, { policy, trees }: ReadPolicy): string[] {
  if (!policy.permissive) return [];
  const restricted = reading
    .policiesOf(relationOf(policy))
    .some((other) => !other.policy.permissive && other.trees.some((tree) => readsRow(tree)));
  if (restricted) return [];
  const branches = trees.flatMap((tree) => disjuncts(withoutInitPlan(tree)));
  return [...new Set(branches.flatMap((branch) => switchIn(reading, branch)))];
}

/** The variables of a branch that nothing but variables decides; empty for any other branch. */
function switchIn(reading: Reading, branch: Expr): string[] {
  // auth.uid() IS NOT NULL asks for a login and chooses no rows.
  const parts = conjuncts(branch).filter((part) => !isLoginTest(part));
  const found: string[] = [];
  for (const part of parts) {
    const settings = settingsOnly(reading, part);
    if (settings === null) return [];
    found.push(...settings);
  }
  return found;
}

const isLoginTest = (node: Expr): boolean => {
  const test = as("NullTest", node);
  const uses = test && usesIn(test.arg, TOKEN);
  return test?.nulltesttype === "IS_NOT_NULL" && uses?.claims.length === 1 && uses.claims[0]?.path.join() === "sub";
};

const HARMLESS = new Set("current_setting lower upper btrim ltrim rtrim length replace string_to_array".split(" "));

/** The session variables that an expression reads, or null if something else decides it as well. */
function settingsOnly(reading: Reading, part: Expr): string[] | null {
  if (boolConst(part) !== null) return boolConst(part) ? [] : null;
  const uses = usesIn(part, TOKEN);
  if (uses.claims.length > 0 || uses.computedName || readsRow(part)) return null;
  const settings = uses.settings.map((use) => use.setting);
  let other = false;
  walk(part, (node) => {
    const made = call(node);
    if (as("SQLValueFunction", node) || (as("FuncCall", node) && !made)) other = true;
    if (!made) return;
    const schema = made.name.length > 1 ? (made.name.at(-2) ?? null) : null;
    const name = made.name.at(-1) ?? "";
    const read = settingRead(node);
    if (read !== null && !isSessionVariable(read.setting)) other = true;
    if ((schema === null || schema === "pg_catalog") && HARMLESS.has(name)) return;
    const reached = reading.index
      .resolve({ schema, name, args: made.args }, [])
      .flatMap((fn) => reach(reading.index, fn));
    const reads = reached.flatMap(({ facts }) => facts.reads.map((one) => one.setting));
    const more = reached.some(({ facts }) => facts.tables.length + facts.claims.length > 0 || facts.opaque !== null);
    if (reads.length === 0 || more || made.args.length > 0 || !returnsTruth(reading, schema, name)) other = true;
    settings.push(...reads);
  });
  return other || settings.length === 0 ? null : settings;
}

const returnsTruth = (reading: Reading, schema: string | null, name: string): boolean =>
  reading.catalog.functions.some((fn) => fn.schema === schema && fn.name === name && fn.result === "boolean");

const readsRow = (tree: Expr): boolean => {
  let reads = false;
  walk(tree, (node) => {
    if (columnRef(node) !== null || as("SubLink", node) || as("RangeVar", node)) reads = true;
  });
  return reads;
};
