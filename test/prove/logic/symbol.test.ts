import { expect, test } from "vitest";
import { Logic } from "../../../src/prove/logic/logic.ts";
import { arraySort, enumSort, enumType, SORT, TYPE } from "../../../src/prove/logic/sort.ts";
import * as symbols from "../../../src/prove/logic/symbol.ts";
import { nameKey } from "../../../src/pg/name.ts";

/** Names that would be taken for another symbol, if keys were only joined. */
const HOSTILE = [
  "",
  "x",
  "here",
  "null x",
  "set a.b",
  "ok:json",
  '["a"]',
  "domain d",
  "array text",
  "a b",
  "|",
  "\\",
  "\n",
];

test("no two symbols share a key", () => {
  const { input, output, arrayInput, split, jsonText, jsonItems, fold, textFunction, opaqueValue } = symbols;
  const types = [...Object.values(TYPE), ...HOSTILE.map((name) => enumType(nameKey({ schema: "public", name })))];
  const keys = HOSTILE.map((name) => name as symbols.OpaqueKey);
  const paths = [[], ...HOSTILE.map((name) => [name]), ...HOSTILE.map((name) => ["a", name]), ['a","b']];
  const functions = [
    ...types.flatMap((type) => [input(type), output(type), arrayInput(type)]),
    ...HOSTILE.map(split),
    ...paths.flatMap((path) => [jsonText(path), jsonText(path, { plain: true }), jsonItems(path)]),
    fold("lower"),
    fold("upper"),
    ...HOSTILE.map(textFunction),
    ...keys.flatMap((key) => [opaqueValue(key, SORT.text), opaqueValue(key, SORT.uuid)]),
  ];
  const predicates = [
    symbols.HERE,
    symbols.READS_TRUE,
    symbols.JSON_READABLE,
    symbols.ARRAY_EMPTY,
    symbols.ARRAY_HAS_NULL,
    symbols.ARRAY_MEMBER,
    ...HOSTILE.flatMap((name) => [
      symbols.settingIsSet(name),
      symbols.columnIsNull(name),
      symbols.columnIsTrue(name),
      symbols.inDomain(name),
    ]),
    ...types.flatMap((type) => [symbols.readable(type), symbols.arrayReadable(type)]),
    ...paths.flatMap((path) => (["has", "some", "object", "array"] as const).map((fact) => symbols.jsonIs(fact, path))),
    ...(["~~", "~~*", "^@"] as const).map(symbols.textOperator),
    symbols.precedes(SORT.text),
    symbols.precedes(SORT.uuid),
    ...keys.flatMap((key) => [symbols.opaqueIsNull(key), symbols.opaqueIsTrue(key), symbols.opaqueRaises(key)]),
  ];
  for (const all of [functions, predicates]) {
    const seen = new Map<string, unknown>();
    for (const symbol of all) {
      expect(seen.get(symbol.key) ?? "new").toBe("new");
      seen.set(symbol.key, symbol);
    }
  }
});

test("equal terms, formulas and sorts are identical; those of two names are not", () => {
  const logic = new Logic();
  const name = nameKey({ schema: "public", name: "role" });
  expect(enumSort(name)).toBe(enumType(name).sort);
  expect(arraySort(enumSort(name))).toBe(arraySort(enumSort(name)));
  const row = logic.constantRow(null, "row");
  expect(logic.column(SORT.text, row, "a")).toBe(logic.column(SORT.text, row, "a"));
  expect(logic.column(SORT.text, row, "a")).not.toBe(logic.column(SORT.uuid, row, "a"));
  expect(logic.constant(SORT.text, "1")).not.toBe(logic.constant(SORT.int, 1));
  const dotted = [
    { schema: "a", name: "b.c" },
    { schema: "a.b", name: "c" },
  ].map((one) => logic.boundRow(nameKey(one), 0));
  expect(dotted[0]).not.toBe(dotted[1]);
  // a column called like an opaque value is a column
  const key = "x" as symbols.OpaqueKey;
  expect(logic.predicate(symbols.columnIsNull("x"), null, [])).not.toBe(
    logic.predicate(symbols.opaqueIsNull(key), null, []),
  );
});
