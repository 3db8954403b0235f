import type { Binding } from "../code/index.ts";
import { noticedIn, type Evidence, type Noticed } from "./evidence.ts";
import { titlesOf, type TestCase } from "./find-cases.ts";
import type { ReportedCase } from "./suite-report.ts";
import type { Instance, Unclear, Unit } from "./units.ts";

/** Why a part of the variable's path stays. */
export type StaysBecause =
  | Unclear
  /** the suite could not be run */
  | "suite-not-run"
  /** no run reports it */
  | "not-reported"
  /** its name in the report is that of another case too */
  | "same-name"
  /** it was skipped */
  | "skipped"
  /** it fails on the old state too */
  | "fails-before"
  /** it fails on the migrated state, and the old one is not at hand */
  | "old-state-unknown"
  /** nothing else notices some mutants that it notices */
  | "only-notices"
  /** nothing else is known to test a relation that it reads */
  | "only-test"
  /** it calls what is not followed, and not every policy was weakened */
  | "not-followed"
  /** no case that stays uses a function of the project */
  | "only-use"
  /** the code could not be edited, or with the edit something else failed */
  | "taken-back";

/** What still covers a relation. */
export interface Cover {
  relation: string;
  /** the same case by claims; cases that notice a mutant of its policies; the emitted isolation tests, which are not run */
  by: "twin" | "cases" | "emitted";
  /** cases or files */
  what: string[];
}

/** A part that goes. */
export interface Removal {
  unit: Unit;
  /** its result on the migrated state; null: no run reports it, and the config has decided about it */
  onMigrated: "failed" | "passed" | null;
  /** the mutants that it notices, and for each a case that notices it too */
  notices: { mutant: string; noticedBy: string }[];
  covers: Cover[];
  /** the reason of the config, where it has decided so: what is noticed without the part was not asked then */
  decided: string | null;
  /** mutants, relations and functions that nothing else notices, tests or uses; only where the config has decided */
  alone: string[];
}

/** A part that stays. */
export interface Stay {
  unit: Unit;
  because: StaysBecause;
  /** mutants, relations or functions */
  what: string[];
}

export interface Decided {
  goes: Removal[];
  stays: Stay[];
}

/** What is known besides the runs. */
export interface Surroundings {
  cases: readonly TestCase[];
  /** the relations with policies that texts name */
  relationsIn: (texts: readonly string[]) => readonly string[];
  /** the files of isolation tests, as written by rlsmith, that test a relation */
  emittedFor: (relation: string) => readonly string[];
  /** the suite ran on a mutant of every policy */
  allWeakened: boolean;
  /** parts that must stay, since their edit was taken back */
  kept: ReadonlySet<Unit>;
}

/** Decide for each part of the variable's path: it goes if what it notices is noticed without it. */
export function decideUnits(units: readonly Unit[], evidence: Evidence, around: Surroundings): Decided {
  const matches = matchesOf(units, around.cases, evidence);
  const noticed = noticedIn(evidence);
  const decided: Decided = { goes: [], stays: [] };
  const gone = new Set<string>();
  for (const unit of units) {
    const verdict = judge(unit, { evidence, around, matches, noticed, gone, goes: decided.goes });
    if ("because" in verdict) decided.stays.push(verdict);
    else {
      decided.goes.push(verdict);
      if (unit.kind !== "half" && unit.kind !== "reads") for (const id of matches.idsOf(unit.instances)) gone.add(id);
    }
  }
  return decided;
}

interface Court {
  evidence: Evidence;
  around: Surroundings;
  matches: Matches;
  noticed: Noticed;
  /** the reported cases that go */
  gone: ReadonlySet<string>;
  goes: readonly Removal[];
}

function judge(unit: Unit, court: Court): Removal | Stay {
  const stays = (because: StaysBecause, what: string[] = []): Stay => ({ unit, because, what });
  const { evidence, around, matches, noticed, gone } = court;
  if (around.kept.has(unit)) return stays("taken-back");
  if (unit.decided !== undefined) return decidedRemoval(unit, unit.decided, court);
  if (unit.unclear) return stays(unit.unclear);
  const ids = matches.idsOf(unit.instances);
  if (unit.instances.some((one) => matches.idsOf([one]).length === 0)) return stays("not-reported");
  if (ids.some((id) => matches.isShared(id))) return stays("same-name");
  const after = ids.map((id) => evidence.after.get(id)?.status);
  if (after.some((status) => status === "skipped" || status === undefined)) return stays("skipped");
  const failing = ids.filter((id) => evidence.after.get(id)?.status === "failed");
  if (failing.length > 0 && evidence.before === null) return stays("old-state-unknown");
  if (failing.some((id) => evidence.before?.get(id)?.status !== "passed")) return stays("fails-before");

  const others = othersThan(ids, gone);
  const mutants = unit.kind === "half" ? [] : [...new Set(ids.flatMap((id) => noticed.mayNotice(id)))];
  const alone = mutants.filter((name) => others(noticed.noticedBy(name)).length === 0);
  if (alone.length > 0) return stays("only-notices", alone);

  const unfollowed = unit.instances.flatMap((one) => [...one.case.reach.unfollowed]);
  if (unfollowed.length > 0 && !around.allWeakened) return stays("not-followed", [...new Set(unfollowed)]);

  const relations = around.relationsIn(unit.instances.flatMap((one) => one.case.reach.texts));
  const covers = relations.map((relation) => coverOf(relation, unit, court, others));
  const bare = relations.filter((_, n) => covers[n] === null);
  if (bare.length > 0) return stays("only-test", bare);
  const functions = unit.kind === "case" ? unusedWithout(unit.case, court) : [];
  if (functions.length > 0) return stays("only-use", functions);
  return {
    unit,
    onMigrated: failing.length > 0 ? "failed" : "passed",
    notices: mutants.map((mutant) => ({
      mutant,
      noticedBy: nameOfId(others(noticed.noticedBy(mutant))[0] ?? ""),
    })),
    covers: covers.flatMap((one) => (one ? [one] : [])),
    decided: null,
    alone: [],
  };
}

