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
  /** since the change. What was seen before a rollback says nothing of what is in force now: it begins anew */
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
});

/** Add the next sample. */
export function addSample(seen: Seen, sample: Sample): void {
  seen.number = sample.number;
  const { shownBy, notShownBy } = seen.planted;
  if (sample.readings.some((one) => one.source === "log" && one.planted === "seen")) shownBy.add(sample.run);
  if (sample.kind === "before") {
    addReadings(seen.before, sample);
    seen.after = nothingOfKind();
    seen.filtered = new Map();
    seen.planted = { shownBy, notShownBy: new Set(), isShown: false };
  } else {
    addReadings(seen.after, sample);
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
