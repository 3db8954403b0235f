import { dollarQuote, quoteLiteral } from "../../pg/identifier.ts";
import {
  abbreviated,
  emptiedSettings,
  oneLine,
  privilegeTitle,
  probesOfTests,
  rolesOf,
  sectionsOf,
  testsIn,
  type ByAnswer,
  type CheckGroup,
} from "./contents.ts";
import type { IsolationTests, RowProbe, TestPersona } from "./isolation-tests.ts";
import { CHECK, helpers, PGTAP } from "./pgtap-helpers.ts";
import { generatedLine } from "./place.ts";
import { wrapSql } from "./wrap.ts";

/**
 * The tests as one SQL file for `pg_prove` and `supabase test db`. It needs pgTAP and nothing else, works in one
 * transaction that it rolls back, and must run as a login that bypasses row security and may become the personas'
 * roles. The same tests give the same text.
 */
export function pgtap(tests: IsolationTests): string {
  const roles = rolesOf(tests);
  const guarded = tests.guarded ?? [];
  const probes = probesOfTests(tests);
  const sections = sectionsOf(tests, probes);
  const planned = sections.reduce((sum, section) => sum + testsIn(section), roles.length * (1 + guarded.length));
  const parts = [
    header(tests),
    personaTable(tests.personas),
    [
      "-- Rows of two invented tenants, beside those that exist already.",
      ...tests.fixtures.map((sql) => terminated(wrapSql(sql, "    "))),
    ].join("\n"),
    probeTable(probes),
    helpers(emptiedSettings(tests).map(literal)),
    PGTAP,
    CHECK,
    `select plan(${planned});`,
    [
      "-- If row security did not apply to a role, the other tests would say nothing.",
      ...roles.map(privilegeTest),
      ...(guarded.length === 0 ? [] : [`select pg_temp.rlsmith_guarded(\n  ${list(roles)},\n  ${list(guarded)}\n);`]),
    ].join("\n"),
    ...sections.flatMap(({ relation, groups }) => [
      `-- ${oneLine(relation)}`,
      groups.map((group) => checkTests(relation, group, tests.personas)).join("\n"),
    ]),
    "select * from finish();\nrollback;",
  ];
  return `${parts.join("\n\n")}\n`;
}

const header = (tests: IsolationTests): string => `-- ${generatedLine("pgtap")}
-- Row isolation in ${oneLine(tests.title)}: who reads and who changes whose rows. Run it with \`supabase test db\`,
-- or \`pg_prove --dbname <database> <this file>\`, as a login to which row security does not apply and that can
-- become the roles below.
begin;
set local client_encoding = 'UTF8';`;

function personaTable(personas: readonly TestPersona[]): string {
  const rows = personas.map(({ name, role, claims, settings, kind, only }) => {
    const values = [
      literal(tapTitle(name)),
      literal(role),
      claims === null ? "null" : literal(claims),
      settings === undefined ? "null" : literal(JSON.stringify(settings)),
      kind === undefined ? "null" : literal(kind),
      String(only === true),
    ];
    return wrapSql(`  (${values.join(", ")})`, "    ");
  });
  return `-- The senders of requests: their roles, claims and session variables. A check that does not list those who must get
-- nothing expects it of all others, except of those who are marked: they take part only where they are named. A kind, or
-- 'everyone', stands for all of its personas.
create temporary table rlsmith_persona (
  name text primary key, role text not null, claims text, settings jsonb, kind text, only_named boolean not null
) on commit drop;${rows.length === 0 ? "" : `\ninsert into pg_temp.rlsmith_persona values\n${rows.join(",\n")};`}`;
}

function probeTable(probes: ReadonlyMap<RowProbe, string>): string {
  const rows = new Map(
    [...probes].map(([{ table, key, whose }, name]) => [
      name,
      wrapSql(`  (${[name, table, key, whose].map(literal).join(", ")})`, "    "),
    ]),
  );
  return `-- Of each relation, the key of a row t, and whose row it is: o of tenant A, f of tenant B, n of none, x unknown.
create temporary table rlsmith_probe (name text primary key, rel text, key text, whose text) on commit drop;${
    rows.size === 0 ? "" : `\ninsert into pg_temp.rlsmith_probe values\n${[...rows.values()].join(",\n")};`
  }`;
}

