import type { Fingerprint } from "../denial.ts";
import type { Lack } from "../sample.ts";
import { ownersLacks } from "./concerned.ts";
import type { Cause, Judgement, PlanFacts } from "./criterion.ts";
import { eachLack, lacksOf } from "./seen.ts";
import type { Watched } from "./watched.ts";

/**
 * No request is refused since the change that was not refused before. Only what the change can cause counts: policies,
 * privileges, recursion, claims that a cast does not accept, variables and functions that the plan retires. Errors of the
 * application are none, whatever they are. Each run of `watch` has to show once, by a denial of its own, that it sees some.
 */
export function denialsCriterion({ seen: { before, after, planted }, plan, limits }: Watched): Judgement {
  const all = [...after.denials]
    .filter(([, one]) => concerns(plan, one))
    .map(([key, one]): [boolean, Cause] => [
      !before.denials.has(key),
      {
        cause: "denial",
        family: one.family,
        relation: one.relation,
        policy: one.policy,
        function: one.function,
        object: one.object,
        role: one.login,
        count: one.count,
        first: one.first,
        isNew: !before.denials.has(key),
      },
    ]);
  const causes = all.flatMap(([isNew, cause]) => (isNew ? [cause] : []));
  // statements on the relations of the plan, by roles that row security concerns, in samples whose denials are known
  const n = after.calls - after.late.reduce((sum, { calls }) => sum + calls, 0);
  const wanted = Math.ceil(3 / limits.share);
  const readings = after.sources.get("log")?.readings ?? 0;
  const isOfService = after.newestLog?.arrived !== undefined;
  // the log of a service has shown nothing, either, before its first heartbeat has arrived
  const isShown = isOfService ? planted.isShown || n === 0 : planted.notShownBy.size === 0;
  const lacks = eachLack([
    ...lacksOf(after, "log", ({ lack }) => lack !== "service"),
    // what a service did not give at one time, it gave at the next
    ...(after.newestLog?.lacks.filter(({ lack }) => lack === "service") ?? []),
    // a run that has not shown once that it would count a denial has counted none for whatever reason; in the log of a
    // service it is a later run that sees it
    ...(isShown ? [] : [PLANTED]),
    ...(after.heartbeatsMissing > 0 ? [{ lack: "not readable" as const, what: "heartbeat" }] : []),
    ...(readings < after.times.length ? [{ lack: "not readable" as const, what: "log" }] : []),
    ...ownersLacks(after),
    // requests that nothing counts are never enough
    ...(n < wanted ? lacksOf(after, "statements", ({ lack }) => lack !== "counters lost") : []),
  ]);
  return {
    criterion: "denials",
    state:
      causes.length > 0 ? "failed" : lacks.length > 0 ? "cannot be told" : n >= wanted ? "passed" : "not enough yet",
    n,
    k: causes.reduce((sum, cause) => sum + (cause.cause === "denial" ? cause.count : 0), 0),
    wanted,
    causes,
    notes: all.flatMap(([isNew, cause]) => (isNew ? [] : [cause])),
    lacks,
  };
}

/** The denial that each run plants, and has to find again. */
export const PLANTED: Lack = { lack: "not readable", what: "planted denial" };

/** True if the change can have caused it. The log names relations without their schema. */
function concerns({ touched, dropped, retired, functions }: PlanFacts, one: Fingerprint): boolean {
  const names = touched.map(({ relation }) => relation.split(".").at(-1));
  switch (one.family) {
    case "row check":
    case "missing privilege":
      return one.relation === null || names.includes(one.relation);
    case "recursion":
    case "row security off":
    case "jwt":
      return true;
    case "cast":
      return one.function === null || isOf(functions, one.function);
    case "unset variable":
      return one.object === null || retired.includes(one.object.toLowerCase());
    case "function guard":
      return one.function !== null && isOf(functions, one.function);
    case "object gone":
      return (
        one.function !== null && dropped.some((name) => name === one.function || name.endsWith(`.${one.function}`))
      );
    // clients meet it each hour, and renew the token
    case "expired jwt":
    case "timeout":
    case "other":
      return false;
  }
}

const isOf = (functions: readonly string[], name: string): boolean =>
  functions.includes(name.split(".").at(-1) ?? name);
