import type { SuiteRun } from "./suite-report.ts";

/** A run of the suite on a weakened policy. */
export interface MutantRun {
  /** the name of the mutant: the same on both sides */
  name: string;
  /** `schema.relation` of its policy */
  relation: string;
  /** the state whose policy was weakened */
  side: "before" | "after";
  /** null: the suite made no report */
  run: SuiteRun | null;
}

/** What the runs of the suite showed. */
export interface Evidence {
  /** on the old state; null: it is not at hand */
  before: SuiteRun | null;
  /** on the migrated state */
  after: SuiteRun;
  mutants: readonly MutantRun[];
  /** cases that had different results on the same state: they vouch for nothing */
  unsteady: ReadonlySet<string>;
}

/** Cases and the mutants that they notice. */
export interface Noticed {
  /** mutants that a case may have noticed: it passes without them, and did not pass with them */
  mayNotice(id: string): readonly string[];
  /** the cases that fail with a mutant of the migrated state, and pass without */
  noticedBy(name: string): readonly string[];
  /** the cases that notice some mutant of a relation */
  noticedOn(relation: string): readonly string[];
}

/** Compare the runs on mutants with those on the states that they weaken. */
export function noticedIn({ before, after, mutants, unsteady }: Evidence): Noticed {
  const base = { before, after };
  const failsOf = ({ side, run }: MutantRun): string[] =>
    [...(run ?? [])].flatMap(([id, { status }]) =>
      status === "failed" && base[side]?.get(id)?.status === "passed" && !unsteady.has(id) ? [id] : [],
    );
  const certain = new Map<string, string[]>();
  const relations = new Map<string, Set<string>>();
  for (const mutant of mutants) {
    if (mutant.side !== "after") continue;
    const fails = failsOf(mutant);
    certain.set(mutant.name, fails);
    const known = relations.get(mutant.relation) ?? new Set();
    relations.set(mutant.relation, new Set([...known, ...fails]));
  }
  return {
    mayNotice: (id) => [
      ...new Set(
        mutants.flatMap(({ name, side, run }) =>
          run && base[side]?.get(id)?.status === "passed" && run.get(id)?.status !== "passed" ? [name] : [],
        ),
      ),
    ],
    noticedBy: (name) => certain.get(name) ?? [],
    noticedOn: (relation) => [...(relations.get(relation) ?? [])],
  };
}
