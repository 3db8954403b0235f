import type { Cause, Judgement } from "./criterion.ts";
import type { Watched } from "./watched.ts";

/** Hours since the change that were watched without a gap, up to now. */
export function timeCriterion({ seen, now, limits }: Watched): Judgement {
  const { times } = seen.after;
  const causes: Cause[] = [];
  let since = times[0];
  for (const [n, at] of times.entries()) {
    const before = times[n - 1];
    if (before === undefined) continue;
    const cause = at < before ? "clock went back" : at - before > limits.gapMinutes * MINUTE ? "gap" : null;
    if (cause === null) continue;
    causes.push({ cause, from: iso(before), to: iso(at) });
    since = at;
  }
  const last = times.at(-1);
  const isStale = last !== undefined && Date.parse(now) - last > limits.gapMinutes * MINUTE;
  if (isStale) causes.push({ cause: "no sample since", at: iso(last) });
  const hours = since === undefined || last === undefined ? 0 : (last - since) / (60 * MINUTE);
  const enough = hours >= limits.hours && !isStale && times.length > 1;
  return {
    criterion: "time",
    state: enough ? "passed" : "not enough yet",
    n: Math.floor(hours * 100) / 100,
    k: null,
    wanted: limits.hours,
    causes: enough ? [] : causes,
    notes: enough ? causes : [],
    lacks: times.length === 0 ? [{ lack: "nothing before", what: "samples" }] : [],
  };
}

const MINUTE = 60_000;

const iso = (time: number): string => new Date(time).toISOString();
