import type { DenialCount, Fingerprint } from "../denial.ts";
import {
  eachLack,
  readingsOf,
  samplesOfKind,
  type Cause,
  type Judgement,
  type PlanFacts,
  type Watched,
} from "./criterion.ts";
import { concerned } from "./statements.ts";

/**
 * No request is refused since the change that was not refused before. Only what the change can cause counts: policies,
 * privileges, recursion, claims that a cast does not accept, variables and functions that the plan retires. Errors of the
 * application are none, whatever they are.
 */
export function denialsCriterion({ samples, plan, limits }: Watched): Judgement {
  const known = new Set(
    readingsOf(samplesOfKind(samples, "before"), "log").flatMap(({ denials }) => denials.map(keyOf)),
  );
  const after = samplesOfKind(samples, "after");
  const readings = readingsOf(after, "log");
  const counted = new Map<string, DenialCount>();
  for (const one of readings.flatMap(({ denials }) => denials)) {
    if (!concerns(plan, one)) continue;
    const earlier = counted.get(keyOf(one));
    counted.set(keyOf(one), earlier ? { ...earlier, count: earlier.count + one.count } : one);
  }
  const all = [...counted].map(([key, one]): [boolean, Cause] => [
    !known.has(key),
    {
      cause: "denial",
      family: one.family,
      relation: one.relation,
      policy: one.policy,
      function: one.function,
      object: one.object,
      role: one.login,
      count: one.count,
      isNew: !known.has(key),
    },
  ]);
  const causes = all.flatMap(([isNew, cause]) => (isNew ? [cause] : []));
  const n = requestsIn(after);
  const wanted = Math.ceil(3 / limits.share);
  const lacks = eachLack([
    ...readings.flatMap((one) => one.lacks),
    ...readings
      .filter(({ heartbeat, lacks: own }) => heartbeat !== "seen" && own.length === 0)
      .map(() => ({ lack: "not readable" as const, what: "heartbeat" })),
    ...(readings.length < after.length ? [{ lack: "not readable" as const, what: "log" }] : []),
    // requests that nothing counts are never enough
    ...(n < wanted
      ? readingsOf(after, "statements").flatMap((one) => one.lacks.filter(({ lack }) => lack !== "counters lost"))
      : []),
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

/** Statements on the relations of the plan, by roles that row security concerns: no policy refuses those of others. */
const requestsIn = (samples: Watched["samples"]): number =>
  [...concerned(samples).values()].reduce((sum, { calls }) => sum + calls, 0);

const keyOf = ({ family, sqlstate, relation, policy, function: of, object, login }: Fingerprint): string =>
  JSON.stringify([family, sqlstate, relation, policy, of, object, login]);

/** True if the change can have caused it. The log names relations without their schema. */
function concerns({ touched, dropped, retired, functions }: PlanFacts, one: Fingerprint): boolean {
  const names = touched.map(({ relation }) => relation.split(".").at(-1));
  switch (one.family) {
    case "row check":
    case "missing privilege":
      return one.relation === null || names.includes(one.relation);
    case "recursion":
    case "row security off":
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
    case "timeout":
    case "other":
      return false;
  }
}

const isOf = (functions: readonly string[], name: string): boolean =>
  functions.includes(name.split(".").at(-1) ?? name);
