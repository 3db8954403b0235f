import type { Mutant } from "./mutants.ts";

const CHANGE = {
  file: "trial/change.ts",
  find: 'if (before === "deny") return after === "allow" ? "gained" : "deny->error";',
} as const;
const DECISION = {
  file: "trial/change.ts",
  find: 'return either("gained", "lost") ?? either("error->allow", "allow->error") ?? "unknown";',
} as const;

/** Trials that draw a wrong conclusion from what PostgreSQL answers. They meet the cases of `trial-changes.ts`. */
export const TRIAL_MUTANTS: readonly Omit<Mutant, "cases">[] = [
  {
    id: "sides-swapped",
    title: "a row that is gained is lost",
    file: "trial/change.ts",
    find: "export function changeOf(before: Seen, after: Seen): Change | null {",
    replace: "export function changeOf(after: Seen, before: Seen): Change | null {",
    noticedBy: ["a row is gained", "a row is lost"],
  },
  {
    id: "gains-ignored",
    title: "a row that is gained is no change",
    ...CHANGE,
    replace: 'if (before === "deny") return after === "allow" ? null : "deny->error";',
    noticedBy: ["a row is gained"],
  },
  {
    id: "losses-ignored",
    title: "rows that are lost decide nothing",
    ...DECISION,
    replace: 'return either("gained", "gained") ?? either("error->allow", "allow->error") ?? "unknown";',
    noticedBy: ["a row is lost"],
  },
  {
    id: "errors-decide-nothing",
    title: "an error that becomes access is no change",
    ...DECISION,
    replace: 'return either("gained", "lost") ?? "unknown";',
    noticedBy: ["an error becomes access", "access becomes an error"],
  },
  {
    id: "errors-first",
    title: "errors decide before rows that are gained",
    ...DECISION,
    replace: 'return either("error->allow", "allow->error") ?? either("gained", "lost") ?? "unknown";',
    noticedBy: ["a row is gained beside errors"],
  },
  {
    id: "errors-are-refusals",
    title: "an error is a refusal",
    file: "trial/change.ts",
    find: 'return after === "allow" ? "error->allow" : "error->deny";',
    replace: 'return after === "allow" ? "gained" : "lost";',
    noticedBy: ["an error becomes a refusal"],
  },
  {
    id: "no-difference-is-equivalence",
    title: "where the trial finds no difference both sides are equivalent",
    ...DECISION,
    replace: 'return either("gained", "lost") ?? either("error->allow", "allow->error") ?? "equivalent";',
    noticedBy: ["nothing differs"],
  },
  {
    id: "silence-is-refusal",
    title: "an answer that tells nothing is a refusal",
    file: "trial/change.ts",
    find: "if (before === null || after === null || before === after) return null;",
    replace: 'if (before === after) return null;\n  before ??= "deny";\n  after ??= "deny";',
    noticedBy: ["an answer tells nothing"],
  },
  {
    id: "tried-is-proved",
    title: "a trial that finds losses alone proves that nothing is gained",
    file: "trial/change.ts",
    find: 'decision === "tighter" && certainty.kind === "trial";',
    replace: "false;",
    noticedBy: ["a row is lost", "access becomes an error"],
  },
  {
    id: "proved-is-tried",
    title: "rows that a trial shows to be gained are not certain",
    file: "trial/change.ts",
    find: 'decision === "tighter" && certainty.kind === "trial";',
    replace: 'certainty.kind === "trial";',
    noticedBy: ["a row is gained"],
  },
];
