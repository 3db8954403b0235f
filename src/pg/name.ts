import { identForReading, quoteIdent } from "./identifier.ts";

/** The name of a relation, function or type, with its schema. */
export interface QualifiedName {
  schema: string;
  name: string;
}

/**
 * A qualified name as text: the key for maps and sets, and how a person reads it. Parts are quoted where PostgreSQL would want it, so no two
 * names share one text: `"a"."b.c"` is `a."b.c"`, and `"a.b"."c"` is `"a.b".c`.
 */
export type NameKey = string & { readonly brand: "NameKey" };

/** The key of a relation, type, or function without regard to its overloads; also how it is shown. */
export const nameKey = ({ schema, name }: QualifiedName): NameKey =>
  `${identForReading(schema)}.${identForReading(name)}` as NameKey;

/** The relation that a policy, trigger, grant or attempt is on. */
export const relationOf = ({ schema, relation }: { schema: string; relation: string }): QualifiedName => ({
  schema,
  name: relation,
});

/** `nameKey` of the relation that a policy, trigger, grant or attempt is on. */
export const relationKey = (on: { schema: string; relation: string }): NameKey => nameKey(relationOf(on));

/** `schema.relation.column`, the key of a column; also how it is shown. */
export type ColumnKey = string & { readonly brand: "ColumnKey" };

export const columnKey = (relation: QualifiedName, column: string): ColumnKey =>
  `${nameKey(relation)}.${identForReading(column)}` as ColumnKey;

/** `schema.name(identity arguments)`, the key of one overload of a function; also how it is shown. */
export type FunctionKey = string & { readonly brand: "FunctionKey" };

export const functionKey = (fn: QualifiedName & { identityArguments: string }): FunctionKey =>
  `${nameKey(fn)}(${fn.identityArguments})` as FunctionKey;

/** `"schema"."name"`, for SQL. */
export const quoteName = ({ schema, name }: QualifiedName): string => `${quoteIdent(schema)}.${quoteIdent(name)}`;

/**
 * The parts of a dotted name as a config or an option gives it: quoted parts as they are, bare parts as they stand (`public.Order` is taken
 * for the relation `"Order"`, since a person who writes a config copies the name, not SQL). Null where the text is no such name.
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

/** The qualified name that a text of two parts gives (`nameParts`), or null. */
export function parseName(text: string): QualifiedName | null {
  const [schema, name, ...rest] = nameParts(text) ?? [];
  return schema === undefined || name === undefined || rest.length > 0 ? null : { schema, name };
}
