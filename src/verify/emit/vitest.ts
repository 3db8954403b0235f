import {
  emptiedSettings,
  isSameList,
  membersOf,
  oneLine,
  probesOfTests,
  rolesOf,
  sectionsOf,
  type CheckGroup,
} from "./contents.ts";
import type { IsolationTests, RowProbe } from "./isolation-tests.ts";
import { groupBy } from "../../pg/group-by.ts";
import { generatedLine } from "./place.ts";
import { RUNNER } from "./vitest-runner.ts";
import { printed } from "./printed.ts";
import { wrapSql } from "./wrap.ts";

const ALIKE = `const alike = <T>(names: string[], probe: T): Record<string, T> =>
  Object.fromEntries(names.map((name) => [name, probe]));

`;

const MEMBERS = `
const members = personas.filter(({ member, only }) => member && !only).map(({ name }) => name);
`;

const ownWords = (own: Readonly<Record<string, string>>): Record<string, string> =>
  Object.keys(own).length === 0 ? {} : { words: JSON.stringify(own) };

/**
 * The tests as a TypeScript file for vitest. It needs `pg` and nothing else, works in one transaction that it rolls
 * back, and takes its database from DATABASE_URL: one on this machine or its network, unless RLS_TEST_ALLOW_REMOTE=1.
 * The same tests give the same text.
 */
export function vitest(whole: IsolationTests): string {
  const { tests, words } = printed(whole);
  const probes = probesOfTests(tests);
  const personas = tests.personas.map(({ name, role, claims, settings, member, only }) =>
    fields({
      name: text(name),
      role: text(role),
      claims: claims === null ? "null" : text(claims),
      ...(settings === undefined ? {} : { settings: JSON.stringify(settings) }),
      ...(member ? { member: "true" } : {}),
      ...(only === true ? { only: "true" } : {}),
      ...ownWords(words.get(name) ?? {}),
    }),
  );
  const named = [...new Map([...probes].map(([probe, name]) => [name, probe]))];
  // relations with the same key and the same condition go together
  const rows = [
    ...groupBy(named, ([name, { table, key, whose }]) => JSON.stringify([table === name, key, whose])).values(),
  ].flatMap((some) => {
    const [first] = some;
    if (!first) return [];
    const [, { key, whose }] = first;
    const own = (one: RowProbe): string => fields({ table: sql(one.table), key: sql(one.key), whose: sql(one.whose) });
    return some.every(([name, { table }]) => name === table)
      ? `...alike(${array(some.map(([name]) => text(name)))},\n    ${fields({ key: sql(key), whose: sql(whose) })})`
      : some.map(([name, one]) => `${text(name)}: ${own(one)}`);
  });
  const sections = sectionsOf(tests, probes);
  const members = membersOf(tests);
  const usesMembers = sections.some(({ groups }) =>
    groups.some(({ personas: lists }) => Object.values(lists).some((names) => isNamed(names, members))),
  );
  const relations = sections.map(
    ({ relation, groups }) =>
      `{\n    relation: ${text(relation)},\n    checks: ${list(
        groups.map((group) => checkFields(relation, group, members)),
        2,
      )},\n  }`,
  );
  return `// ${generatedLine("vitest")}
// Row isolation in ${oneLine(tests.title)}: who reads and who changes whose rows. Run it with DATABASE_URL set, as a
// login to which row security does not apply and that can become the roles below. All of it happens in one
// transaction, which is rolled back.
// @vitest-environment node
import pg from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

interface Persona {
  name: string;
  role: string;
  claims: string | null;
  settings?: Record<string, string>;
  /** it belongs to a tenant */
  member?: boolean;
  /** it takes part only in checks that name it */
  only?: boolean;
  /** what a statement holds for it: {staff_id}, for instance */
  words?: Record<string, string>;
}

interface Check {
  attack: string;
  /** what of the answer counts: the keys that it returns, the rows that are different afterwards (default), or its output */
  answers?: "keys" | "changes" | "output";
  /** null: read all rows of the relation */
  sql: string | null;
  /** must reach rows of their own */
  own?: string[];
  /** must reach rows whose owner is unknown */
  rows?: string[];
  /** must reach no row of another tenant */
  notForeign?: string[];
  /** must reach no row, any refusal is as good, except that of a constraint; by default all others */
  nothing?: string[];
  /** what those must reach who pass as well if a constraint refuses the row */
  constraints?: string[];
  /** the rows that are watched; by default those of the relation */
  watched?: string[];
  /** values that the output must not hold */
  hides?: string[];
  /** a statement whose output must be the same */
  sameAs?: string;
  /** an answer that fails, whoever gets it */
  never?: RegExp;
  /** run as the login before it */
  setup?: string[];
  /** run as the persona before it */
  before?: string[];
}

/** The senders of requests: their roles, claims and session variables. */
const personas: Persona[] = ${list(personas, 0)};
${usesMembers ? MEMBERS : ""}
/** Rows of two invented tenants, beside those that exist already. */
const fixtures: string[] = ${list(tests.fixtures.map(sql), 0)};

/** Empty at the start of every check, as on a pooled connection: what a session has set once is never unset again. */
const emptied: Record<string, string> = ${fields(Object.fromEntries(emptiedSettings(tests).map(([name, value]) => [text(name), text(value)])))};

const roles: string[] = ${array(rolesOf(tests).map(text))};

/** Relations whose row security must be active for each role. */
const guarded: string[] = ${array((tests.guarded ?? []).map(text))};

${rows.some((row) => row.startsWith("...")) ? ALIKE : ""}/** Of each relation, the key of a row t, and whose row it is: o of tenant A, f of tenant B, n of none, x unknown. */
const probes: Record<string, { table?: string; key: string; whose: string }> = ${list(rows, 0)
    .replace(/^\[/, "{")
    .replace(/\]$/, "}")};

const relations: { relation: string; checks: Check[] }[] = ${list(relations, 0)};
${RUNNER}`;
}

