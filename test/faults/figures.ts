/** What a load counts while it runs. */
export interface Tally {
  transactions: number;
  leak(what: string): void;
  loss(what: string): void;
  error(error: unknown): void;
  /** Run a statement on a relation, and keep how long it took, also where it failed. */
  timed<T>(relation: string, run: () => Promise<T>): Promise<T>;
  readonly kept: Kept;
}

interface Kept {
  began: number;
  /** ms, of every statement */
  latencies: number[];
  /** when the last statement on a relation ended, and the longest time without one */
  last: Map<string, number>;
  silence: Map<string, number>;
  leaks: Map<string, number>;
  losses: Map<string, number>;
  errors: Map<string, number>;
}

export interface Figures {
  ms: number;
  transactions: number;
  statements: number;
  /** foreign rows that were seen or touched, with how often */
  leaks: Record<string, number>;
  /** own rows that were not there */
  losses: Record<string, number>;
  /** by SQLSTATE, or by the system's name of the error */
  errors: Record<string, number>;
  /** ms, of single statements */
  latency: { p50: number; p99: number; max: number };
  /** ms: the longest time in which no statement on the relation came to its end, over all connections */
  stall: Record<string, number>;
}

export function newTally(): Tally {
  const began = performance.now();
  const kept: Kept = {
    began,
    latencies: [],
    last: new Map(),
    silence: new Map(),
    leaks: new Map(),
    losses: new Map(),
    errors: new Map(),
  };
  return {
    transactions: 0,
    leak: (what) => count(kept.leaks, what),
    loss: (what) => count(kept.losses, what),
    error: (error) => count(kept.errors, codeOf(error)),
    timed: async (relation, run) => {
      const start = performance.now();
      try {
        return await run();
      } finally {
        const end = performance.now();
        kept.latencies.push(end - start);
        const silence = end - (kept.last.get(relation) ?? began);
        kept.silence.set(relation, Math.max(kept.silence.get(relation) ?? 0, silence));
        kept.last.set(relation, end);
      }
    },
    kept,
  };
}

/** The figures of a load up to now. */
export function figuresOf({ kept, transactions }: Tally): Figures {
  const now = performance.now();
  const sorted = kept.latencies.toSorted((a, b) => a - b);
  const at = (part: number): number =>
    tenth(sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? 0);
  // a relation that is silent right now counts too
  const stall = [...kept.last].map(([name, last]) => [name, tenth(Math.max(kept.silence.get(name) ?? 0, now - last))]);
  return {
    ms: Math.round(now - kept.began),
    transactions,
    statements: sorted.length,
    leaks: Object.fromEntries(kept.leaks),
    losses: Object.fromEntries(kept.losses),
    errors: Object.fromEntries(kept.errors),
    latency: { p50: at(0.5), p99: at(0.99), max: at(1) },
    stall: Object.fromEntries(stall) as Record<string, number>,
  };
}

const tenth = (ms: number): number => Math.round(ms * 10) / 10;

const count = (into: Map<string, number>, what: string): void => void into.set(what, (into.get(what) ?? 0) + 1);

const codeOf = (error: unknown): string => {
  if (error instanceof Error && "code" in error && typeof error.code === "string") return error.code;
  return error instanceof Error ? error.message : String(error);
};
