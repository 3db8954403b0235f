import type { Column } from "../../pg/catalog.ts";
import { nameKey } from "../../pg/name.ts";
import type { Conversions } from "../logic/functions.ts";
import type { Side } from "../side.ts";

/** A plain value for a column that may not be NULL, of which the model says nothing; `n` tells one from the next. */
export function filler(
  { side, conversions }: { side: Side; conversions: Conversions },
  { type: printed }: Pick<Column, "type">,
  n: number,
): string {
  const type = side.types(printed);
  if (type.kind === "boolean") return "f";
  if (type.kind === "json") return "{}";
  if (type.kind === "array") return "{}";
  if (type.kind === "other") return ofUserType(side, printed, n) ?? ofBuiltIn(type.type, n);
  switch (type.type.sort.kind) {
    case "uuid":
      return `00000000-0000-4000-8000-${String(n).padStart(12, "0")}`;
    case "int":
    case "numeric":
    case "float":
      return String(n);
    case "text":
      return `x${n}`;
    case "date":
      return "2020-01-01";
    case "timestamp":
    case "timestamptz":
      return "2020-01-01 00:00:00";
    default:
      return conversions.get(type.type)?.labels?.[0] ?? "";
  }
}

/** A row of NULLs, an empty range, the first label, or what the base of a domain takes; null for any other type. */
function ofUserType(side: Side, printed: string, n: number): string | null {
  const name = side.userType(printed);
  const found = side.catalog.dependencies?.types.find((one) => nameKey(one) === name);
  if (!found || printed.endsWith("[]")) return null;
  // the parts of dependencies.sql: typtype, extension, labels, domain, attributes
  const [kind, , labels, domain, attributes] = JSON.parse(found.definition) as [
    string,
    unknown,
    string[] | null,
    [base: string] | null,
    unknown[] | null,
  ];
  if (domain) return ofUserType(side, domain[0], n) ?? ofBuiltIn(domain[0], n);
  if (kind === "c") return `(${",".repeat(Math.max((attributes ?? []).length - 1, 0))})`;
  if (kind === "r") return "empty";
  return labels?.[0] ?? null;
}

/** Input of types of pg_catalog that are no scalars of ours (manual, chapter 8). */
const INPUTS: readonly (readonly [RegExp, string])[] = [
  [/\[\]$/, "{}"],
  [/multirange$/, "{}"],
  [/range$/, "empty"],
  [/^interval/, "1 day"],
  [/^(inet|cidr)/, "127.0.0.1"],
  [/^macaddr8/, "00:00:00:00:00:00:00:00"],
  [/^macaddr/, "00:00:00:00:00:00"],
  [/^time/, "00:00"],
  [/^bytea/, "\\x"],
  [/^bit/, "0"],
  [/^point/, "(0,0)"],
  [/^(line)/, "{1,0,0}"],
  [/^(lseg|path|polygon|box)/, "((0,0),(1,1))"],
  [/^circle/, "<(0,0),1>"],
  [/^(tsvector|tsquery)/, "x"],
  [/^jsonpath/, "$"],
  [/^xml/, "<x/>"],
  [/^pg_lsn/, "0/0"],
  [/snapshot$/, "1:1:"],
  [/^tid/, "(0,0)"],
];

const ofBuiltIn = (type: string, n: number): string =>
  INPUTS.find(([names]) => names.test(type))?.[1] ??
  (/^(numeric|real|double precision|money|oid|xid|cid|int2vector)/.test(type) ? String(n) : `x${n}`);
