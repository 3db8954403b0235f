import { ToolError } from "../errors.ts";
import type { Plan } from "../plan/index.ts";
import type { Gate, Sample, Seen } from "../watch/index.ts";
import type { OnTarget } from "./target.ts";
import { gateOfTarget, watchTarget } from "./watch.ts";

/** Something of a target that may not be known. */
export type Asked<Value> =
  | { kind: "known"; value: Value }
  | { kind: "not asked" }
  /** `why`: the summary of the error */
  | { kind: "failed"; why: string };

/** What one sample has seen, in figures; null: its sources did not show it. */
export interface TrafficPoint {
  /** ISO 8601, by the server's clock */
  at: string;
  kind: Sample["kind"];
  denials: number | null;
  /** users whose stored claims are not those of the source, or missing */
  usersWithoutClaims: number | null;
  requests: number | null;
  requestsWithoutClaims: number | null;
}

/** A statement that was executed before the change and since. */
export interface Latency {
  queryId: string;
  role: string;
  command: string;
  relations: string[];
  /** milliseconds of one call, the mean */
  before: number;
  after: number;
  calls: { before: number; after: number };
}

/** What watching a target has seen. */
export interface Traffic {
  gate: Gate;
  points: TrafficPoint[];
  latency: Latency[];
  /** denials in the server's log and statements that row security concerned, of all samples; null: no log was read */
  errors: { before: Share | null; after: Share | null };
}

/** So many of so many. */
export interface Share {
  k: number;
  n: number;
}

/** Read what a target's samples say. Nothing throws: a target that cannot be read is `failed`, with the reason. */
export async function trafficOf(on: OnTarget, plan: Plan): Promise<Asked<Traffic>> {
  const points: TrafficPoint[] = [];
  const watch = watchTarget(on, plan);
  return asked(async () => {
    const gate = await gateOfTarget(watch, (sample) => points.push(pointOf(sample)));
    const { seen } = watch.history;
    return {
      gate,
      points,
      latency: latencyOf(seen),
      errors: { before: shareOf(seen, "before"), after: shareOf(seen, "after") },
    };
  });
}

/** The value of some work on a target, or why there is none. Throws what is no ToolError. */
export async function asked<Value>(work: () => Promise<Value>): Promise<Asked<Value>> {
  try {
    return { kind: "known", value: await work() };
  } catch (error) {
    if (error instanceof ToolError) return { kind: "failed", why: error.summary };
    throw error;
  }
}

function pointOf({ at, kind, readings }: Sample): TrafficPoint {
  const point: TrafficPoint = {
    at,
    kind,
    denials: null,
    usersWithoutClaims: null,
    requests: null,
    requestsWithoutClaims: null,
  };
  for (const one of readings)
    if (one.source === "log" && one.lacks.length === 0)
      point.denials = one.denials.reduce((sum, { count }) => sum + count, 0);
    else if (one.source === "audit" && one.members !== null)
      point.usersWithoutClaims = one.members.missing + one.members.stale;
    else if (one.source === "requests" && one.lacks.length === 0) {
      point.requests = one.hours.reduce((sum, { requests }) => sum + requests, 0);
      point.requestsWithoutClaims = one.hours.reduce(
        (sum, { without }) => sum + Object.values(without).reduce((of, count) => of + count, 0),
        0,
      );
    }
  return point;
}

/** Statements of both sides: the query identifier stays the same when policies change. */
function latencyOf({ before, after }: Seen): Latency[] {
  return [...after.statements].flatMap(([key, now]): Latency[] => {
    const was = before.statements.get(key);
    if (!was || was.calls === 0 || now.calls === 0) return [];
    const { queryId, role, command, relations } = now;
    return [
      {
        queryId,
        role,
        command,
        relations,
        before: was.time / was.calls,
        after: now.time / now.calls,
        calls: { before: was.calls, after: now.calls },
      },
    ];
  });
}

function shareOf(seen: Seen, kind: "before" | "after"): Share | null {
  const { sources, denials, calls } = seen[kind];
  const log = sources.get("log");
  if (log === undefined || log.readings === 0 || log.lacks.size > 0) return null;
  return { k: [...denials.values()].reduce((sum, { count }) => sum + count, 0), n: calls };
}
