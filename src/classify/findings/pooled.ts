import { finding, type Finding } from "../../finding.ts";
import { isPlatformFunction } from "../../pg/platform-objects.ts";
import { byFunction } from "../../pg/by-function.ts";
import { as, type Expr } from "../../pg/expr/node.ts";
import { settingRead, type SettingRead } from "../../pg/expr/reads.ts";
import { stringConst, TEXT_TYPES, typeText } from "../../pg/expr/shape.ts";
import { walk } from "../../pg/expr/walk.ts";
import { bodyOf, reach, type FunctionFacts } from "../functions/index.ts";
import { isSessionVariable, usesIn } from "../expression/index.ts";
import { atPolicy, quoted } from "./place.ts";
import { placeOf } from "./functions.ts";
import type { Reading } from "./reading.ts";

const TOKEN = { kind: "function", schema: "auth", name: "jwt" } as const;

/**
 * Reads of a session variable that take an unset variable for NULL and forget the empty one. After the first SET LOCAL
 * of a custom variable, its value outside that transaction is '' for the rest of the connection, and never NULL again
 * (guc.c, the reset value of a placeholder; measured on PostgreSQL 15).
 */
export function pooledFindings(reading: Reading): Finding[] {
  const ofPolicies = reading.policies.flatMap((one) => found(one.trees, atPolicy(one.policy)));
  const functionOf = byFunction(reading.catalog.functions);
  const ofFunctions = [...calledByPolicies(reading)].flatMap((fact) => {
    const fn = functionOf(fact);
    return fn && !isPlatformFunction(reading.catalog, fact) && fact.reads.length > 0
      ? found(bodyOf(fn).trees, placeOf(fact))
      : [];
  });
  return [...ofPolicies, ...ofFunctions];
}

function calledByPolicies({ policies, index }: Reading): Set<FunctionFacts> {
  const calls = policies.flatMap(({ trees }) => usesIn(trees, TOKEN).calls);
  return new Set(
    [...new Map(calls.map((made) => [JSON.stringify([made.schema, made.name, made.args.length]), made])).values()]
      .flatMap((made) => index.resolve(made, []))
      .flatMap((fact) => reach(index, fact).map((reached) => reached.facts)),
  );
}

function found(trees: unknown, at: Finding["at"]): Finding[] {
  const handled = comparedWithEmpty(trees);
  const presence = new Set<string>();
  const casts = new Map<string, string>();
  const counts = (read: SettingRead | null): read is SettingRead =>
    read !== null &&
    read.missingOk &&
    !read.emptyIsNull &&
    read.separator === null &&
    isSessionVariable(read.setting) &&
    !handled.has(read.setting);
  walk(trees, (node) => {
    const test = as("NullTest", node);
    const tested = test ? settingRead(test.arg) : null;
    if (counts(tested) && tested.cast === null) presence.add(tested.setting);
    const cast = as("TypeCast", node);
    const read = cast ? settingRead(node) : null;
    if (cast && counts(read) && !TEXT_TYPES.has(typeText(cast.typeName)) && read.cast !== null)
      casts.set(read.setting, read.cast);
  });
  return [
    ...(presence.size > 0
      ? [
          finding(
            "presence-without-nullif",
            "warning",
            at,
            `it tests ${quoted(presence)} for NULL, which is NULL only until the first SET LOCAL on the connection and '' afterwards: behind a pooler the answer changes`,
            "test NULLIF(current_setting(…, true), '') instead",
          ),
        ]
      : []),
    ...(casts.size > 0
      ? [
          finding(
            "cast-without-nullif",
            "warning",
            at,
            `it casts ${[...casts].map(([setting, type]) => `\`${setting}\` to ${type}`).join(", ")} without NULLIF: after the first SET LOCAL on the connection an unset variable is '', and the cast raises 22P02`,
            "write NULLIF(current_setting(…, true), '') inside the cast",
          ),
        ]
      : []),
  ];
}

/** Variables that the same expressions compare with '': the author knows of the empty value. */
function comparedWithEmpty(trees: unknown): Set<string> {
  const known = new Set<string>();
  walk(trees, (node) => {
    const compared = as("A_Expr", node);
    if (!compared || compared.kind === "AEXPR_NULLIF") return;
    const sides: [Expr | undefined, Expr | undefined][] = [
      [compared.lexpr, compared.rexpr],
      [compared.rexpr, compared.lexpr],
    ];
    for (const [value, constant] of sides) {
      const items = as("List", constant)?.items ?? as("A_ArrayExpr", constant)?.elements ?? [constant];
      const filled = as("CoalesceExpr", value)?.args?.[0];
      const read = settingRead(filled ?? value);
      if (read && items.some((item) => stringConst(item) === "")) known.add(read.setting);
    }
  });
  return known;
}
