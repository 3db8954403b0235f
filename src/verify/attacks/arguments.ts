import type { FunctionFacts } from "../../classify/index.ts";
import type { Row, Fixtures } from "../../fixtures/index.ts";
import type { PgFunction, UserType } from "../../pg/catalog.ts";
import type { ContextMap } from "../../pg/context.ts";
import { quoteIdent } from "../../pg/identifier.ts";
import { wholeName } from "../../pg/name-in-text.ts";
import { nameKey, parseName } from "../../pg/name.ts";
import { ATTACKER, VICTIM, type Actor } from "../personas/index.ts";
import { literal, type Target, type Targets } from "../environment/index.ts";
import { rowValue, shapeOf, type RowShape } from "./row-argument.ts";
import { foreignRow } from "./rows.ts";
import { baseType } from "../../pg/base-type.ts";
import { inputsOf, plain } from "./signature.ts";
import type { Whose } from "./whose.ts";

/** The sources of the values of a call's arguments. */
export interface ArgumentSource {
  fixtures: Fixtures;
  context: ContextMap;
  targets: Targets;
  types: readonly UserType[];
}

/** The subject of an argument, which decides its value. */
type Topic =
  | { kind: "setting"; setting: string }
  | { kind: "user" }
  | { kind: "column"; target: Target; column: string }
  /** a whole row, or a list of rows */
  | { kind: "row"; target: Target; shape: RowShape }
  | { kind: "plain" };

/** A parameter of a signature: input only, in order. */
export interface Parameter {
  name: string;
  type: string;
  /** the type without a domain around it */
  base: string;
  hasDefault: boolean;
  variadic: boolean;
  topic: Topic;
  /** an array with one value of the subject */
  list: boolean;
}

/**
 * Input parameters with the subject that each seems to have: a variable that the function sets from it, a tenant, a
 * user, a column of a table.
 */
export function parametersOf(
  fn: PgFunction,
  facts: FunctionFacts | undefined,
  sets: readonly { setting: string; argument: string }[],
  source: ArgumentSource,
): Parameter[] {
  // a DEFAULT may hold commas; only the number of parameters with a default matters, and they are the last ones
  const defaults = (fn.arguments.match(/ DEFAULT /g) ?? []).length;
  const inputs = inputsOf(fn);
  return fn.argumentTypes.map((type, place) => {
    const { name, variadic } = inputs[place] ?? { name: "", variadic: false };
    const base = baseType(type, source.types);
    const about = (called: string, of: string): Topic => topicOf(called, of, place, fn, facts, sets, source);
    const itself = about(name, base);
    // `ids uuid[]` has the subject that `id uuid` would have
    const one =
      itself.kind === "plain" && base.endsWith("[]")
        ? about(name.replace(/s$/i, ""), baseType(base.slice(0, -2), source.types))
        : null;
    const list = one !== null && one.kind !== "plain" && one.kind !== "row";
    return {
      name,
      type,
      base,
      hasDefault: place >= fn.argumentTypes.length - defaults,
      variadic,
      topic: list ? one : itself,
      list,
    };
  });
}

function topicOf(
  name: string,
  type: string,
  place: number,
  fn: PgFunction,
  facts: FunctionFacts | undefined,
  sets: readonly { setting: string; argument: string }[],
  source: ArgumentSource,
): Topic {
  const set = sets.find(({ argument }) => argument === name || argument === `$${place + 1}`);
  if (set) return { kind: "setting", setting: set.setting };
  const bare = name
    .toLowerCase()
    .replace(/^_*(?:(?:p|in|arg|v|param|target|the|new|src|from|to)_)*/, "")
    .replace(/_+(?:in|arg|param)?$/, "");
  const variable = source.context.variables.find(
    ({ setting, claim }) =>
      [bare, `${bare}_id`].includes(claim.at(-1) ?? "") ||
      [bare, `${bare}_id`].includes(setting.split(/[.:]/).at(-1) ?? ""),
  );
  if (variable) return { kind: "setting", setting: variable.setting };
  const used = tablesOf(fn, facts, source.targets);
  for (const target of source.targets.values()) {
    const column = target.columns.find((one) => one.name === bare && one.type === type);
    // `id` is the tenant in the table of tenants alone
    if (column && used.length > 0 && !used.includes(target) && target.primaryKey.includes(column.name)) continue;
    const setting = column && target.filled.context[column.name];
    if (setting !== undefined) return { kind: "setting", setting };
  }
  if (type === "uuid" && /^(user|uid|user_?id|auth_?user_?id|profile_?id|member_?id|owner_?id)$/.test(bare))
    return { kind: "user" };
  const tables = [...source.targets.values()];
  const named = (stem: string): Target | undefined =>
    tables.find(
      ({ relation }) =>
        relation === stem ||
        relation === `${stem}s` ||
        relation === `${stem}es` ||
        relation === stem.replace(/y$/, "ies"),
    );
  const stem = /^(.*?)_?(?:id|key|uuid)$/.exec(bare)?.[1];
  const shape = shapeOf(type, fn.body);
  const composite = shape === "composite" ? parseName(type) : null;
  const rows =
    shape === "composite"
      ? composite && source.targets.get(nameKey(composite))
      : shape && used.find(({ foreignRows }) => foreignRows.length > 0);
  if (shape && rows) return { kind: "row", target: rows, shape };
  const owner =
    (stem ? named(stem) : named(bare)) ??
    (stem === "" || type === "uuid"
      ? (used.find((target) => target.primaryKey.length === 1 && fn.name.includes(target.relation.replace(/s$/, ""))) ??
        used[0])
      : undefined);
  const key = owner?.primaryKey[0];
  if (owner && key !== undefined && owner.columns.find((column) => column.name === key)?.type === type)
    return { kind: "column", target: owner, column: key };
  const having =
    used.find((target) => target.columns.some((column) => column.name === bare && column.type === type)) ??
    (bare.length > 3
      ? tables.find(
          (target) =>
            target.foreign !== null && target.columns.some((column) => column.name === bare && column.type === type),
        )
      : undefined);
  if (having) return { kind: "column", target: having, column: bare };
  return { kind: "plain" };
}

