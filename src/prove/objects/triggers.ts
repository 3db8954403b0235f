import type { PgFunction, Rule, Trigger } from "../../pg/catalog.ts";
import { identForReading } from "../../pg/identifier.ts";
import { nameKey, relationKey, relationOf } from "../../pg/name.ts";
import { isPlatformUsers } from "../../pg/platform-schemas.ts";
import { askedColumns } from "./asked.ts";
import { calledTexts, reachedByCalls } from "./called.ts";
import { comersTo, WRITES } from "./comers.ts";
import type { ChangeReason, ObjectChange } from "./change.ts";
import { extraOf, walk, type Walked } from "./paths.ts";
import { matched, withoutHeirs, type World, type Worlds } from "./world.ts";

/** A body that fills columns with the time of the statement, and does nothing else. */
const STAMPS =
  /^\s*begin\s+(?:new\.\w+\s*(?::=|=)\s*(?:pg_catalog\.)?(?:now\(\)|current_timestamp|clock_timestamp\(\)|timezone\('utc'(?:::text)?,\s*now\(\)\))\s*;\s*)+return\s+new\s*;\s*end\s*;?\s*$/i;

/** Triggers that are new, gone, different, or whose function is another. */
export function compareTriggers(worlds: Worlds): ObjectChange[] {
  const { before, after } = worlds;
  const { both, gone, added } = matched(before.catalog.triggers, after.catalog.triggers, triggerKey);
  return [
    ...added.map((trigger) => runsNow(worlds, trigger, { kind: "new" })),
    ...gone.map((trigger) => runsNoMore(worlds, trigger, "gone")),
    ...both.flatMap(({ was, is }): ObjectChange[] => {
      if (was.enabled && !is.enabled) return [runsNoMore(worlds, is, "different")];
      if (!was.enabled && is.enabled) return [runsNow(worlds, is, { kind: "different" })];
      const same = was.definition === is.definition && sameFunctions(before, after, was, is);
      if (same) return [];
      if (!is.enabled) return [triggerChange(is, "changes", [], { kind: "different" })];
      const now = runsNow(worlds, is, { kind: "different" });
      return [now.effect === "changes" ? runsNoMore(worlds, was, "different") : now];
    }),
  ];
}

const triggerKey = (trigger: { schema: string; relation: string; name: string }): string =>
  JSON.stringify([trigger.schema, trigger.relation, trigger.name]);

const shown = (trigger: { schema: string; relation: string; name: string }): string =>
  `${identForReading(trigger.name)} on ${relationKey(trigger)}`;

const triggerChange = (
  trigger: Trigger,
  effect: ObjectChange["effect"],
  roles: readonly string[],
  why: ChangeReason,
): ObjectChange => ({ effect, kind: "trigger", name: shown(trigger), roles: [...roles], why });

const functionsOf = ({ side }: World, trigger: Trigger): readonly PgFunction[] =>
  side.functions(trigger.function).filter(({ result }) => result === "trigger");

const walksOf = (world: World, trigger: Trigger): Walked[] =>
  functionsOf(world, trigger).map((fn) => walk(world, { kind: "function", fn }));

/** With the functions that its WHEN calls. */
const sameFunctions = (before: World, after: World, was: Trigger, is: Trigger): boolean => {
  const textOf = (world: World, trigger: Trigger): string =>
    JSON.stringify([
      calledTexts(world, trigger.definition),
      walksOf(world, trigger).map(({ path, reached }) => [
        path.kind === "function" && [path.fn.securityDefiner, path.fn.owner],
        reached.texts,
      ]),
    ]);
  return textOf(before, was) === textOf(after, is);
};

/** Roles that can make triggers and rules of a relation run. */
function writersOf(world: World, on: { schema: string; relation: string }, roles: readonly string[]): string[] {
  const relation = world.side.relation(relationOf(on));
  return relation ? comersTo(world, relation, WRITES, roles) : [];
}

/** A trigger that did not run before in this form. */
function runsNow(worlds: Worlds, trigger: Trigger, otherwise: ChangeReason): ObjectChange {
  const { before, after, roles } = worlds;
  const writers = trigger.enabled ? writersOf(after, trigger, roles) : [];
  const shownRoles = withoutHeirs(after, writers);
  if (writers.length === 0) return triggerChange(trigger, "changes", [], otherwise);
  const relation = after.side.relation(relationOf(trigger));
  // who comes to the relation by a view or a function writes as somebody else, and so runs the function
  const isRunAsOther = writers.some(
    (role) => !relation || !WRITES.some((privilege) => after.side.hasPrivilege(relation, privilege, role)),
  );
  const byCondition = reachedByCalls(worlds, writers, trigger.definition);
  if (byCondition) return triggerChange(trigger, "cannot be told", shownRoles, byCondition);
  for (const walked of walksOf(after, trigger)) {
    const { reached, path } = walked;
    const isDefiner = path.kind === "function" && path.fn.securityDefiner;
    if (reached.setsVariables) return triggerChange(trigger, "cannot be told", shownRoles, { kind: "sets variables" });
    if (isDefiner && reached.unfollowed)
      return triggerChange(trigger, "cannot be told", shownRoles, { kind: "dynamic SQL" });
    const relations = [...new Set(writers.flatMap((role) => extraOf(walked, "EXECUTE", role).certain))];
    if (relations.length === 0 && isRunAsOther && reached.leaves.size > 0)
      return triggerChange(trigger, "cannot be told", shownRoles, { kind: "does something for each row" });
    if (relations.length === 0) continue;
    if (reached.asksRequest || !reached.writes)
      return triggerChange(trigger, "cannot be told", shownRoles, {
        kind: "past row security, by request",
        by: "new",
        relations,
      });
    return triggerChange(trigger, "opens", shownRoles, {
      kind: "past row security",
      by: "new",
      relations,
      writes: ["UPDATE or DELETE"],
    });
  }
  // whatever it does with the rows of a new relation, nobody reached them before
  const isNew = before.side.relation(relationOf(trigger)) === undefined;
  return isNew || doesLittle(after, trigger)
    ? triggerChange(trigger, "changes", [], otherwise)
    : triggerChange(trigger, "cannot be told", shownRoles, { kind: "does something for each row" });
}

