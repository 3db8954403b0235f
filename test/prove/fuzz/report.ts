import type { Contradiction } from "./fuzz.ts";
import { ROLES, TABLES, TABLE_NAMES, ROLE_LABELS } from "./schema.ts";
import type { FuzzSide } from "./sides.ts";
import { bodyOf, type TextPolicy } from "./statements.ts";
import { textOf } from "./text.ts";

/** The contradiction as a case file in the format of `test/cases/prove/equivalence.json`. What is expected is for a person to say. */
export function caseFile(found: Contradiction): unknown {
  const [before, after] = [textOf(found.given.before), textOf(found.given.after)];
  const policy = ({ command, using, check, permissive, roles }: TextPolicy): unknown => ({
    cmd: command,
    using,
    check,
    permissive,
    to: roles,
  });
  const of = (side: typeof before, table: string): unknown[] =>
    side.policies.filter((policy) => policy.table === table).map(policy);
  const functions = (side: FuzzSide): Record<string, unknown> =>
    Object.fromEntries(
      textOf(side).functions.map((fn) => [
        fn.name,
        {
          definer: fn.definer,
          strict: fn.strict,
          language: fn.language,
          returns: fn.result,
          args: fn.argument === null ? [] : [fn.argument],
          body: bodyOf(fn),
        },
      ]),
    );
  const same = JSON.stringify(before.functions) === JSON.stringify(after.functions);
  const inner = TABLE_NAMES.filter((table) => table !== "docs" && found.given.guarded.has(table));
  const used = JSON.stringify([before, after, [...inner]]);
  return {
    schema: Object.fromEntries(
      TABLE_NAMES.filter((table) => table === "docs" || used.includes(table)).map((table) => [
        table,
        Object.fromEntries(
          TABLES[table].columns.map(({ name, type, notNull }) => [name, `${type}${notNull ? "!" : ""}`]),
        ),
      ]),
    ),
    enums: { app_role: ROLE_LABELS },
    unique: Object.fromEntries(TABLE_NAMES.map((table) => [table, TABLES[table].unique])),
    policyset_cases: [
      {
        id: `fuzz-${found.seed}`,
        title: `${found.why} (seed ${found.seed})`,
        oldP: of(before, "docs"),
        newP: of(after, "docs"),
        role: found.state.role,
        roles: { lead: ROLES["lead"], guest: ROLES["guest"] },
        ...(inner.length > 0
          ? {
              inner: Object.fromEntries(
                inner.map((table) => [table, { old: of(before, table), new: of(after, table) }]),
              ),
            }
          : {}),
        ...(before.functions.length + after.functions.length > 0 ? { functions: functions(found.given.before) } : {}),
        ...(same ? {} : { functionsAfter: functions(found.given.after) }),
        assumption: found.given.assumption,
        expect: {
          [found.component]: {
            decision: `not ${found.verdict?.decision ?? "a crash"}`,
            errors: found.verdict?.errors ?? [],
          },
        },
        point: { state: found.state, before: found.before, after: found.after },
      },
    ],
  };
}
