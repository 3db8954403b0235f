import { byFunction } from "../../pg/by-function.ts";
import type { FunctionFacts } from "../../classify/index.ts";
import type { Attempt, BreachKind, Door, DbObject, Subject, TriggerName } from "../matrix/index.ts";
import type { PgFunction } from "../../pg/catalog.ts";
import { nameKey, relationKey, type FunctionKey, type NameKey } from "../../pg/name.ts";
import { calledByTable, signatureOf } from "../attacks/index.ts";
import { DOORS } from "../matrix/index.ts";
import type { TestEnvironment } from "../environment/index.ts";
import type { Judged } from "./judge.ts";
import type { Actor } from "../personas/index.ts";
import { tablesBehind, isFiles, type BypassAttribute, type Target } from "../environment/index.ts";

/** The object that causes a breach and has to be corrected. */
export interface Cause {
  door: Door;
  kind: BreachKind;
  object: DbObject;
  message: string;
  /** set if the hint of the breach class would not close the breach */
  hint?: string;
}

/** The way in which the session variables got another tenant's values; null: they were not set. */
export type Opened =
  | { kind: "variable"; settings: string[] }
  | { kind: "function"; name: FunctionKey; settings: string[] }
  | { kind: "leftover"; settings: string[] }
  /** by nothing: the persona wrote a row of its own in `written` before */
  | { kind: "own row"; written: NameKey; settings: string[] }
  /** by SET ROLE; `path`: the memberships on the way, empty where requests come as the role itself */
  | { kind: "role"; role: string; attribute: BypassAttribute; path: string[]; settings: string[] };

/** The relations that are open without a set variable, by persona. */
export interface KnownOpen {
  has(relation: Subject, actor: string): boolean;
}