/** The cases besides those of a part, and those that go. */
function othersThan(ids: readonly string[], gone: ReadonlySet<string>): (found: readonly string[]) => string[] {
  const own = new Set(ids);
  return (found) => found.filter((id) => !own.has(id) && !gone.has(id));
}

/** A part that goes since the config says so, with what is known of it: what nothing else notices is named. */
function decidedRemoval(unit: Unit, decided: string, court: Court): Removal {
  const { evidence, around, matches, noticed, gone } = court;
  const ids = matches.idsOf(unit.instances);
  const results = ids.map((id) => evidence.after.get(id)?.status);
  const onMigrated = results.includes("failed") ? "failed" : results.includes("passed") ? "passed" : null;
  // the case stays, and has to pass
  if (unit.kind === "reads") return { unit, onMigrated, notices: [], covers: [], decided, alone: [] };
  const others = othersThan(ids, gone);
  const mutants = [...new Set(ids.flatMap((id) => noticed.mayNotice(id)))];
  const relations = around.relationsIn(unit.instances.flatMap((one) => one.case.reach.texts));
  const covers = relations.map((relation) => coverOf(relation, unit, court, others));
  const notices = mutants.map((mutant) => ({ mutant, noticedBy: others(noticed.noticedBy(mutant))[0] ?? null }));
  return {
    unit,
    onMigrated,
    notices: notices.flatMap(({ mutant, noticedBy }) =>
      noticedBy === null ? [] : [{ mutant, noticedBy: nameOfId(noticedBy) }],
    ),
    covers: covers.flatMap((one) => (one ? [one] : [])),
    decided,
    alone: [
      ...notices.flatMap(({ mutant, noticedBy }) => (noticedBy === null ? [mutant] : [])),
      ...relations.filter((_, n) => covers[n] === null),
      ...(unit.kind === "case" ? unusedWithout(unit.case, court) : []),
    ],
  };
}

/** The strongest cover of a relation that is left: cases, then the same case by claims, then emitted tests. */
function coverOf(
  relation: string,
  unit: Unit,
  { evidence, matches, noticed, around }: Court,
  others: (ids: readonly string[]) => string[],
): Cover | null {
  const cases = others(noticed.noticedOn(relation));
  if (cases.length > 0) return { relation, by: "cases", what: cases.map(nameOfId) };
  if (unit.kind === "half") return { relation, by: "twin", what: [unit.case.name] };
  if (unit.kind === "row") {
    const reading = unit.twins.filter((one) => around.relationsIn(one.case.reach.texts).includes(relation));
    const twins = matches.idsOf(reading);
    const stands = twins.length > 0 && twins.every((id) => evidence.after.get(id)?.status === "passed");
    if (stands) return { relation, by: "twin", what: others(twins).map(nameOfId) };
  }
  const files = around.emittedFor(relation);
  return files.length > 0 ? { relation, by: "emitted", what: [...files] } : null;
}

/** The functions of the project that no case would use any more. */
function unusedWithout(one: TestCase, { around, goes }: Court): string[] {
  const leaving = new Set(goes.flatMap(({ unit }) => (unit.kind === "case" ? [unit.case] : [])));
  const left = new Set<Binding>(
    around.cases.filter((other) => other !== one && !leaving.has(other)).flatMap(({ reach }) => [...reach.functions]),
  );
  return [...one.reach.functions].filter((fn) => !left.has(fn)).map(({ name }) => name);
}

/** Which reported cases belong to which cases of the code. */
export interface Matches {
  idsOf(instances: readonly Instance[]): string[];
  /** true if several cases of the code are reported under the name */
  isShared(id: string): boolean;
  /** the first case of the code that is reported under the name; null: none is found */
  caseOf(id: string): TestCase | null;
}

/** Match the cases of the code with those that runs report, by their titles. */
export function matchesOf(
  units: readonly Unit[],
  cases: readonly TestCase[],
  { before, after }: Pick<Evidence, "before" | "after">,
): Matches {
  const reported = [...new Map([...(before ?? []), ...after])];
  const fits = (titles: readonly RegExp[], one: ReportedCase): boolean =>
    titles.length === one.titles.length && titles.every((pattern, n) => pattern.test(one.titles[n] ?? ""));
  const known = new Map<Instance, string[]>();
  const idsOf = (instance: Instance): string[] => {
    const found =
      known.get(instance) ??
      reported
        .filter(([, one]) => one.path === instance.case.module.path && fits(instance.titles, one))
        .map(([id]) => id);
    known.set(instance, found);
    return found;
  };
  const owners = new Map<string, Set<TestCase>>();
  const note = (one: TestCase, titles: readonly RegExp[]): void => {
    for (const id of idsOf({ case: one, titles })) owners.set(id, new Set([...(owners.get(id) ?? []), one]));
  };
  for (const { instances } of units) for (const { case: one, titles } of instances) note(one, titles);
  for (const one of cases) note(one, titlesOf(one, null));
  return {
    idsOf: (instances) => [...new Set(instances.flatMap(idsOf))],
    isShared: (id) => (owners.get(id)?.size ?? 0) > 1,
    caseOf: (id) => [...(owners.get(id) ?? [])][0] ?? null,
  };
}

/** `file: suite > case` of an id. */
export function nameOfId(id: string): string {
  if (id === "") return "";
  const [path, ...titles] = JSON.parse(id) as string[];
  return `${path}: ${titles.join(" > ")}`;
}
