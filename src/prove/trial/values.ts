import type { Catalog } from "../../pg/catalog.ts";
import { quoteLiteral } from "../../pg/identifier.ts";
import { nameKey } from "../../pg/name.ts";
import type { Constants } from "./constants.ts";
import { documentFor, leavesFor, printDocument } from "./json.ts";
import { randomOf } from "./random.ts";
import { textsFor, UUIDS, type Choice } from "./texts.ts";

/** A value as an SQL expression; times are relative to now(), which is another one in each database. */
export type SqlValue = string;

const unique = <T>(list: readonly T[]): T[] => [...new Set(list)];
const both = <T>(hot: readonly T[], cold: readonly T[]): Choice<T> => ({
  hot: unique(hot),
  cold: unique(cold).filter((one) => !hot.includes(one)),
});

/** The name of a column, or the last part of a path, that holds what tells tenants or users apart. */
export const isIdentifying = (name: string): boolean =>
  /(^|_)(u?u?id|sub|uid|owner|user|tenant|org|key)s?$/i.test(name);

/** Values for a column of a type as format_type prints it. */
export function valuesFor(catalog: Catalog, constants: Constants, name: string, printed: string): Choice<SqlValue> {
  const [, element, isArray] = /^(.*?)((?:\[\])*)$/s.exec(printed) ?? [];
  if (isArray) return arraysOf(valuesFor(catalog, constants, name, element ?? ""), printed);
  const own = catalog.types.find((type) => nameKey(type) === printed);
  if (own?.kind === "domain") return valuesFor(catalog, constants, name, own.base);
  if (own?.kind === "enum") {
    const labels = own.labels.map((label) => quoteLiteral(label));
    const near = labels.filter((label) => constants.texts.some((text) => quoteLiteral(text) === label));
    return both(near.length > 0 ? near : labels, labels);
  }
  const type = printed.replace(/\(.*?\)/, "");
  const length = Number(/^(?:character|character varying)\((\d+)\)$/.exec(printed)?.[1] ?? Number.POSITIVE_INFINITY);
  switch (type) {
    case "boolean":
      return both(["true", "false"], []);
    case "uuid":
      return both(
        [...constants.uuids.slice(0, 3), ...UUIDS.slice(0, 2)].map(quoteLiteral),
        [...constants.uuids, ...UUIDS, "00000000-0000-0000-0000-000000000000"].map(quoteLiteral),
      );
    case "smallint":
    case "integer":
    case "bigint":
      return numbersFor(constants, name, "whole");
    case "numeric":
      return numbersFor(constants, name, "exact");
    case "real":
    case "double precision":
      return numbersFor(constants, name, "floating");
    case "date":
    case "timestamp with time zone":
    case "timestamp without time zone":
      return timesFor(constants, name);
    case "time without time zone":
    case "time with time zone":
      return both(
        ["'12:00'"],
        [...constants.intervals.filter((text) => text.includes(":")), "00:00", "23:59:59.999", "24:00"].map(
          quoteLiteral,
        ),
      );
    case "interval":
      return both(
        [...constants.intervals.slice(0, 4), "1 day"].map(quoteLiteral),
        ["0", "24:00:00", "1 mon", "30 days", "-1 day", "1 day 00:00:00.000001", "23:59:59"].map(quoteLiteral),
      );
    case "json":
    case "jsonb":
      return documentsFor(constants);
    case "bytea":
      return both(["'\\x01'"], ["'\\x'", "'\\x00'", "'\\xff'"]);
    case "inet":
    case "cidr":
      return both(["'10.0.0.1'"], [...constants.texts, "10.0.0.0/8", "::1", "192.168.0.1/24"].map(quoteLiteral));
    case "tstzrange":
    case "tsrange":
    case "daterange":
      return both(
        [`${type}((now() - interval '1 day')::${RANGED[type]}, (now() + interval '1 day')::${RANGED[type]})`],
        ["'empty'", "'(,)'", `${type}(null, now()::${RANGED[type]})`, `${type}(now()::${RANGED[type]}, null)`],
      );
    case "int4range":
    case "int8range":
    case "numrange":
      return both(["'[1,5)'"], ["'empty'", "'(,)'", "'[0,1]'", ...constants.numbers.map((n) => `'[${n},)'`)]);
    default: {
      const { hot, cold } = textsFor(constants, name, isIdentifying(name));
      const fit = (texts: readonly string[]): string[] =>
        texts.filter((text) => text.trimEnd().length <= length).map(quoteLiteral);
      return both(fit(hot), fit(cold));
    }
  }
}

const RANGED = { tstzrange: "timestamptz", tsrange: "timestamp", daterange: "date" } as const;

const LIMITS = {
  whole: ["32767", "-32768", "2147483647"],
  exact: ["'NaN'"],
  floating: ["'NaN'", "'-0'", "'-Infinity'", "'Infinity'", "1e-300"],
};

