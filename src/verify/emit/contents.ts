import { printRowKeys } from "../../pg/row-key.ts";
import type { IsolationCheck, IsolationTests } from "./isolation-tests.ts";

// The parts that both kinds of file have in common. The answers of their helpers and the expected answers are texts of
// the same form.

/**
 * The answer that a check must get: `sees nothing`, `sees` and the keys as a JSON array, `changed: 2 own, 1 foreign`,
 * `unchanged`, `error 23505`. For an opening that must be closed it is `nothing` or `nothing foreign`, each of which
 * matches several answers.
 */
export function expectedAnswer({ expected }: IsolationCheck): string {
  if (expected.kind === "error") return `error ${expected.sqlstate}`;
  if (expected.kind === "unchanged") return "unchanged";
  if (expected.kind === "kept out") return expected.own ? "nothing foreign" : "nothing";
  if (expected.kind === "changed") {
    const rows = (["own", "foreign"] as const).flatMap((whose) =>
      expected[whose] === 0 ? [] : [`${expected[whose]} ${whose}`],
    );
    return rows.length === 0 ? "changed" : `changed: ${rows.join(", ")}`;
  }
  return expected.keys.length === 0 ? "sees nothing" : `sees ${printRowKeys(expected.keys)}`;
}

/** The database roles of the personas, each once, sorted. */
export const rolesOf = (tests: IsolationTests): string[] =>
  [...new Set(tests.personas.map((persona) => persona.role))].toSorted();

/**
 * Settings that every check starts with empty, sorted: a setting that was set once is never unset again in a session.
 */
export function emptiedSettings(tests: IsolationTests): string[] {
  const used = [...tests.checks.flatMap((check) => Object.keys(check.settings)), ...(tests.variables ?? [])];
  // a name without a dot is a setting of PostgreSQL itself, which has a default to return to
  return ["request.jwt.claims", ...[...new Set(used)].filter((name) => name.includes(".")).toSorted()].filter(
    (name, index, all) => all.indexOf(name) === index,
  );
}

/** One statement and all personas that must get the same answer to it. */
export interface CheckGroup {
  attack: string;
  /** names of personas, in their order */
  personas: string[];
  setup: string[];
  settings: [string, string][];
  sql: string;
  /** name of a probe of the section; null for a statement that reads */
  probe: string | null;
  /** see `expectedAnswer` */
  expected: string;
}

export interface Section {
  relation: string;
  /** by name: the relation's own, and a number where there are more */
  probes: Map<string, string>;
  groups: CheckGroup[];
}

/**
 * One relation after another; in each, one statement after another with the personas by their answer, since a reviewer
 * of the file compares personas.
 */
export function sectionsOf(tests: IsolationTests): Section[] {
  const known = new Set(tests.personas.map((persona) => persona.name));
  type Growing = Section & { byText: Map<string, CheckGroup> };
  const sections = new Map<string, Growing>();
  for (const check of tests.checks) {
    if (!known.has(check.persona)) throw new Error(`\`${check.attack}\` names a persona that is not there`);
    const { relation, attack, setup, sql } = check;
    const section: Growing = sections.get(relation) ?? { relation, probes: new Map(), groups: [], byText: new Map() };
    sections.set(relation, section);
    const probe = check.kind === "writes" ? probeName(section, check.probe) : null;
    const settings = Object.entries(check.settings).toSorted(([a], [b]) => (a < b ? -1 : 1));
    const expected = expectedAnswer(check);
    const text = JSON.stringify([attack, setup, settings, sql, probe, expected]);
    const group = section.byText.get(text);
    if (group) group.personas.push(check.persona);
    else {
      const fresh = { attack, personas: [check.persona], setup, settings, sql, probe, expected };
      section.byText.set(text, fresh);
      section.groups.push(fresh);
    }
  }
  // the same attack together, even if personas have different statements or get different answers
  return [...sections.values()].map(({ relation, probes, groups }) => {
    const order = [...new Set(groups.map(({ attack }) => attack))];
    return { relation, probes, groups: groups.toSorted((a, b) => order.indexOf(a.attack) - order.indexOf(b.attack)) };
  });
}

function probeName({ relation, probes }: Section, sql: string): string {
  for (const [name, known] of probes) if (known === sql) return name;
  const name = probes.size === 0 ? relation : `${relation} ${probes.size + 1}`;
  probes.set(name, sql);
  return name;
}

/** A text for a title or a comment: nothing in it may end the line, in SQL or in TypeScript. */
export const oneLine = (text: string): string => text.replaceAll(/[\p{Cc}\u2028\u2029]+/gu, " ").trim();

export const privilegeTitle = (role: string): string => `role ${oneLine(role)} is neither superuser nor BYPASSRLS`;

export const guardedTitle = (role: string, relation: string): string =>
  `as ${oneLine(role)}: row security is active on ${oneLine(relation)}`;

/**
 * The answers that match `nothing`, as a regular expression without a backslash: a statement that was refused, or that
 * raised an error for its values, has reached no row.
 */
export const NOTHING = "^(sees nothing|unchanged|error (42501|2[23]...))$";

/** The answers that match `nothing foreign`. */
export const NOTHING_FOREIGN = "^(unchanged|changed: [0-9]+ own|error (42501|2[23]...))$";