/**
 * Tables that a function reads or writes: those that the analysis of its body found, and those whose name it contains.
 */
export function tablesOf(fn: PgFunction, facts: FunctionFacts | undefined, targets: Targets): Target[] {
  const read = (facts?.tables ?? []).flatMap((table) => targets.get(nameKey(table)) ?? []);
  const named = [...targets.values()].filter(({ relation }) => wholeName(relation).test(fn.body));
  return [...new Set([...read, ...named])];
}

/** SQL of an argument, with a value of the given party. */
export function valueOf(parameter: Parameter, whose: Whose, actor: Actor, source: ArgumentSource): string {
  const { topic, type, list, base } = parameter;
  if (base === "record") return "row('x'::text, 1)";
  if (topic.kind === "row") return rowValue(topic.target, topic.shape, type, whose, actor);
  const value = rawValue(list ? { ...parameter, base: base.slice(0, -2) } : parameter, whose, actor, source);
  if (value === null) return `null::${type}`;
  return list ? `array[${literal(value)}]::${type}` : `${literal(value)}::${type}`;
}

/** True if the value depends on the party that it belongs to. */
export const isAboutSomebody = ({ topic }: Parameter): boolean => topic.kind !== "plain";

function rawValue(parameter: Parameter, whose: Whose, actor: Actor, source: ArgumentSource): unknown {
  const { fixtures, context, types } = source;
  const { topic, base: type } = parameter;
  const isForeign = whose === "foreign" || whose === "new";
  const tenant = isForeign ? VICTIM : ATTACKER;
  if (topic.kind !== "plain" && !isForeign && whose !== "own")
    return nobody(type, whose === "nobody" ? "0" : "1", types);
  switch (topic.kind) {
    case "setting": {
      const member =
        whose === "own" && actor.member ? actor.member : fixtures.members.find((one) => one.tenant === tenant);
      const value =
        member?.values[topic.setting] ?? fixtures.tenants.find(({ name }) => name === tenant)?.values[topic.setting];
      const variable = context.variables.find(({ setting }) => setting === topic.setting);
      if (value === undefined) return plain(type, types);
      return type.endsWith("[]") ? `{${value.split(variable?.separator ?? ",").join(",")}}` : value;
    }
    case "user":
      return whose === "own" && actor.member
        ? actor.member.user
        : (fixtures.tenants.find(({ name }) => name === tenant)?.users[0] ?? nobody(type, "0", types));
    case "column": {
      const row: Row | null = isForeign ? foreignRow(topic.target) : (topic.target.ownRows[0] ?? null);
      return row?.[topic.column] ?? plain(type, types);
    }
    default:
      return plain(type, types);
  }
}

/** Values that belong to no row: `which` of two. */
function nobody(type: string, which: "0" | "1", types: readonly UserType[]): unknown {
  if (type === "uuid") return `${which}badf00d-0000-4000-8000-00000badf00d`;
  if (/int|numeric/.test(type)) return `98765432${which}`;
  return /^(text|char|citext)/.test(type) ? `nobody at all${which === "0" ? "" : " else"}` : plain(type, types);
}

/** `name := value` where every parameter has a name, so that those with a default can be left out. */
export function callOf(given: readonly { parameter: Parameter; sql: string }[]): string {
  const named = given.every(({ parameter }) => parameter.name !== "");
  return given
    .map(
      ({ parameter, sql }) =>
        `${parameter.variadic ? "variadic " : ""}${named ? `${quoteIdent(parameter.name)} => ` : ""}${sql}`,
    )
    .join(", ");
}
