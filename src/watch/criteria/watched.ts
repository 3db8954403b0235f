import type { Lack, Sample } from "../sample.ts";
import type { TestEvidence } from "../test-results.ts";
import type { GateLimits, PlanFacts } from "./criterion.ts";
import { filteredIn, filteredKey, pairsOf, type Filtered } from "./filtered.ts";
import { addLacks, addReadings, nothingOfKind, type SeenOfKind } from "./seen.ts";

/**
 * What all samples of a target and plan have seen, which `addSample` adds to: a watch of two days keeps this, and not
 * its samples.
 */
export interface Seen {
  before: SeenOfKind;
  /** since the change. What was seen before a rollback, or before the last part of the plan was applied, says nothing of what is in force now: it begins anew */
  after: SeenOfKind;
  /** what single samples since the change have found: what has stopped is hidden in the sum by what went well before */
  filtered: Map<string, Filtered>;
  /** what the readings of pg_stat_statements lacked in any sample, each once */
  statementLacks: Map<string, Lack>;
  /** the same of the plans */
  planLacks: Map<string, Lack>;
  planted: Planted;
  /** the newest sample; 0: there is none */
  number: number;
  /** of the newest sample; null: there is none */
  kind: Sample["kind"] | null;
  /** of the newest sample after a change: when it was made */
  appliedAt: string | null;
}

/**
 * The runs that have shown once, by a denial of their own, that they count one, at any time; and of the runs that took a
 * sample since the change: those that have not shown it yet, and whether one has.
 */
interface Planted {
  shownBy: Set<string>;
  notShownBy: Set<string>;
  isShown: boolean;
}

/** No sample. */
export const nothingSeen = (): Seen => ({
  before: nothingOfKind(),
  after: nothingOfKind(),
  filtered: new Map(),
  statementLacks: new Map(),
  planLacks: new Map(),
  planted: { shownBy: new Set(), notShownBy: new Set(), isShown: false },
  number: 0,
  kind: null,
  appliedAt: null,
});

/** Add the next sample. */
export function addSample(seen: Seen, sample: Sample): void {
  seen.number = sample.number;
  const was = seen.kind;
  seen.kind = sample.kind;
  const { shownBy } = seen.planted;
  if (sample.readings.some((one) => one.source === "log" && one.planted === "seen")) shownBy.add(sample.run);
  if (sample.kind === "before") {
    // the first one after a rollback holds what the plan that was taken back has refused until then
    addReadings(seen.before, was === "after" ? withoutDenials(sample) : sample);
    beginAnew(seen);
  } else {
    const appliedAt = sample.appliedAt ?? null;
    // it was taken back and applied again, or a further part of it was applied, without a sample in between
    if (appliedAt !== null && seen.appliedAt !== null && appliedAt !== seen.appliedAt) beginAnew(seen);
    seen.appliedAt = appliedAt;
    addReadings(seen.after, sample);
    const { notShownBy } = seen.planted;
    if (shownBy.has(sample.run)) {
      seen.planted.isShown = true;
      notShownBy.delete(sample.run);
    } else notShownBy.add(sample.run);
    const one = nothingOfKind();
    addReadings(one, sample);
    for (const cause of filteredIn(pairsOf(seen.before, one))) seen.filtered.set(filteredKey(cause), cause);
  }
  for (const { source, lacks } of sample.readings) {
    if (source === "statements") addLacks(seen.statementLacks, lacks);
    if (source === "plans") addLacks(seen.planLacks, lacks);
  }
}

/** What is in force is not what the samples so far have seen. */
function beginAnew(seen: Seen): void {
  seen.after = nothingOfKind();
  seen.filtered = new Map();
  seen.planted = { shownBy: seen.planted.shownBy, notShownBy: new Set(), isShown: false };
  seen.appliedAt = null;
}

const withoutDenials = (sample: Sample): Sample => ({
  ...sample,
  readings: sample.readings.map((one) => (one.source === "log" ? { ...one, denials: [] } : one)),
});

/** All samples at once. */
export function seenOf(samples: Iterable<Sample>): Seen {
  const seen = nothingSeen();
  for (const one of samples) addSample(seen, one);
  return seen;
}

/** What is known of a target and plan, and what is asked of it. */
export interface Watched {
  seen: Seen;
  /** ISO 8601: the moment for which it is asked, by the server's clock */
  now: string;
  plan: PlanFacts;
  limits: GateLimits;
  /** what the results of the project's isolation tests are worth; null: the config names none */
  tests?: TestEvidence | null;
}

/** Lacks of the counters of statements, but for those that the samples of another time make good. */
export const lastingLacks = ({ statementLacks }: Seen): Lack[] =>
  [...statementLacks.values()].filter(({ lack }) => lack !== "counters lost");