/** Trace a breach to the object that has to be corrected. */
export function causeOf(
  environment: TestEnvironment,
  attempt: Attempt,
  actor: Actor,
  judged: Judged,
  opened: Opened | null,
  privileged: boolean,
  open: KnownOpen,
): Cause {
  const { judge } = attempt;
  if (judge.kind !== "foreign" && judge.kind !== "control")
    return { door: judge.door, kind: DOORS[judge.door].kind, object: judge.object, message: judge.message };
  if (judge.kind === "foreign" && judge.cause) return { kind: DOORS[judge.cause.door].kind, ...judge.cause };
  if (opened?.kind === "role") return exempt(actor, opened);
  if (opened) return openedBy(attempt, opened);
  const reached = judged.relations.length > 0 ? judged.relations : [attempt.relation];
  const target = environment.targets.get(attempt.relation);
  switch (attempt.through.kind) {
    case "view":
    case "materialized view": {
      const instead = environment.catalog.triggers.find(
        (trigger) => relationKey(trigger) === attempt.through.name && trigger.enabled,
      );
      if (instead && attempt.command !== "SELECT")
        return {
          door: "trigger",
          kind: "tenancy",
          object: { kind: "trigger", name: `${attempt.through.name} / ${instead.name}` as TriggerName },
          message: `the trigger \`${instead.name}\` of the view \`${attempt.through.name}\` changes rows of other tenants in ${list(reached)}`,
        };
      const behind = [...tablesBehind(environment.surface, attempt.through.name)];
      const base = [...reached, ...behind].find((name) => open.has(name, actor.name));
      const table = base === undefined ? undefined : environment.targets.get(base);
      if (table && attempt.through.kind === "view") return openTable(table, actor, false, environment);
      if (attempt.form.kind === "barrier")
        return {
          door: "view",
          kind: "tenancy",
          object: attempt.through,
          message: `\`${attempt.through.name}\` has no security_barrier: PostgreSQL may call a cheap function of the caller for rows of ${list(behind)} before the view's own condition`,
          hint: "create it with (security_barrier = true)",
        };
      const door = attempt.through.kind === "view" ? "view" : "materialized-view";
      // the view may show own rows only; otherwise its reads are breaches themselves
      if (attempt.command === "INSERT")
        return {
          door,
          kind: "tenancy",
          object: attempt.through,
          message: `\`${attempt.through.name}\` takes rows of other tenants, with its owner's rights on ${list(behind)}`,
          hint: "create it with (security_invoker = true), or with check option where its WHERE compares the tenant, or revoke INSERT",
        };
      const what =
        door === "view"
          ? `\`${attempt.through.name}\` reads with its owner's rights, so policies of ${list(behind)} do not hold for it`
          : `\`${attempt.through.name}\` is a stored copy, and no policy holds for it`;
      return { door, kind: "tenancy", object: attempt.through, message: what };
    }
    case "function": {
      const fn = environment.catalog.functions.find((one) => signatureOf(one) === attempt.through.name);
      const base = reached.find((name) => open.has(name, actor.name));
      const table = base === undefined ? undefined : environment.targets.get(base);
      if (table) return openTable(table, actor, false, environment);
      const sets = fn && settingsOf(environment, fn);
      // the function itself is called by no statement of the client's
      if (attempt.command === "SELECT")
        return {
          door: "function",
          kind: "tenancy",
          object: attempt.through,
          message: `\`${attempt.through.name}\` is LEAKPROOF, so PostgreSQL may evaluate it before the policies of \`${attempt.relation}\`, and its error shows its argument`,
          hint: "alter function … not leakproof",
        };
      if (sets && sets.length > 0)
        return openedBy(attempt, { kind: "function", name: attempt.through.name, settings: sets });
      return {
        door: "function",
        kind: "tenancy",
        object: attempt.through,
        message:
          `\`${attempt.through.name}\` ${fn?.securityDefiner ? "runs with its owner's rights and" : ""} hands out or changes rows of other tenants`.replace(
            "  ",
            " ",
          ),
      };
    }
    default: {
      // another tenant's value in an error, or in a row of the own tenant: where the same statement reached no row of
      // another tenant, no policy let it through
      const byValue = attempt.command !== "SELECT" && evidenceOf(judged) !== null;
      const elsewhere =
        (byValue || reached.every((name) => name !== attempt.relation)) && !open.has(attempt.relation, actor.name);
      const trigger = triggerOf(environment, attempt, judged, reached, elsewhere);
      if (trigger) return trigger;
      const called = target && elsewhere ? calledByTable(target, environment)[0] : undefined;
      if (called)
        return {
          door: "function",
          kind: "tenancy",
          object: { kind: "function", name: signatureOf(called.fn) },
          message: `${called.what} calls \`${signatureOf(called.fn)}\`, which shows or changes rows of other tenants in ${list(reached)}`,
        };
      if (target) return openTable(target, actor, privileged, environment);
      return { door: "policy", kind: "tenancy", object: attempt.through, message: `\`${attempt.relation}\` is open` };
    }
  }
}

/** Session variables that a function sets from its arguments. */
function settingsOf(environment: TestEnvironment, fn: PgFunction): string[] {
  const fact = byFunction(environment.facts)(fn);
  const setter = fact && environment.setters.get(fact);
  return setter && fn.argumentTypes.length > 0 ? setter.settings : [];
}

function exempt(actor: Actor, { role, attribute, path }: Extract<Opened, { kind: "role" }>): Cause {
  const through = path.length > 1 ? `, by way of ${list(path.slice(0, -1))}` : "";
  return {
    door: "bypass-role",
    kind: "tenancy",
    object: { kind: "role", name: role },
    message:
      path.length === 0
        ? `requests come as \`${role}\`, which has ${attribute}: no policy holds for it`
        : `\`${actor.role}\` may SET ROLE \`${role}\`${through}, which has ${attribute}: no policy holds for it`,
    ...(path.length === 0 ? { hint: `alter role … no${attribute.toLowerCase()}` } : {}),
  };
}

