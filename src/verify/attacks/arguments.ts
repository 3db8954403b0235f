import type { FunctionFacts } from "../../classify/functions.ts";
import type { Row } from "../../fixtures/fixtures.ts";
import type { PgFunction } from "../../pg/catalog.ts";
import type { ContextMap } from "../../pg/context.ts";
import { quoteIdent } from "../../pg/identifier.ts";
import { ATTACKER, VICTIM, type Actor } from "../personas.ts";
import { literal, type Target } from "../target.ts";
import type { Fixtures } from "../../fixtures/fixtures.ts";

/** Whose values a call is made with. */
export type Whose = "own" | "foreign" | "nobody";

/** All that a call's arguments are made from. */
export interface ArgumentSource {
  fixtures: Fixtures;
  context: ContextMap;
  targets: ReadonlyMap<string, Target>;
}

/** What an argument is about. */
type Topic =
  | { kind: "setting"; setting: string }
  | { kind: "user" }
  | { kind: "column"; target: Target; column: string }
  | { kind: "plain" };

/** A parameter of a signature: input only, in order. */
export interface Parameter {
  name: string;
  type: string;
  hasDefault: boolean;
  topic: Topic;
}

/** Input parameters with what they seem to be about: a variable that the function sets from it, a tenant, a user, a column of a table. */
export function parametersOf(
  fn: PgFunction,
  facts: FunctionFacts | undefined,
  sets: readonly { setting: string; argument: string }[],
  source: ArgumentSource,
): Parameter[] {
  // DEFAULT may hold commas; only how many there are matters, and they are the last ones
  const defaults = (fn.arguments.match(/ DEFAULT /g) ?? []).length;
  return fn.argumentTypes.map((type, place) => {
    const name = fn.argumentNames[place] ?? "";
    return {
      name,
      type,
      hasDefault: place >= fn.argumentTypes.length - defaults,
      topic: topicOf(name, type, place, fn, facts, sets, source),
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
  for (const target of source.targets.values()) {
    const column = target.columns.find((one) => one.name === bare && one.type === type);
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
  const used = tablesOf(fn, facts, source.targets);
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

/** Tables that a function reads or writes: those its body was found to read, and those that it names. */
export function tablesOf(
  fn: PgFunction,
  facts: FunctionFacts | undefined,
  targets: ReadonlyMap<string, Target>,
): Target[] {
  const read = (facts?.tables ?? []).flatMap(({ schema, name }) => targets.get(`${schema}.${name}`) ?? []);
  const named = [...targets.values()].filter(({ relation }) =>
    new RegExp(`(?<![\\w$])${relation.replaceAll(/[^\w]/g, "\\$&")}(?![\\w$])`, "i").test(fn.body),
  );
  return [...new Set([...read, ...named])];
}

/** SQL of an argument with somebody's value. */
export function valueOf(parameter: Parameter, whose: Whose, actor: Actor, source: ArgumentSource): string {
  const value = rawValue(parameter, whose, actor, source);
  return value === null ? `null::${parameter.type}` : `${literal(value)}::${parameter.type}`;
}

/** Whether another tenant's value differs from a plain one. */
export const isAboutSomebody = ({ topic }: Parameter): boolean => topic.kind !== "plain";

function rawValue(parameter: Parameter, whose: Whose, actor: Actor, { fixtures, context }: ArgumentSource): unknown {
  const { topic, type } = parameter;
  const tenant = whose === "foreign" ? VICTIM : ATTACKER;
  if (topic.kind !== "plain" && whose === "nobody") return nobody(type);
  switch (topic.kind) {
    case "setting": {
      const member =
        whose === "own" && actor.member ? actor.member : fixtures.members.find((one) => one.tenant === tenant);
      const value =
        member?.values[topic.setting] ?? fixtures.tenants.find(({ name }) => name === tenant)?.values[topic.setting];
      const variable = context.variables.find(({ setting }) => setting === topic.setting);
      if (value === undefined) return plain(type);
      return type.endsWith("[]") ? `{${value.split(variable?.separator ?? ",").join(",")}}` : value;
    }
    case "user":
      return whose === "own" && actor.member
        ? actor.member.user
        : (fixtures.tenants.find(({ name }) => name === tenant)?.users[0] ?? nobody(type));
    case "column": {
      const row: Row | undefined = (whose === "foreign" ? topic.target.foreignRows : topic.target.ownRows)[0];
      return row?.[topic.column] ?? plain(type);
    }
    case "plain":
      return plain(type);
  }
}

const nobody = (type: string): unknown =>
  type === "uuid" ? "0badf00d-0000-4000-8000-00000badf00d" : /int|numeric/.test(type) ? "987654321" : "nobody at all";

/** Something that a type takes; null where nothing is known. */
function plain(type: string): unknown {
  if (type.endsWith("[]")) return "{}";
  if (/^(smallint|integer|bigint|numeric|real|double precision)/.test(type)) return "1";
  if (type === "boolean") return "true";
  if (type === "uuid") return "0badf00d-0000-4000-8000-00000badf00d";
  if (/^(text|character varying|character|name|citext)/.test(type)) return "x";
  if (/^(date|timestamp)/.test(type)) return "2025-06-01 12:00:00";
  if (type.startsWith("time")) return "12:00:00";
  if (type === "interval") return "1 day";
  if (type === "jsonb" || type === "json") return "{}";
  return null;
}

/** `name := value` where every parameter has a name, so that those with a default can be left out. */
export function callOf(given: readonly { parameter: Parameter; sql: string }[]): string {
  const named = given.every(({ parameter }) => parameter.name !== "");
  return given.map(({ parameter, sql }) => (named ? `${quoteIdent(parameter.name)} => ${sql}` : sql)).join(", ");
}
