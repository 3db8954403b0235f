/** The kind of values that a type takes, as far as one of the same kind can be passed for another. */
export type ValueKind = "uuid" | "number" | "text";

export function kindOf(type: string): ValueKind | null {
  if (type === "uuid") return "uuid";
  if (/^(smallint|integer|bigint|numeric)/.test(type)) return "number";
  return /^(text|character|character varying|citext|name)\b/.test(type) || type.endsWith(".citext") ? "text" : null;
}
