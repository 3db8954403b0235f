import {
  abbreviated,
  emptiedSettings,
  oneLine,
  probesOfTests,
  rolesOf,
  sectionsOf,
  type CheckGroup,
} from "./contents.ts";
import type { IsolationTests, TestPersona } from "./isolation-tests.ts";
import { generatedLine } from "./place.ts";
import { RUNNER } from "./vitest-runner.ts";
import { wrapSql } from "./wrap.ts";

/**
 * The tests as a TypeScript file for vitest. It needs `pg` and nothing else, works in one transaction that it rolls
 * back, and takes its database from DATABASE_URL: one on this machine or its network, unless RLS_TEST_ALLOW_REMOTE=1.
 * The same tests give the same text.
 */
export function vitest(tests: IsolationTests): string {
  const probes = probesOfTests(tests);
  const personas = tests.personas.map(({ name, role, claims, settings, kind, only }) =>
    fields({
      name: text(name),
      role: text(role),
      claims: claims === null ? "null" : text(claims),
      ...(settings === undefined ? {} : { settings: JSON.stringify(settings) }),
      ...(kind === undefined ? {} : { kind: text(kind) }),
      ...(only === true ? { only: "true" } : {}),
    }),
  );
  const rows = new Map(
    [...probes].map(([{ table, key, whose }, name]) => [
      name,
      `${text(name)}: ${fields({ table: sql(table), key: sql(key), whose: sql(whose) })}`,
    ]),
  );
  const relations = sectionsOf(tests, probes).map(
    ({ relation, groups }) =>
      `{\n    relation: ${text(relation)},\n    checks: ${list(
        groups.map((group) => checkFields(relation, group, tests.personas)),
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
  /** the name of those of its kind together, which lists may hold; "everyone" is the name of all that are not marked */
  kind?: string;
  /** it takes part only in checks that name it */
  only?: boolean;
}

interface Check {
  attack: string;
  /** what of the answer counts: the rows of a FROM list, the keys that it returns, the rows that are different afterwards, or its output */
  answers: "read" | "keys" | "changes" | "output";
  sql: string;
  /** must reach rows of their own */
  own?: string[];
  /** must reach rows whose owner is unknown */
  rows?: string[];
  /** must reach no row of another tenant */
  notForeign?: string[];
  /** must reach no row, any refusal is as good, except that of a constraint; by default all others */
  nothing?: string[];
  /** the refusal of a constraint is as good */
  constraints?: true;
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

/** Rows of two invented tenants, beside those that exist already. */
const fixtures: string[] = ${list(tests.fixtures.map(sql), 0)};

/** Empty at the start of every check, as on a pooled connection: what a session has set once is never unset again. */
const emptied: string[] = ${list(emptiedSettings(tests).map(text), 0)};

const roles: string[] = ${list(rolesOf(tests).map(text), 0)};

/** Relations whose row security must be active for each role. */
const guarded: string[] = ${list((tests.guarded ?? []).map(text), 0)};

/** Of each relation, the key of a row t, and whose row it is: o of tenant A, f of tenant B, n of none, x unknown. */
const probes: Record<string, { table: string; key: string; whose: string }> = ${list([...rows.values()], 0)
    .replace(/^\[/, "{")
    .replace(/\]$/, "}")};

const relations: { relation: string; checks: Check[] }[] = ${list(relations, 0)};
${RUNNER}`;
}

function checkFields(relation: string, group: CheckGroup, senders: readonly TestPersona[]): string {
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
    constraint,
  } = group;
  const names = (key: string, values: readonly string[]): Record<string, string> =>
    values.length === 0 ? {} : { [key]: array(values.map(text)) };
  return fields({
    attack: text(oneLine(attack)),
    answers: text(answer),
    sql: sql(statement),
    ...names("own", abbreviated(personas.own, senders)),
    ...names("rows", abbreviated(personas.rows, senders)),
    ...names("notForeign", abbreviated(personas["not foreign"], senders)),
    ...(othersNothing ? {} : { nothing: array(abbreviated(personas.nothing, senders).map(text)) }),
    ...(constraint && personas.nothing.length + personas.own.length > 0 ? { constraints: "true" } : {}),
    ...(probes.length === 1 && probes[0] === relation ? {} : { watched: array(probes.map(text)) }),
    ...names("hides", shows),
    ...(sameAs === null ? {} : { sameAs: sql(sameAs) }),
    ...(never === null ? {} : { never: `/${never}/` }),
    ...(setup.length === 0 ? {} : { setup: array(setup.map(sql)) }),
    ...(before.length === 0 ? {} : { before: array(before.map(sql)) }),
  });
}

/** An object, with as many fields on a line as fit. */
function fields(values: Record<string, string>): string {
  const lines: string[] = [];
  for (const [name, value] of Object.entries(values)) {
    const field = `${name}: ${value}`;
    const last = lines.at(-1);
    const fits =
      last !== undefined && !field.includes("\n") && !last.includes("\n") && last.length + field.length < 140;
    if (fits) lines[lines.length - 1] = `${last}, ${field}`;
    else lines.push(field);
  }
  return `{ ${lines.join(",\n    ")} }`;
}

const WIDTH = 140;

/** An array on one line, or an element a line where that is too long. */
function array(values: readonly string[]): string {
  const line = values.join(", ");
  return line.length <= WIDTH ? `[${line}]` : `[\n      ${values.join(",\n      ")},\n    ]`;
}

/** A string; a long one in pieces. */
function text(value: string): string {
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
  const wrapped = wrapSql(statement);
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