const privilegeTest = (role: string): string =>
  `select is(
  (select rolsuper or rolbypassrls from pg_roles where rolname = ${literal(role)}), false,
  ${literal(tapTitle(privilegeTitle(role)))}
);`;

const LISTS: Record<keyof ByAnswer, string> = {
  own: "own",
  rows: "rows",
  "not foreign": "not_foreign",
  nothing: "nothing",
};

function checkTests(relation: string, group: CheckGroup, senders: readonly TestPersona[]): string {
  const { attack, sql, answer, probes, personas, othersNothing, shows, sameAs, never, setup, before, constraint } =
    group;
  const statement = (one: string): string => dollarQuote(wrapSql(one), "");
  const isUsual = probes.length === 1 && probes[0] === relation;
  const named = [
    ...Object.entries(LISTS).flatMap(([key, name]) => {
      const names = personas[key as keyof ByAnswer];
      if (key === "nothing" && othersNothing) return [];
      return names.length > 0 || key === "nothing"
        ? [`${name} => ${list(abbreviated(names, senders).map(tapTitle))}`]
        : [];
    }),
    ...(constraint && personas.nothing.length + personas.own.length > 0 ? ["constraints => true"] : []),
    ...(isUsual ? [] : [`probes => ${list(probes)}`]),
    ...(shows.length === 0 ? [] : [`hides => ${list(shows)}`]),
    ...(sameAs === null ? [] : [`same_as => ${statement(sameAs)}`]),
    ...(never === null ? [] : [`never => ${literal(never)}`]),
    ...(setup.length === 0 ? [] : [`setup => array[${packed(setup.map(statement), "    ")}]`]),
    ...(before.length === 0 ? [] : [`before => array[${packed(before.map(statement), "    ")}]`]),
  ];
  const fields = [literal(relation), literal(tapTitle(attack)), literal(answer), statement(sql), ...named];
  return `select pg_temp.rlsmith_check(${packed(fields)});`;
}

/** The arguments of a call: on as few lines as they fit. */
function packed(fields: readonly string[], indent = "  "): string {
  const lines: string[] = [];
  for (const field of fields) {
    const last = lines.at(-1);
    const fits =
      last !== undefined && !field.includes("\n") && !last.includes("\n") && last.length + field.length < 150;
    if (fits) lines[lines.length - 1] = `${last}, ${field}`;
    else lines.push(field);
  }
  return lines.join(`,\n${indent}`);
}

const list = (values: readonly string[]): string =>
  values.every((value) => PLAIN.test(value))
    ? `'{${values.join(", ")}}'`
    : wrapSql(`array[${values.map(literal).join(", ")}]`, "    ");

/** An element of an array that needs no quotes in its text form. */
const PLAIN = /^(?!null$)[a-z][a-z0-9_]*(?: [a-z0-9_]+)*$/i;

/** A `#` would begin a directive: a test called `… # TODO` may fail and the run passes. */
const tapTitle = (title: string): string => oneLine(title).replaceAll(/[\\#]/g, "\\$&");

/** A literal on one line: a tool that changes line ends must not change what is compared. */
function literal(text: string): string {
  if (!/\p{Cc}/u.test(text)) return quoteLiteral(text);
  const escaped = text.replaceAll("\\", "\\\\").replaceAll("'", "''");
  return `E'${escaped.replaceAll(/\p{Cc}/gu, escapeControl)}'`;
}

const escapeControl = (char: string): string =>
  char === "\n" ? "\\n" : `\\u${(char.codePointAt(0) ?? 0).toString(16).padStart(4, "0")}`;

/** A statement may end in a comment, which would swallow the semicolon. */
const terminated = (sql: string): string => `${sql}${sql.includes("--") ? "\n" : ""};`;
