import type { PgFunction } from "../../pg/catalog.ts";
import { as, type Expr } from "../../pg/expr/node.ts";
import { call } from "../../pg/expr/shape.ts";
import { some } from "../../pg/expr/walk.ts";
import { nameKey } from "../../pg/name.ts";
import { setterCalled, type Retired } from "./retired.ts";
import type { Question } from "./shape.ts";
import type { SettingCall } from "./use.ts";

/** Why calls in a function may not go without an answer of a person; none: they may. */
export function questionsOfCalls(
  calls: readonly SettingCall[],
  fn: PgFunction,
  retired: Retired,
): Omit<Question, "line">[] {
  const all = (tag: Question["tag"], about: readonly string[]): Omit<Question, "line">[] =>
    [...new Set(about)].map((one) => ({ tag, about: one }));
  return [
    ...all(
      "still-needed",
      calls.flatMap((made) => settingsOf(made, retired)).filter((name) => retired.needed.has(name)),
    ),
    ...all(
      "call-refuses-roles",
      calls.flatMap((made) => refusedBy(made, fn, retired)),
    ),
    ...all(
      "sets-other-settings",
      calls.flatMap((made) => othersSet(made, retired)),
    ),
    ...(calls.every((made) => isPlain(made, retired))
      ? []
      : [{ tag: "argument-calls-function" as const, about: null }]),
  ];
}

/** False where an argument calls a function of the project, which may check something or write. */
const isPlain = (made: SettingCall, { rules }: Retired): boolean =>
  !some(made.args, (node) => {
    const [name = "", schema = null] = call(node)?.name.toReversed() ?? [];
    if (name === "" || schema === "auth") return false;
    return schema === null
      ? [...rules.functions.values()].some((overloads) => overloads[0]?.name === name)
      : rules.functions.has(nameKey({ schema, name }));
  });

/**
 * The roles that may call the function but not the setter in it: as long as the function runs with their rights, the call
 * is what refuses them.
 */
function refusedBy(made: SettingCall, fn: PgFunction, retired: Retired): string[] {
  if (made.kind === "set-config" || fn.securityDefiner || retired.decisions.ofFunction(nameKey(fn)) === "claim")
    return [];
  const [name = "", schema = null] = made.name.toReversed();
  const may = ({ grants }: PgFunction): Set<string> =>
    new Set(grants.filter(({ privilege }) => privilege === "EXECUTE").map(({ grantee }) => grantee));
  const own = may(fn);
  return setterCalled(retired, { schema, name }).flatMap((setter) => {
    const theirs = may(setter.fn);
    if (theirs.has("public")) return [];
    return [...own].filter((role) => !theirs.has(role) && role !== fn.owner && role !== setter.fn.owner);
  });
}

/** The retired variables that a call sets. */
export function settingsOf(made: SettingCall, retired: Retired): string[] {
  if (made.kind === "set-config") return [made.setting.toLowerCase()];
  const [name = "", schema = null] = made.name.toReversed();
  return setterCalled(retired, { schema, name }).flatMap(({ settings }) => settings);
}

/** The settings other than the retired ones that a call sets, unless the config lets them go. */
function othersSet(made: SettingCall, retired: Retired): string[] {
  if (made.kind === "set-config") return [];
  const [name = "", schema = null] = made.name.toReversed();
  return setterCalled(retired, { schema, name }).flatMap(({ fn, others }) => {
    if (retired.decisions.ofCalls(nameKey(fn)) === "delete") return [];
    return others.flatMap(({ setting, argument }) => {
      if (argument === null) return [`${nameKey(fn)}: ${setting}`];
      const given = argumentAt(made.args, argument, fn.argumentNames.indexOf(argument));
      return given === undefined || as("A_Const", given)?.isnull ? [] : [`${nameKey(fn)}: ${setting}`];
    });
  });
}

/** The argument of a call by its name, or by its position among those without a name. */
function argumentAt(args: readonly Expr[], name: string, position: number): Expr | undefined {
  const named = args.map((arg) => as("NamedArgExpr", arg)).find((arg) => arg?.name === name);
  if (named) return named.arg;
  const at = args[position];
  return at && !as("NamedArgExpr", at) ? at : undefined;
}
