import { isDocument } from "../environment/index.ts";
import { readOf } from "./probe.ts";
import type { Expected, IsolationCheck, IsolationTests, RowProbe } from "./isolation-tests.ts";

// The parts that both kinds of file have in common.

/** The database roles of the personas, each once, sorted. */
export const rolesOf = (tests: IsolationTests): string[] =>
  [...new Set(tests.personas.map((persona) => persona.role))].toSorted();

/**
 * Settings that every check starts with empty, sorted, and their values: a setting that was set once is never unset
 * again in a session, and PostgREST sets the documents of a request always.
 */
export function emptiedSettings(tests: IsolationTests): [name: string, value: string][] {
  // a name without a dot is a setting of PostgreSQL itself, which has a default to return to
  const used = (tests.variables ?? []).filter((name) => name.includes("."));
  const names = [...new Set(["request.jwt.claims", ...used.toSorted()])];
  return names.map((name) => [name, isDocument(name) ? "{}" : ""]);
}

/** The personas by the answer that they must get. */
export interface ByAnswer {
  own: string[];
  rows: string[];
  "not foreign": string[];
  nothing: string[];
}

/** The personas of a tenant that take part in every check. */
export const membersOf = ({ personas }: IsolationTests): string[] =>
  personas.filter(({ member, only }) => member && only !== true).map(({ name }) => name);

/** True if both hold the same names. */
export const isSameList = (some: readonly string[], others: readonly string[]): boolean =>
  some.length === others.length && some.every((name) => others.includes(name));

/** One statement, and all personas that try it. */
export interface CheckGroup extends Pick<IsolationCheck, "attack" | "setup" | "before" | "sql" | "answer"> {
  /** names */
  probes: string[];
  personas: ByAnswer;
  /** those who must get this pass as well if a constraint stops the statement */
  constraints: ("own" | "nothing")[];
  /** true: exactly those that are not listed elsewhere must get nothing */
  othersNothing: boolean;
  /** true: the statement asks for the keys of all rows of its probe */
  readsAll: boolean;
  /** values that neither the output nor an error may hold */
  shows: string[];
  /** the statement whose output must be the same; null: there is none */
  sameAs: string | null;
  /** answers that fail, in place of those that the personas' lists say; null: the lists decide */
  never: string | null;
}

export interface Section {
  relation: string;
  groups: CheckGroup[];
}

/** All probes of the tests by name, each once. */
export function probesOfTests(tests: IsolationTests): Map<RowProbe, string> {
  const names = new Map<string, string>();
  const texts = new Map<string, RowProbe>();
  const result = new Map<RowProbe, string>();
  for (const check of tests.checks)
    for (const probe of check.probes) {
      const text = JSON.stringify([probe.name, probe.table, probe.key, probe.whose]);
      const known = texts.get(text);
      if (known) {
        result.set(probe, names.get(text) ?? probe.name);
        continue;
      }
      const taken = new Set(names.values());
      let name = probe.name;
      for (let n = 2; taken.has(name); n += 1) name = `${probe.name} ${n}`;
      texts.set(text, probe);
      names.set(text, name);
      result.set(probe, name);
    }
  return result;
}

/** One relation after another; in each, one statement after another, with the personas by their answer. */
export function sectionsOf(tests: IsolationTests, probes: ReadonlyMap<RowProbe, string>): Section[] {
  const known = new Set(tests.personas.map((persona) => persona.name));
  const everyone = tests.personas.filter(({ only }) => only !== true).map(({ name }) => name);
  const sections = new Map<string, Map<string, CheckGroup>>();
  for (const check of tests.checks) {
    if (!known.has(check.persona)) throw new Error(`\`${check.attack}\` names a persona that is not there`);
    const { relation, attack, setup, before, sql, answer, expected } = check;
    const groups = sections.get(relation) ?? new Map<string, CheckGroup>();
    sections.set(relation, groups);
    const special = specialOf(expected);
    const names = check.probes.map((probe) => probes.get(probe) ?? probe.name);
    const text = JSON.stringify([setup, before, sql, answer, names, special]);
    const group = groups.get(text) ?? {
      attack,
      setup,
      before,
      sql,
      answer,
      probes: names,
      personas: { own: [], rows: [], "not foreign": [], nothing: [] },
      othersNothing: false,
      constraints: [],
      readsAll: answer === "keys" && check.probes.length === 1 && check.probes.every((probe) => readOf(probe) === sql),
      ...special,
    };
    groups.set(text, group);
    const answered = listOf(expected);
    if (check.constraint !== false && (answered === "own" || answered === "nothing"))
      group.constraints = [...new Set([...group.constraints, answered])].toSorted();
    const list = group.personas[answered];
    const { own, rows, nothing, "not foreign": loose } = group.personas;
    // a breach and an attack of the matrix may be the same statement
    if (![own, rows, nothing, loose].some((names) => names.includes(check.persona))) list.push(check.persona);
  }
  return [...sections]
    .toSorted(([a], [b]) => (a < b ? -1 : Number(a > b)))
    .map(([relation, groups]) => {
      const order = [...new Set([...groups.values()].map(({ attack }) => attack))];
      const sorted = [...groups.values()].toSorted((a, b) => order.indexOf(a.attack) - order.indexOf(b.attack));
      return { relation, groups: sorted.map((group) => ({ ...group, othersNothing: isRest(group, everyone) })) };
    });
}

function isRest({ personas: { own, rows, nothing, "not foreign": loose } }: CheckGroup, everyone: string[]): boolean {
  const others = everyone.filter((name) => ![...own, ...rows, ...loose].includes(name));
  return others.length === nothing.length && others.every((name) => nothing.includes(name));
}

const specialOf = (expected: Expected): Pick<CheckGroup, "shows" | "sameAs" | "never"> => ({
  shows: expected.kind === "hides" ? expected.values : [],
  sameAs: expected.kind === "same" ? expected.sql : null,
  never: expected.kind === "never" ? expected.answers : null,
});

const listOf = (expected: Expected): keyof ByAnswer =>
  expected.kind === "hides" ? expected.rows : listOfKind(expected.kind);

const listOfKind = (kind: Expected["kind"]): keyof ByAnswer =>
  kind === "own" || kind === "rows" || kind === "nothing" ? kind : "not foreign";

/** The number of tests of a section. */
export const testsIn = ({ groups }: Section): number =>
  groups.reduce((sum, { personas }) => sum + Object.values(personas).flat().length, 0);

/** A text for a title or a comment: nothing in it may end the line, in SQL or in TypeScript. */
export const oneLine = (text: string): string => text.replaceAll(/[\p{Cc}\u2028\u2029]+/gu, " ").trim();

export const privilegeTitle = (role: string): string => `role ${oneLine(role)} is neither superuser nor BYPASSRLS`;

/**
 * Errors that are no refusal, as a regular expression without a backslash: a limit, a lock, a broken connection, or a
 * statement that is not SQL. They say nothing of who reaches what.
 */
export const NO_REFUSAL = "^error (57|55|53|58|40|08|XX|42601)";
