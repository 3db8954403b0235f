import { identForReading } from "../../pg/identifier.ts";
import type { IsolationCheck, IsolationTests, RowProbe, TestPersona } from "./isolation-tests.ts";

/** The uuids of invented rows: all of them have this form. */
const LONG = /0000(\d{4})-0000-4000-8000-00000000(\d{4})/g;
const SHORT = /#\d{4}[.]\d{4}/;

/** How an emitted file makes the whole uuid of a short one again: a pattern and its replacement, `\1` and `\2` in it. */
export const SHORT_ID = { pattern: "#([0-9]{4})[.]([0-9]{4})", whole: ["0000", "-0000-4000-8000-00000000"] } as const;

/**
 * The same tests with names as a person would write them, and with `#1010.5300` for the uuid
 * `00001010-0000-4000-8000-000000005300` where no text has that form already: a row then fits on a line.
 */
export function shorten(tests: IsolationTests): IsolationTests {
  const text = SHORT.test(JSON.stringify(tests))
    ? (one: string): string => one
    : (one: string): string => one.replaceAll(LONG, "#$1.$2");
  const sql = (one: string): string => text(bareNames(one)).replaceAll(/= ('#\d{4}\.\d{4}')::uuid\b(?!\[)/g, "= $1");
  const probes = new Map<RowProbe, RowProbe>();
  const probe = (one: RowProbe): RowProbe => {
    const known = probes.get(one) ?? { ...one, table: sql(one.table), key: sql(one.key), whose: sql(one.whose) };
    probes.set(one, known);
    return known;
  };
  const check = (one: IsolationCheck): IsolationCheck => ({
    ...one,
    setup: one.setup.map(sql),
    before: one.before.map(sql),
    sql: sql(one.sql),
    probes: one.probes.map(probe),
    expected:
      one.expected.kind === "hides"
        ? { ...one.expected, values: one.expected.values.map(text) }
        : one.expected.kind === "same"
          ? { kind: "same", sql: sql(one.expected.sql) }
          : one.expected,
  });
  const persona = (one: TestPersona): TestPersona => ({
    ...one,
    claims: one.claims === null ? null : text(one.claims),
    ...(one.settings === undefined
      ? {}
      : { settings: Object.fromEntries(Object.entries(one.settings).map(([name, value]) => [name, text(value)])) }),
  });
  return {
    ...tests,
    fixtures: tests.fixtures.map((one) => compact(sql(one))),
    personas: tests.personas.map(persona),
    checks: tests.checks.map(check),
  };
}

const TOKEN = /'(?:[^']|'')*'|(::)?"((?:[^"]|"")*)"(\.)?|(\$[A-Za-z_]*\$)[\s\S]*?\4|\/\*[\s\S]*?\*\/|--[^\n]*/gu;

/** Identifiers without the quotes that they do not need; a type without a schema keeps them, since `"char"` is not `char`. */
export function bareNames(sql: string): string {
  // an escaped quote would end its literal too early
  if (sql.includes("\\'") || /u&"/i.test(sql)) return sql;
  return sql.replaceAll(TOKEN, (token, cast?: string, name?: string, dot?: string) =>
    name === undefined || (cast !== undefined && dot === undefined)
      ? token
      : `${cast ?? ""}${identForReading(name.replaceAll('""', '"'))}${dot ?? ""}`,
  );
}

/** `values` and `on conflict` on the lines that they follow. */
const compact = (sql: string): string =>
  sql.replace(/^(insert into [^\n']*)\nvalues\n/, "$1 values\n").replace(/\n(on conflict [^\n']*)$/, " $1");
