import type { PgFunction, Rule, Trigger } from "../../pg/catalog.ts";
import { identForReading } from "../../pg/identifier.ts";
import { nameKey, relationKey, relationOf } from "../../pg/name.ts";
import type { ChangeReason, ObjectChange } from "./change.ts";
import { extraOf, walk, type Walked } from "./paths.ts";
import { matched, withoutHeirs, type World, type Worlds } from "./world.ts";

const WRITES = ["INSERT", "UPDATE", "DELETE", "TRUNCATE"] as const;

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

const sameFunctions = (before: World, after: World, was: Trigger, is: Trigger): boolean => {
  const textOf = (world: World, trigger: Trigger): string =>
    JSON.stringify(
      walksOf(world, trigger).map(({ path, reached }) => [
        path.kind === "function" && [path.fn.securityDefiner, path.fn.owner],
        reached.texts,
      ]),
    );
  return textOf(before, was) === textOf(after, is);
};

/** Roles that can make triggers and rules of a relation run. */
function writersOf(world: World, on: { schema: string; relation: string }, roles: readonly string[]): string[] {
  const relation = world.side.relation(relationOf(on));
  if (!relation) return [];
  return roles.filter(
    (role) =>
      world.side.mayUse(relation.schema, role) &&
      WRITES.some((privilege) => world.side.hasPrivilege(relation, privilege, role)),
  );
}

/** A trigger that did not run before in this form. */
function runsNow({ after, roles }: Worlds, trigger: Trigger, otherwise: ChangeReason): ObjectChange {
  const writers = trigger.enabled ? writersOf(after, trigger, roles) : [];
  const shownRoles = withoutHeirs(after, writers);
  if (writers.length === 0) return triggerChange(trigger, "changes", [], otherwise);
  for (const walked of walksOf(after, trigger)) {
    const { reached, path } = walked;
    const isDefiner = path.kind === "function" && path.fn.securityDefiner;
    if (reached.setsVariables) return triggerChange(trigger, "cannot be told", shownRoles, { kind: "sets variables" });
    if (isDefiner && reached.unfollowed)
      return triggerChange(trigger, "cannot be told", shownRoles, { kind: "dynamic SQL" });
    const relations = [...new Set(writers.flatMap((role) => extraOf(walked, "EXECUTE", role).certain))];
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
  // a function of an extension, or one that runs as whoever writes the row
  return triggerChange(trigger, "changes", [], otherwise);
}

/** A trigger may have refused statements or filled columns that policies rely on. */
function runsNoMore({ before, after, roles }: Worlds, trigger: Trigger, how: "gone" | "different"): ObjectChange {
  const writers = writersOf(after, trigger, roles);
  const functions = functionsOf(before, trigger);
  const onlyStamps = functions.length > 0 && functions.every(({ body }) => STAMPS.test(body));
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
    ...both.flatMap(({ was, is }) => (was.definition === is.definition && was.enabled === is.enabled ? [] : [is])),
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