function numbersFor(constants: Constants, name: string, kind: keyof typeof LIMITS): Choice<SqlValue> {
  const isNumber = (text: string): boolean => /^-?\d+(?:\.\d+)?$/.test(text) && text.length < 16;
  const near = (constants.near.get(name) ?? []).filter(isNumber);
  const all = unique([...near, ...constants.numbers.filter(isNumber)]).slice(0, 24);
  const step = kind === "whole" ? [1] : [1, 0.5, 0.01];
  const fit = (value: number): string[] => {
    if (!Number.isFinite(value) || (kind === "whole" && !Number.isInteger(value))) return [];
    const text = String(Number(value.toFixed(6)));
    return /e/i.test(text) ? [] : [text];
  };
  const first = near.slice(0, 6).map(Number);
  return both(
    [
      // an order is met by a neighbour
      ...near.slice(0, 4).flatMap((text) => [0, 1, -1].flatMap((by) => fit(Number(text) + by))),
      ...(near.length === 0 ? ["1", "2"] : []),
    ],
    [
      ...all
        .flatMap((text) => [Number(text), ...step.flatMap((by) => [Number(text) - by, Number(text) + by])])
        .flatMap(fit),
      // the bits of one mask without those of another
      ...first.flatMap((a) => first.flatMap((b) => [a - b, a + b, a * b, b === 0 ? a : a / b])).flatMap(fit),
      ...Array.from({ length: 17 }, (_, n) => String(n)),
      "-1",
      "-2",
      ...LIMITS[kind],
      ...(kind === "whole" ? [] : ["0.1", "-0.5", "99999.99"]),
    ],
  );
}

function timesFor(constants: Constants, name: string): Choice<SqlValue> {
  const near = constants.near.get(name) ?? [];
  const times = constants.times.slice(0, 8).map((text) => `${quoteLiteral(text)}::timestamptz`);
  const days = constants.numbers.filter((text) => /^\d{1,4}$/.test(text)).slice(0, 4);
  const spans = unique([
    ...constants.intervals.slice(0, 8).map((text) => `interval ${quoteLiteral(text)}`),
    ...days.flatMap((text) => [`interval '${text} days'`, `interval '${text} hours'`]),
  ]);
  const around = (time: string): string[] => [
    time,
    ...["1 microsecond", "0.1 seconds", "0.5 seconds", "1 second", "1 minute", "1 hour", "1 day"].flatMap((by) => [
      `${time} - interval '${by}'`,
      `${time} + interval '${by}'`,
    ]),
  ];
  const day = "date_trunc('day', now())";
  const apart = spans.flatMap((span) => [`now() - ${span}`, `now() + ${span}`, `${day} - ${span}`]);
  const between = spans
    .slice(0, 5)
    .flatMap((one, n) =>
      spans.slice(n + 1, 5).flatMap((other) => [`now() - (${one} + ${other}) / 2`, `now() + (${one} + ${other}) / 2`]),
    );
  return both(
    [
      "now() - interval '1 second'",
      "now() + interval '1 hour'",
      ...between.slice(0, 2),
      ...times.slice(0, near.length > 0 ? 3 : 1).flatMap((time) => [time, `${time} + interval '1 hour'`]),
    ],
    [
      ...apart.flatMap((time) => [time, `${time} - interval '1 second'`, `${time} + interval '1 second'`]),
      ...between,
      ...times.flatMap(around),
      ...times.flatMap((time) => spans.flatMap((span) => [`${time} - ${span}`, `${time} + ${span}`])),
      "now()",
      "now() - interval '1 microsecond'",
      "now() + interval '1 microsecond'",
      "now() - interval '1 day'",
      "now() + interval '1 day'",
      "now() - interval '40 years'",
      day,
      `${day} - interval '1 microsecond'`,
      `${day} + interval '1 microsecond'`,
      `${day} + interval '12 hours'`,
      `${day} + interval '1 day'`,
      "date_trunc('month', now())",
      "'infinity'",
      "'-infinity'",
      "'2000-02-29'",
    ],
  );
}

function arraysOf({ hot, cold }: Choice<SqlValue>, printed: string): Choice<SqlValue> {
  const list = (...elements: string[]): string => `array[${elements.join(", ")}]::${printed}`;
  const [one = "null", two = one, three = two] = hot;
  return both(
    [...hot.slice(0, 4).map((element) => list(element)), list(one, two), list(two, one)],
    [
      "'{}'",
      list("null"),
      list(one, "null"),
      list(one, one),
      list(one, two, three),
      list(...hot, ...cold.slice(0, 3)),
      ...cold.slice(0, 40).flatMap((element) => [list(element), list(element, one)]),
    ],
  );
}

function documentsFor(constants: Constants): Choice<SqlValue> {
  const random = randomOf(7);
  const leaves = new Map(
    constants.paths.map((path) => [JSON.stringify(path), leavesFor(constants, path, isIdentifying(path.at(-1) ?? ""))]),
  );
  const some = (count: number, likely: number): string[] =>
    leaves.size === 0
      ? []
      : Array.from({ length: count }, () => quoteLiteral(printDocument(documentFor(random, leaves, likely))));
  const words = constants.texts.slice(0, 8).map((text) => JSON.stringify(text));
  const [one = '"x"', two = '"y"'] = words;
  const given = constants.texts.filter((text) => /^[{[].*[}\]]$/s.test(text)).map(quoteLiteral);
  return both(
    [
      ...given,
      ...some(6, 0.9),
      ...(leaves.size === 0 ? [quoteLiteral(`[${one}]`), quoteLiteral(`{${one}: ${two}}`)] : []),
    ],
    [
      ...some(24, 0.4),
      ...words.flatMap((word) =>
        [word, `[${word}]`, `{${word}: null}`, `{${word}: true}`, `[${word}, null]`, `{"x": ${word}}`].map(
          quoteLiteral,
        ),
      ),
      "'null'",
      "'{}'",
      "'[]'",
      "'1'",
      "'true'",
      `'""'`,
    ],
  );
}