/** True for the list that the file has by the name `members`. */
const isNamed = (values: readonly string[], members: readonly string[]): boolean =>
  values.length > 1 && isSameList(values, members);

function checkFields(relation: string, group: CheckGroup, members: readonly string[]): string {
  const {
    attack,
    personas,
    setup,
    before,
    sql: statement,
    answer,
    probes,
    shows,
    sameAs,
    never,
    othersNothing,
    constraints,
    readsAll,
  } = group;
  const names = (key: string, values: readonly string[]): Record<string, string> =>
    values.length === 0 ? {} : { [key]: isNamed(values, members) ? "members" : array(values.map(text)) };
  return fields({
    attack: text(oneLine(attack)),
    ...(readsAll || answer === "changes" ? {} : { answers: text(answer) }),
    sql: readsAll ? "null" : sql(statement),
    ...names("own", personas.own),
    ...names("rows", personas.rows),
    ...names("notForeign", personas["not foreign"]),
    ...(othersNothing ? {} : { nothing: array(personas.nothing.map(text)) }),
    ...names("constraints", constraints),
    ...(probes.length === 1 && probes[0] === relation ? {} : { watched: array(probes.map(text)) }),
    ...names("hides", shows),
    ...(sameAs === null ? {} : { sameAs: sql(sameAs) }),
    ...(never === null ? {} : { never: `/${never}/` }),
    ...(setup.length === 0 ? {} : { setup: array(setup.map(sql)) }),
    ...(before.length === 0 ? {} : { before: array(before.map(sql)) }),
  });
}

/** Of a line of 160 characters, indentation, brackets and a comma take 13. */
const FIELDS = 160 - 13;

/** An object, with as many fields on a line as fit. */
function fields(values: Record<string, string>): string {
  const lines: string[] = [];
  for (const [name, value] of Object.entries(values)) {
    const field = `${name}: ${value}`;
    const last = lines.at(-1);
    // a statement may have several lines: what follows it stands on its last one
    const open = last?.slice(last.lastIndexOf("\n") + 1) ?? "";
    const fits = last !== undefined && !field.includes("\n") && open.length + field.length <= FIELDS;
    if (fits) lines[lines.length - 1] = `${last}, ${field}`;
    else lines.push(field);
  }
  return `{ ${lines.join(",\n    ")} }`;
}

const WIDTH = 130;

/** An array on one line, or an element a line where that is too long. */
function array(values: readonly string[]): string {
  const line = values.join(", ");
  if (line.length <= WIDTH || values.some((value) => value.includes("\n"))) return `[${line}]`;
  const lines: string[] = [];
  for (const value of values) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + value.length < WIDTH) lines[lines.length - 1] = `${last}, ${value}`;
    else lines.push(value);
  }
  return `[${lines.join(",\n      ")}]`;
}

/** A string; a long one in pieces. */
function text(value: string): string {
  // JSON reads better without the backslashes
  if (value.includes('"') && value.length < WIDTH + 15 && !/[`\\$\p{Cc}\u2028\u2029]/u.test(value))
    return `\`${value}\``;
  if (value.length <= WIDTH) return JSON.stringify(value);
  const pieces: string[] = [];
  let piece = "";
  for (const char of value) {
    piece += char;
    if (piece.length >= WIDTH - 20) {
      pieces.push(piece);
      piece = "";
    }
  }
  return [...pieces, ...(piece === "" ? [] : [piece])].map((one) => JSON.stringify(one)).join(" +\n      ");
}

/** A statement: where it has several lines, so has the template. */
function sql(statement: string): string {
  const wrapped = wrapSql(statement, "      ", 16);
  if (!wrapped.includes("\n")) return JSON.stringify(wrapped);
  const escaped = wrapped
    .replaceAll("\\", "\\\\")
    .replaceAll("`", "\\`")
    .replaceAll("${", "\\${")
    .replaceAll(/[\p{Cc}\u2028\u2029]/gu, (char) =>
      char === "\n" ? char : `\\u${(char.codePointAt(0) ?? 0).toString(16).padStart(4, "0")}`,
    );
  return `\`${escaped}\``;
}

/** An array, an element a line. `depth`: how far its first line is indented. */
function list(values: readonly string[], depth: number): string {
  if (values.length === 0) return "[]";
  const indent = "  ".repeat(depth);
  return `[\n${values.map((value) => `${indent}  ${value},\n`).join("")}${indent}]`;
}