function openedBy(attempt: Attempt, opened: Exclude<Opened, { kind: "role" }>): Cause {
  const { through } = attempt;
  if (opened.kind === "own row")
    return {
      door: "policy",
      kind: "tenancy",
      object: through.kind === "partition" ? { kind: "table", name: through.name } : through,
      message: `policies of \`${attempt.relation}\` let rows of other tenants through once a caller writes a row of its own into \`${opened.written}\``,
      hint: "compare columns of the row itself with the claim, and check what the other table may refer to",
    };
  const settings = list(opened.settings);
  if (opened.kind === "function")
    return {
      door: "context-function",
      kind: "tenancy",
      object: { kind: "function", name: opened.name },
      message: `\`${opened.name}\` sets ${settings} by what whoever may call it passes`,
    };
  return {
    door: "session-variable",
    kind: "tenancy",
    object: through.kind === "partition" ? { kind: "table", name: through.name } : through,
    message: `${through.kind === "view" || through.kind === "function" ? `\`${through.name}\` believes` : `policies of \`${attempt.relation}\` believe`} ${settings}, which every client can set`,
  };
}

function openTable(target: Target, actor: Actor, privileged: boolean, environment: TestEnvironment): Cause {
  const object: DbObject = { kind: target.kind, name: target.name };
  const tenanted = target.own !== null;
  if (!target.rowSecurity) {
    const parent = environment.surface.children.find((child) => nameKey(child) === target.name)?.parent;
    if (parent && environment.targets.get(nameKey(parent))?.rowSecurity)
      return {
        door: "partition",
        kind: "tenancy",
        object,
        message: `\`${target.name}\` is reached directly, where the policies of \`${nameKey(parent)}\` do not hold`,
      };
    return {
      door: "rls-off",
      kind: tenanted ? "tenancy" : "grant",
      object,
      message: `row security is off on \`${target.name}\`, and \`${actor.role}\` holds a grant`,
    };
  }
  if (privileged)
    return {
      door: "owner-not-forced",
      kind: "tenancy",
      object,
      message: `\`${actor.role}\` owns \`${target.name}\`, which does not FORCE row security`,
    };
  if (isFiles(target))
    return {
      door: "storage",
      kind: "tenancy",
      object,
      message: "policies of `storage.objects` let other tenants' files through",
    };
  return {
    door: "policy",
    kind: "tenancy",
    object,
    message: `policies of \`${target.name}\` let rows of other tenants through`,
  };
}

/**
 * The trigger, if a write of an own row changed other rows, or returned them: a trigger that runs with its owner's
 * rights.
 */
function triggerOf(
  environment: TestEnvironment,
  attempt: Attempt,
  judged: Judged,
  reached: readonly Subject[],
  elsewhere: boolean,
): Cause | null {
  if (attempt.command === "SELECT" || !(attempt.writesOwnRow || elsewhere)) return null;
  const byValue = evidenceOf(judged) !== null;
  if (attempt.answer !== "output" && !byValue && reached.every((name) => name === attempt.relation)) return null;
  const byName = new Map<NameKey, FunctionFacts>(environment.facts.map((fact) => [nameKey(fact), fact]));
  const triggers = environment.catalog.triggers.filter(
    (trigger) => relationKey(trigger) === attempt.relation && trigger.enabled,
  );
  const names = (trigger: (typeof triggers)[number]): boolean =>
    (byName.get(nameKey(trigger.function))?.tables ?? []).some((table) => reached.includes(nameKey(table)));
  const found = triggers.find(names) ?? triggers[0];
  if (!found) {
    const rule = environment.surface.rules.find((one) => relationKey(one) === attempt.relation);
    return rule === undefined
      ? null
      : {
          door: "trigger",
          kind: "tenancy",
          object: { kind: "rule", name: `${attempt.relation} / ${rule.name}` as TriggerName },
          message: `the rule \`${rule.name}\` of \`${attempt.relation}\` writes with its owner's rights, and changes rows of other tenants in ${list(reached)}`,
          hint: "compare the tenant in the action of the rule, or use a trigger that does",
        };
  }
  return {
    door: "trigger",
    kind: "tenancy",
    object: { kind: "trigger", name: `${attempt.relation} / ${found.name}` as TriggerName },
    message: `the trigger \`${found.name}\` of \`${attempt.relation}\` ${attempt.answer === "output" ? "puts another tenant's data into the row that comes back" : byValue ? `shows another tenant's data of ${list(reached)}, or puts it into the row that is written` : `changes rows of other tenants in ${list(reached)}`}`,
  };
}

const evidenceOf = ({ outcome }: Judged): string | null => (outcome.kind === "allowed" ? outcome.evidence : null);

const list = (names: readonly string[]): string => names.map((name) => `\`${name}\``).join(", ");
