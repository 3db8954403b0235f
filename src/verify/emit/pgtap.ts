import { groupBy } from "../../pg/group-by.ts";
import { dollarQuote, quoteLiteral } from "../../pg/identifier.ts";
import {
  emptiedSettings,
  isSameList,
  membersOf,
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
import type { OwnWords } from "./own-words.ts";
import { printed } from "./printed.ts";
import { wrapSql } from "./wrap.ts";

/**
 * The tests as one SQL file for `pg_prove` and `supabase test db`. It needs pgTAP and nothing else, works in one
 * transaction that it rolls back, and must run as a login that bypasses row security and may become the personas'
 * roles. The same tests give the same text.
 */
export function pgtap(whole: IsolationTests): string {
  const { tests, words } = printed(whole);
  const roles = rolesOf(tests);
  const guarded = tests.guarded ?? [];
  const probes = probesOfTests(tests);
  const sections = sectionsOf(tests, probes);
  const planned = sections.reduce((sum, section) => sum + testsIn(section), roles.length * (1 + guarded.length));
  const parts = [
    header(tests),
    personaTable(tests.personas, words),
    probeTable(probes),
    helpers(emptiedSettings(tests).map((setting) => `(${setting.map(literal).join(", ")})`)),
    [
      "-- Rows of two invented tenants, beside those that exist already.",
      ...tests.fixtures.map((sql) => `call pg_temp.rlsmith_put(${quoted(wrapSql(sql, "    ", 28))});`),
    ].join("\n"),
    PGTAP,
    CHECK,
    `select plan(${planned});`,
    [
      "-- If row security did not apply to a role, the other tests would say nothing.",
      ...roles.map(privilegeTest),
      ...(guarded.length === 0 ? [] : [`select pg_temp.rlsmith_guarded(\n  ${list(roles)},\n  ${list(guarded)}\n);`]),
    ].join("\n"),
    ...sections.map(({ relation, groups }) =>
      [`-- ${oneLine(relation)}`, ...sectionTests(relation, groups, membersOf(tests))].join("\n"),
    ),
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

function personaTable(personas: readonly TestPersona[], words: OwnWords): string {
  const rows = personas.map(({ name, role, claims, settings, member, only }) => {
    const values = [
      literal(tapTitle(name)),
      literal(role),
      claims === null ? "null" : literal(claims),
      settings === undefined ? "null" : literal(JSON.stringify(settings)),
      String(member),
      String(only === true),
      literal(JSON.stringify(words.get(name) ?? {})),
    ];
    return wrapSql(`  (${values.join(", ")})`, "    ");
  });
  return `-- The senders of requests: their roles, claims and session variables. A check that does not list those who must get
-- nothing expects it of all others, except of those of whom only_named says that they take part only where they are
-- named. The last column has what a statement holds for each: {staff_id}, for instance.
create temporary table rlsmith_persona (
  name text primary key, role text not null, claims text, settings jsonb, member boolean not null,
  only_named boolean not null, own_words jsonb not null
) on commit drop;${rows.length === 0 ? "" : `\ninsert into pg_temp.rlsmith_persona values\n${rows.join(",\n")};`}

create function pg_temp.rlsmith_members() returns text[]
language sql
as $rlsmith$ select array(select name from pg_temp.rlsmith_persona where member and not only_named) $rlsmith$;`;
}

function probeTable(probes: ReadonlyMap<RowProbe, string>): string {
  const named = [...new Map([...probes].map(([probe, name]) => [name, probe]))];
  // relations with the same key and the same condition go together
  const usual = groupBy(
    named.filter(([name, { table }]) => name === table),
    ([, { key, whose }]) => JSON.stringify([key, whose]),
  );
  const rest = named.filter(([name, { table }]) => name !== table);
  const put = (from: string, sql: string): string => `insert into pg_temp.rlsmith_probe ${from}${sql};`;
  const statements = [
    ...[...usual.values()].map((some) => {
      const [, { key, whose } = { key: "", whose: "" }] = some[0] ?? [];
      const names = wrapSql(`array[${some.map(([name]) => literal(name)).join(", ")}]`, "    ");
      const of = wrapSql(`  ${literal(key)}, ${literal(whose)}`, "    ");
      return put("select name, null,\n", `${of}\n  from unnest(${names}) name`);
    }),
    ...rest.map(([name, { table, key, whose }]) =>
      put("values\n", wrapSql(`  (${[name, table, key, whose].map(literal).join(", ")})`, "    ")),
    ),
  ];
  return [
    "-- Of each relation, the key of a row t, and whose row it is: o of tenant A, f of tenant B, n of none, x unknown.",
    "create temporary table rlsmith_probe (name text primary key, rel text, key text, whose text) on commit drop;",
    ...statements,
  ].join("\n");
}

const privilegeTest = (role: string): string =>
  `select is(rolsuper or rolbypassrls, false, ${literal(tapTitle(privilegeTitle(role)))})
from pg_roles where rolname = ${literal(role)};`;

const LISTS: Record<Exclude<keyof ByAnswer, "own">, string> = {
  rows: "rows",
  "not foreign": "not_foreign",
  nothing: "nothing",
};

/** Of members, who reach own rows or not. */
const LOOSE = "not_foreign => pg_temp.rlsmith_members()";

/** Attacks that need nothing but a statement and the personas that it has to serve go into tables. */
function sectionTests(relation: string, groups: readonly CheckGroup[], members: readonly string[]): string[] {
  const calls = groups.map((group) => ({ group, named: namedArguments(relation, group, members) }));
  const table = (columns: string, more: string, rows: readonly string[][]): string[] =>
    rows.length === 0
      ? []
      : [
          `select pg_temp.rlsmith_check(${literal(relation)}, ${columns}${more}) from (values
${rows.map((row) => `  (${packed(row, 3)})`).join(",\n")}
) as attacks (${columns.replaceAll("::text[]", "")});`,
        ];
  const loose = calls.filter(({ group: { personas }, named }) => named.join() === LOOSE && personas.own.length === 0);
  const rows = calls.filter(({ named }) => named.length === 0);
  const rest = calls.filter((call) => !rows.includes(call) && !loose.includes(call));
  return [
    ...table(
      "attack, statement, own::text[]",
      "",
      rows.map(({ group }) => fieldsOf(group)),
    ),
    ...table(
      "attack, statement",
      `, ${LOOSE}`,
      loose.map(({ group }) => fieldsOf(group).slice(0, 2)),
    ),
    ...rest.map(({ group, named }) => {
      const [attack = "", statement = "", own = ""] = fieldsOf(group);
      const given = [literal(relation), attack, statement, ...(own === "null" ? [] : [`own => ${own}`]), ...named];
      return `select pg_temp.rlsmith_check(${packed(given, 29)});`;
    }),
  ];
}

/** The attack, its statement, and who must reach own rows. */
function fieldsOf({ attack, sql, readsAll, personas: { own } }: CheckGroup): string[] {
  return [
    literal(tapTitle(attack)),
    readsAll ? "null" : quoted(wrapSql(sql, "      ", 10)),
    own.length === 0 ? "null" : list(own.map(tapTitle)),
  ];
}

function namedArguments(relation: string, group: CheckGroup, members: readonly string[]): string[] {
  const { answer, readsAll, probes, personas, othersNothing, shows, sameAs, never, setup, before, constraints } = group;
  const statement = (one: string): string => quoted(wrapSql(one, "      ", 24));
  const statements = (some: readonly string[]): string => `array[${packed(some.map(statement), 20)}]`;
  return [
    ...(readsAll || answer === "changes" ? [] : [`answers => ${literal(answer)}`]),
    ...Object.entries(LISTS).flatMap(([key, name]) => {
      const names = personas[key as keyof typeof LISTS];
      if (key === "nothing" && othersNothing) return [];
      const isMembers = names.length > 1 && isSameList(names, members);
      return names.length > 0 || key === "nothing"
        ? [`${name} => ${isMembers ? "pg_temp.rlsmith_members()" : list(names.map(tapTitle))}`]
        : [];
    }),
    ...(constraints.length > 0 ? [`constraints => ${list(constraints)}`] : []),
    ...(probes.length === 1 && probes[0] === relation ? [] : [`probes => ${list(probes)}`]),
    ...(shows.length === 0 ? [] : [`hides => ${list(shows)}`]),
    ...(sameAs === null ? [] : [`same_as => ${statement(sameAs)}`]),
    ...(never === null ? [] : [`never => ${literal(never)}`]),
    ...(setup.length === 0 ? [] : [`setup => ${statements(setup)}`]),
    ...(before.length === 0 ? [] : [`before => ${statements(before)}`]),
  ];
}

/** The most characters of a line of fields. */
const WIDTH = 152;

/** The arguments of a call: on as few lines as they fit. `start`: the column at which the first line begins. */
function packed(fields: readonly string[], start: number): string {
  const lines: string[] = [];
  for (const field of fields) {
    const last = lines.at(-1);
    const room = WIDTH - (lines.length === 1 ? start : 4);
    const fits =
      last !== undefined && !field.includes("\n") && !last.includes("\n") && last.length + field.length + 4 < room;
    if (fits) lines[lines.length - 1] = `${last}, ${field}`;
    else lines.push(field);
  }
  return lines.join(",\n    ");
}

const list = (values: readonly string[]): string =>
  values.length === 0 ? "'{}'" : wrapSql(`array[${values.map(literal).join(", ")}]`, "    ", 20);

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

const quoted = (sql: string): string => dollarQuote(sql, sql.includes("$") ? "rlsmith" : "");