/** Functions of PostgreSQL and of its extensions that fill columns which they get as arguments, or refuse a row. */
const FILLERS: ReadonlySet<string> = new Set([
  "autoinc",
  "insert_username",
  "moddatetime",
  "suppress_redundant_updates_trigger",
  "tsvector_update_trigger",
  "tsvector_update_trigger_column",
]);

const BODY_DOES =
  /\b(?:insert|update|delete|truncate|merge|perform|call|execute|copy|notify|pg_notify|set_config|setval|nextval|lo_\w+|dblink\w*|http\w*)\b|\bnew\s*(?::=|=(?!=))|\b(?:into(?:\s+strict)?|for)\s+(?:[\w."[\]]+\s*,\s*)*new\b|\bnet\s*\.|\brealtime\s*\./i;
const GIVES = /\breturn\s+(?!(?:new|old|null)\s*;|coalesce\s*\(\s*new\s*,\s*old\s*\)\s*;)/i;

/** It refuses rows, or fills columns for which no policy asks; it writes nothing else and sends nothing. */
function doesLittle(world: World, trigger: Trigger): boolean {
  const functions = functionsOf(world, trigger);
  // tokens are made of the accounts of a platform
  if (isPlatformUsers(world.catalog, relationOf(trigger))) return functions.every(({ body }) => STAMPS.test(body));
  const asked = askedColumns(world, nameKey(relationOf(trigger)));
  if (functions.length === 0)
    return FILLERS.has(trigger.function.name) && !argumentsOf(trigger).some((name) => asked.has(name));
  return functions.every((fn) => {
    const fillsAsked = filledBy(fn.body).some((name) => asked.has(name));
    if (STAMPS.test(fn.body)) return !fillsAsked;
    if (fn.language !== "plpgsql" || BODY_DOES.test(fn.body) || GIVES.test(fn.body)) return false;
    const called = walk(world, { kind: "function", fn }).reached;
    return called.texts.length === 1 && !fillsAsked;
  });
}

/** With a member of it, such as an element, where only that is set. */
const SET_COLUMN = /\bnew\s*\.\s*(?:"((?:[^"]|"")+)"|(\w+))(?:\s*\[[^;]*?\]|\s*\.\s*"?\w+"?)*\s*(?::=|=)/gi;

/** The columns of the new row that a body sets, or compares with `=`, which looks the same. */
const filledBy = (body: string): string[] =>
  [...body.matchAll(SET_COLUMN)].map(([, quoted, plain = ""]) => quoted?.replaceAll('""', '"') ?? plain.toLowerCase());

/** The arguments of the trigger's function, as pg_get_triggerdef prints them. */
const argumentsOf = ({ definition }: Trigger): string[] =>
  [...(/ EXECUTE (?:FUNCTION|PROCEDURE) ([^]*)$/.exec(definition)?.[1] ?? "").matchAll(/'((?:[^']|'')*)'/g)].map(
    ([, argument = ""]) => argument.replaceAll("''", "'"),
  );

/** A trigger may have refused statements or filled columns that policies rely on. */
function runsNoMore({ before, after, roles }: Worlds, trigger: Trigger, how: "gone" | "different"): ObjectChange {
  const writers = writersOf(after, trigger, roles);
  const functions = functionsOf(before, trigger);
  const asked = new Set([before, after].flatMap((world) => [...askedColumns(world, nameKey(relationOf(trigger)))]));
  const onlyStamps =
    functions.length > 0 &&
    functions.every(({ body }) => STAMPS.test(body) && !filledBy(body).some((name) => asked.has(name)));
  return writers.length === 0 || onlyStamps
    ? triggerChange(trigger, "changes", [], { kind: how })
    : triggerChange(trigger, "cannot be told", withoutHeirs(after, writers), {
        kind: "may have enforced something",
        relation: relationKey(trigger),
      });
}

/** Rules run with the rights of the owner of their relation (manual, 39.5). */
export function compareRules({ before, after, roles }: Worlds): ObjectChange[] {
  const { both, gone, added } = matched(before.catalog.rules ?? [], after.catalog.rules ?? [], triggerKey);
  const changed = [
    ...added,
    ...gone,
    ...both.flatMap(({ was, is }) =>
      was.definition === is.definition &&
      was.enabled === is.enabled &&
      calledTexts(before, was.definition) === calledTexts(after, is.definition)
        ? []
        : [is],
    ),
  ];
  return changed.map((rule: Rule): ObjectChange => {
    const relation = after.side.relation(relationOf(rule));
    const users = writersOf(after, rule, roles);
    const how = added.includes(rule) ? "new" : gone.includes(rule) ? "gone" : "different";
    return {
      effect: users.length > 0 ? "cannot be told" : "changes",
      kind: "rule",
      name: shown(rule),
      roles: withoutHeirs(after, users),
      why:
        users.length > 0 && relation
          ? { kind: "runs in statements of others", relation: nameKey(relation) }
          : { kind: how },
    };
  });
}
