import type { DenialCount, Fingerprint } from "../denial.ts";
import type { Lack } from "../sample.ts";
import {
  eachLack,
  readingsOf,
  samplesOfKind,
  type Cause,
  type Judgement,
  type PlanFacts,
  type Watched,
} from "./criterion.ts";

/**
 * No request is refused since the change that was not refused before. Only what the change can cause counts: policies,
 * privileges, recursion, claims that a cast does not accept, variables and functions that the plan retires. Errors of the
 * application are none, whatever they are. Each run of `watch` has to show once, by a denial of its own, that it sees some.
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
  const shown = new Set(
    samples.filter((one) => readingsOf([one], "log").some(({ planted }) => planted === "seen")).map(({ run }) => run),
  );
  const lacks = eachLack([
    ...readings.flatMap((one) => one.lacks.filter(({ lack }) => lack !== "service")),
    // what a service did not give at one time, it gave at the next
    ...(readings.at(-1)?.lacks.filter(({ lack }) => lack === "service") ?? []),
    // a run that has not shown once that it would count a denial has counted none for whatever reason; in the log of a
    // service it is a later run that sees it
    ...(readings.at(-1)?.arrived === undefined
      ? after.filter(({ run }) => !shown.has(run)).map(() => PLANTED)
      : after.some(({ run }) => shown.has(run))
        ? []
        : [PLANTED]),
    ...readings
      .filter(({ heartbeat }) => heartbeat === "not seen" || heartbeat === "not sent")
      .map(() => ({ lack: "not readable" as const, what: "heartbeat" })),
    ...(readings.length < after.length ? [{ lack: "not readable" as const, what: "log" }] : []),
  ]);
  const n = requestsIn(arrivedOf(after));
  const wanted = Math.ceil(3 / limits.share);
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

/** The samples whose denials are known: the log of a service comes late, and what its last heartbeat does not cover may be in it. */
function arrivedOf(after: Watched["samples"]): Watched["samples"] {
  const last = readingsOf(after, "log").at(-1);
  if (last?.arrived === undefined) return after;
  const until = last.arrived === null ? null : Date.parse(last.arrived);
  return after.filter(({ at }) => until !== null && Date.parse(at) <= until);
}
/** The denial that each run plants, and has to find again. */
export const PLANTED: Lack = { lack: "not readable", what: "planted denial" };

/** Statements on the relations of the plan. */
export const requestsIn = (samples: Watched["samples"]): number =>
  readingsOf(samples, "statements")
    .flatMap(({ statements }) => statements)
    .reduce((sum, { calls }) => sum + calls, 0);

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
