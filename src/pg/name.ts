import { identForReading, quoteIdent } from "./identifier.ts";

/** The name of a relation, function or type, with its schema. */
export interface QualifiedName {
  schema: string;
  name: string;
}

/**
 * A qualified name as text: the key for maps and sets, and the form that is shown to people. Parts are quoted where
 * PostgreSQL needs quotes, so no two names have the same text: `"a"."b.c"` is `a."b.c"`, and `"a.b"."c"` is `"a.b".c`.
 */
export type NameKey = string & { readonly brand: "NameKey" };

/** The key of a relation, a type, or a function regardless of its overloads; also the form in which it is shown. */
export const nameKey = ({ schema, name }: QualifiedName): NameKey =>
  `${identForReading(schema)}.${identForReading(name)}` as NameKey;

/** The relation of a policy, trigger, grant or attempt. */
export const relationOf = ({ schema, relation }: { schema: string; relation: string }): QualifiedName => ({
  schema,
  name: relation,
});

/** `nameKey` of the relation of a policy, trigger, grant or attempt. */
export const relationKey = (on: { schema: string; relation: string }): NameKey => nameKey(relationOf(on));

/** `schema.relation.column`, the key of a column; also the form in which it is shown. */
export type ColumnKey = string & { readonly brand: "ColumnKey" };

export const columnKey = (relation: QualifiedName, column: string): ColumnKey =>
  `${nameKey(relation)}.${identForReading(column)}` as ColumnKey;

/** `schema.name(identity arguments)`, the key of one overload of a function; also the form in which it is shown. */
export type FunctionKey = string & { readonly brand: "FunctionKey" };

export const functionKey = (fn: QualifiedName & { identityArguments: string }): FunctionKey =>
  `${nameKey(fn)}(${fn.identityArguments})` as FunctionKey;

/**
 * A dotted name of any number of parts, each quoted where PostgreSQL needs quotes: the form in which a name is shown
 * that may lack its schema.
 */
export const shownName = (parts: readonly string[]): string => parts.map(identForReading).join(".");

/** True if two names are of the same relation, function or type. */
export const sameName = (a: QualifiedName, b: QualifiedName): boolean => a.schema === b.schema && a.name === b.name;

/** `"schema"."name"`, for SQL. */
export const quoteName = ({ schema, name }: QualifiedName): string => `${quoteIdent(schema)}.${quoteIdent(name)}`;

/** `operator("schema".+)`, for SQL: the name of an operator takes no quotes. */
export const quoteOperator = ({ schema, name }: QualifiedName): string => `operator(${quoteIdent(schema)}.${name})`;

/**
 * The parts of a dotted name of a config or an option: quoted parts without their quotes, bare parts as they are
 * written. (`public.Order` is the relation `"Order"`, since a person who writes a config copies the name, not SQL.)
 * Null where the text is not such a name.
 */
export function nameParts(text: string): string[] | null {
  const part = /"((?:[^"]|"")+)"|([^".]+)/y;
  const parts: string[] = [];
  for (;;) {
    const match = part.exec(text);
    if (!match) return null;
    parts.push(match[1]?.replaceAll('""', '"') ?? match[2] ?? "");
    if (part.lastIndex === text.length) return parts;
    if (text[part.lastIndex] !== ".") return null;
    part.lastIndex += 1;
  }
}

/** The qualified name in a text of two parts (`nameParts`), or null. */
export function parseName(text: string): QualifiedName | null {
  const [schema, name, ...rest] = nameParts(text) ?? [];
  return schema === undefined || name === undefined || rest.length > 0 ? null : { schema, name };
}

/**
 * The element that a text names (`parseName`): the relation of a config's `public.staff`, or the type of a column as
 * format_type prints it. Undefined where there is no such element, or where the text is not a name of two parts.
 */
export function namedBy<T extends QualifiedName>(text: string, among: readonly T[]): T | undefined {
  const name = parseName(text);
  return name === null ? undefined : among.find((one) => sameName(one, name));
}

/**
 * A dotted name of a config or an option, in the form in which names are shown and compared; a text that is not a name
 * is returned unchanged.
 */
export function canonicalName(text: string): string {
  const parts = nameParts(text);
  return parts === null ? text : shownName(parts);
}
